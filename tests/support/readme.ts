import { readFile } from 'node:fs/promises'

/** One `curl` of a page and the answer that is printed below it. */
export type Example = {
  method: string
  url: string
  headers: Record<string, string>
  body: string | undefined
  status: number
  shownHeaders: Record<string, string>
  shown: unknown
}

const root = new URL('../../', import.meta.url)
const pair = /```sh\n(curl [^`]+?)\n```\n+```(json|http)\n([^`]+?)\n```/g

export function readPage(path: string): Promise<string> {
  return readFile(new URL(path, root), 'utf8')
}

/** Every block of one `curl` command that is followed by a block with its answer. */
export function examplesIn(page: string): Example[] {
  return [...page.matchAll(pair)].map(([, command = '', kind, answer = '']) => {
    const [head, text] =
      kind === 'http' ? (answer.split('\n\n') as [string, string]) : ['HTTP/1.1 200 OK', answer]
    const [status = '', ...lines] = head.split('\n')
    const shownHeaders = Object.fromEntries(lines.map((line) => pairOf(line, ': ')))
    return {
      ...request(words(command)),
      status: Number(status.split(' ')[1]),
      shownHeaders,
      shown: readShown(text),
    }
  })
}

/** A command line as a shell splits it; variables stay as they are. */
function words(command: string): string[] {
  const line = command.replaceAll('\\\n', ' ')
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  )
}

function request([, ...options]: string[]): Pick<Example, 'method' | 'url' | 'headers' | 'body'> {
  const headers: Record<string, string> = {}
  const data: string[] = []
  let url = ''
  let method: string | undefined
  while (options.length > 0) {
    const word = options.shift() as string
    if (word === '-i') continue
    if (word === '-G') method = 'GET'
    else if (word === '-d') data.push(options.shift() as string)
    else if (word === '--data-urlencode')
      data.push(new URLSearchParams([pairOf(options.shift(), '=')]).toString())
    else if (word === '-H') {
      const [name, value] = pairOf(options.shift(), ': ')
      headers[name.toLowerCase()] = value
    } else if (word.startsWith('http')) url = word
    else throw new Error(`The documentation tests do not know the option ${word} of curl.`)
  }
  if (data.length === 0 || method === 'GET') {
    return { method: 'GET', url: [url, data.join('&')].filter(Boolean).join('?'), headers, body: undefined }
  }
  return { method: 'POST', url, headers, body: data.join('&') }
}

function pairOf(text = '', between: string): [string, string] {
  const at = text.indexOf(between)
  return [text.slice(0, at), text.slice(at + between.length)]
}

/** JSON in which `…` stands for more items, more members, any value or the rest of a text. */
export function readShown(text: string): unknown {
  const inside: string[] = []
  const json = text.replace(/"(?:[^"\\]|\\.)*"|[[\]{}]|(:\s*)?…/g, (token, colon?: string) => {
    if (token === '{' || token === '[') inside.push(token)
    if (token === '}' || token === ']') inside.pop()
    if (!token.endsWith('…')) return token
    return colon === undefined && inside.at(-1) === '{' ? '"…": "…"' : `${colon ?? ''}"…"`
  })
  return JSON.parse(json)
}

const variable = [
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
]

/** Where an answer differs from what is shown: ids and times by their form only, all else exactly, but for `…`. */
export function differences(shown: unknown, real: unknown, place = ''): string[] {
  if (shown === '…') return []
  if (typeof shown === 'string')
    return sameText(shown, real) ? [] : [`${place}: ${shown} is ${JSON.stringify(real)}`]
  if (Array.isArray(shown)) {
    if (!Array.isArray(real)) return [`${place} is no list`]
    const items = shown.filter((item) => item !== '…')
    const many = items.length === shown.length ? items.length === real.length : items.length < real.length
    const wrong = many ? [] : [`${place} has ${real.length} items`]
    return [...wrong, ...items.flatMap((item, index) => differences(item, real[index], `${place}.${index}`))]
  }
  if (typeof shown !== 'object' || shown === null) {
    return shown === real ? [] : [`${place}: ${shown} is ${JSON.stringify(real)}`]
  }
  const { '…': more, ...members } = shown as Record<string, unknown>
  const hidden = Object.keys(real ?? {}).filter((name) => !(name in members))
  const wrong = more === undefined && hidden.length > 0 ? [`${place} also has ${hidden.join(', ')}`] : []
  return [
    ...wrong,
    ...Object.entries(members).flatMap(([name, member]) =>
      differences(member, (real as Record<string, unknown> | null)?.[name], `${place}.${name}`),
    ),
  ]
}

function sameText(shown: string, real: unknown): boolean {
  if (typeof real !== 'string') return false
  if (variable.some((form) => form.test(shown) && form.test(real))) return true
  const [start = '', ...rest] = shown.split('…')
  const end = rest.at(-1) ?? ''
  if (rest.length === 0) return shown === real
  return real.startsWith(start) && real.endsWith(end) && real.length >= start.length + end.length
}
