import { readFile } from 'node:fs/promises'

const root = new URL('../../', import.meta.url)

export function readPage(path: string): Promise<string> {
  return readFile(new URL(path, root), 'utf8')
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
