/** What an expectation says of one value: `entries[0]['title'] == 'x'`, or that there is no such value. */
export type Claim = { path: string[]; expected: Literal }
export type Literal = string | number | boolean | null | Literal[] | { [key: string]: Literal }

const token =
  /\s*(?:(u?b?r?'(?:[^'\\]|\\.)*'|u?b?r?"(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(==|!=|>=|<=|[()[\]{}.,:+<>]))/gsy

type Token = { kind: 'text' | 'number' | 'word' | 'sign'; value: string }

/**
 * The claims of a Python expression that is a conjunction of comparisons. What is of another kind is left out; an empty
 * list means that nothing was understood.
 */
export function claimsOf(expression: string): Claim[] {
  const tokens = tokensOf(expression)
  return clausesOf(tokens).flatMap((clause) => claimOf(clause) ?? [])
}

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = []
  token.lastIndex = 0
  for (let found = token.exec(expression); found; found = token.exec(expression)) {
    const [, text, number, word, sign] = found
    if (text !== undefined) tokens.push({ kind: 'text', value: unescaped(text) })
    else if (number !== undefined) tokens.push({ kind: 'number', value: number })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word })
    else tokens.push({ kind: 'sign', value: sign as string })
  }
  return tokens
}

const escapes: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
}

function unescaped(written: string): string {
  const isRaw = /^u?b?r/.test(written)
  const inside = written.replace(/^[ubr]*(['"])([\s\S]*)\1$/, '$2')
  if (isRaw) return inside
  return inside.replace(
    /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|([\s\S]))/gi,
    (_, x?: string, u?: string, long?: string, other?: string) => {
      const code = x ?? u ?? long
      return code === undefined
        ? (escapes[other as string] ?? (other as string))
        : String.fromCodePoint(Number.parseInt(code, 16))
    },
  )
}

/** Split at `and` outside of brackets; brackets around a clause or all of it are taken away. */
function clausesOf(tokens: Token[]): Token[][] {
  const clauses: Token[][] = [[]]
  let depth = 0
  for (const each of tokens) {
    if (each.kind === 'sign' && '([{'.includes(each.value)) depth++
    if (each.kind === 'sign' && ')]}'.includes(each.value)) depth--
    if (depth === 0 && each.kind === 'word' && each.value === 'and') clauses.push([])
    else clauses.at(-1)?.push(each)
  }
  return clauses.flatMap((clause) => {
    const isBracketed = clause[0]?.value === '(' && clause.at(-1)?.value === ')'
    return isBracketed ? clausesOf(clause.slice(1, -1)) : [clause]
  })
}

function claimOf(tokens: Token[]): Claim | undefined {
  const absent = tokens[0]?.value === 'not'
  const path = pathOf(absent ? tokens.slice(1) : tokens)
  if (!path) return undefined
  const rest = tokens.slice(path.length + (absent ? 1 : 0))
  const keys = path.keys
  const call = rest.map(({ value }) => value)
  if (absent && keys.at(-1) === 'has_key' && call[0] === '(')
    return { path: [...keys.slice(0, -1), call[1] as string], expected: null }
  if (absent || (call[0] !== '==' && call[0] !== 'is')) return undefined
  const literal = literalOf(rest.slice(1))
  return literal && literal.length === rest.length - 1 ? { path: keys, expected: literal.value } : undefined
}

/** `entries[0]['title_detail'].value` as its keys. */
function pathOf(tokens: Token[]): { keys: string[]; length: number } | undefined {
  const first = tokens[0]
  if (first?.kind !== 'word' || (first.value !== 'feed' && first.value !== 'entries')) return undefined
  const keys = [first.value]
  let at = 1
  while (tokens[at]) {
    const [sign, key, end] = tokens.slice(at, at + 3)
    if (sign?.value === '[' && end?.value === ']') {
      keys.push(key?.value as string)
      at += 3
    } else if (sign?.value === '.' && key?.kind === 'word') {
      keys.push(key.value)
      at += 2
    } else break
  }
  return { keys, length: at }
}

function literalOf(tokens: Token[]): { value: Literal; length: number } | undefined {
  const first = tokens[0]
  if (first?.kind === 'text') return joinedText(tokens)
  if (first?.kind === 'number') return { value: Number(first.value), length: 1 }
  if (first?.kind === 'word') {
    const value = { True: true, False: false, None: null }[first.value]
    return value === undefined ? undefined : { value, length: 1 }
  }
  return first?.value === '(' || first?.value === '[' ? listOf(tokens) : undefined
}

function joinedText(tokens: Token[]): { value: string; length: number } {
  let text = ''
  let at = 0
  for (let each = tokens[at]; each; each = tokens[++at]) {
    if (each.kind === 'text') text += each.value
    else if (each.value !== '+' || tokens[at + 1]?.kind !== 'text') break
  }
  return { value: text, length: at }
}

function listOf(tokens: Token[]): { value: Literal[]; length: number } | undefined {
  const value: Literal[] = []
  let at = 1
  while (tokens[at] && tokens[at]?.value !== ')' && tokens[at]?.value !== ']') {
    const each = literalOf(tokens.slice(at))
    if (!each) return undefined
    value.push(each.value)
    at += each.length
    if (tokens[at]?.value === ',') at++
  }
  return { value, length: at + 1 }
}
