import { differences, readShown } from './readme.ts'

/** What a reader does next: keeps a file, or runs a command and compares what it prints. */
export type Step =
  | { kind: 'file'; name: string; text: string }
  | { kind: 'command'; command: string; shown?: Shown; taken: Taken[] }

/** `http` is what `curl -i` prints, `jsonl` a JSON value a line. */
export type Shown = { kind: 'json' | 'jsonl' | 'http' | 'text'; text: string }
/** "Put its `id` into `SOURCE` and the `name` into `NAME`": members of the answer for the commands that follow. */
type Taken = { member: string; variable: string }

const block = /^```(\w+)\n(.*?)^```$/gms
const put = /(?:\bPut|\band)\s(?:its|the)\s`([\w.]+)`\sinto\s`([A-Z_]+)`/g
const programs = ['js', 'ts', 'python']
const answers = ['json', 'jsonl', 'http', 'text']
const drawings = ['mermaid']

/**
 * All blocks of a page in their order. A program says in its first line under which name it is kept. Throws for a block that
 * would be shown and never run.
 */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = []
  const blocks = [...page.matchAll(block)]
  for (const [index, found] of blocks.entries()) {
    const [whole, kind = '', text = ''] = found
    const behind = found.index + whole.length
    const last = steps.at(-1)
    if (kind === 'sh') steps.push({ kind: 'command', command: text, taken: [] })
    else if (programs.includes(kind)) steps.push({ kind: 'file', name: nameOf(text), text })
    else if (answers.includes(kind) && last?.kind === 'command' && !last.shown) {
      last.shown = { kind: kind as Shown['kind'], text: text.trimEnd() }
      const prose = page.slice(behind, blocks[index + 1]?.index)
      last.taken = [...prose.matchAll(put)].map(([, member = '', variable = '']) => ({ member, variable }))
    } else if (!drawings.includes(kind))
      throw new Error(`Nothing runs the block of the kind ${kind} that begins with ${text.slice(0, 60)}`)
  }
  return steps
}

function nameOf(text: string): string {
  const name = /^(?:\/\/|#) ([\w-]+\.\w+)/.exec(text)?.[1]
  if (!name) throw new Error(`A program has to begin with its name: ${text.slice(0, 60)}`)
  return name
}

/** Where what was printed differs from what is shown. Places in the log are compared by their form, as ids and times are. */
export function differencesOf({ kind, text }: Shown, printed: string): string[] {
  const found =
    kind === 'text' ? differencesOfLines(text, printed) : differencesOfJson({ kind, text }, printed)
  return found.filter((difference) => !placeInLog.test(difference))
}

const placeInLog = /\.?(?:seq|lastSeq|after|fromSeq|toSeq|disabledAtSeq): \d+ is \d+$/

/** A line of `…` alone stands for any lines, or none. */
function differencesOfLines(shown: string, printed: string): string[] {
  const lines = shown.split('\n').map((line) => {
    if (line.trim() === '…') return '(.*\n)*'
    return `${line.split('…').map(RegExp.escape).join('.*')}\n`
  })
  const text = `${printed.replaceAll('\r', '').trimEnd()}\n`
  return new RegExp(`^${lines.join('')}$`).test(text) ? [] : [`the lines are other ones: ${text}`]
}

function differencesOfJson({ kind, text }: Shown, printed: string): string[] {
  if (kind === 'json') return differences(readShown(text), parsed(printed))
  if (kind === 'jsonl') {
    const shown = text.split('\n').map((line) => (line === '…' ? '…' : readShown(line)))
    return differences(shown, printed.trimEnd().split('\n').map(parsed))
  }
  const [shown, real] = [partsOf(text), partsOf(printed.replaceAll('\r', ''))]
  const head = Object.keys(shown.headers).map((name) => [name, real.headers[name]])
  return [
    ...differences(shown.status, real.status),
    ...differences(shown.headers, Object.fromEntries(head)),
    ...(shown.body === '' ? [] : differences(readShown(shown.body), parsed(real.body))),
  ]
}

function partsOf(answer: string) {
  const [head = '', ...body] = answer.split('\n\n')
  const [status = '', ...lines] = head.split('\n')
  const headers = lines
    .filter((line) => line !== '…')
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)])
  return { status, headers: Object.fromEntries(headers) as Record<string, string>, body: body.join('\n\n') }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return `no JSON: ${text}`
  }
}

/** A member of the answer, by its path. */
export function memberOf({ kind }: Shown, printed: string, path: string): string {
  const text = kind === 'http' ? partsOf(printed.replaceAll('\r', '')).body : printed
  let value: unknown = JSON.parse(kind === 'jsonl' ? (text.split('\n')[0] ?? '') : text)
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name]
  if (value === undefined || value === null) throw new Error(`There is no ${path} in ${text}`)
  return String(value)
}
