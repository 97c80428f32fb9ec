import { Failure } from '../shared/failure.ts'

/** A piece of `q`: `text` is what stands between the quotes, or before the `*`. */
export type Token = {
  kind: 'word' | 'prefix' | 'phrase' | 'open' | 'close' | 'and' | 'or' | 'not' | 'title'
  text: string
  start: number
  end: number
}

/** What Chinese keyboards give. One character each, so that offsets stay. */
const narrow: Record<string, string> = { '（': '(', '）': ')', '：': ':', '＊': '*', '－': '-', '＂': '"' }
const wide = new RegExp(`[${Object.keys(narrow).join('')}]`, 'g')

/** Keyboards that turn quotes round give either of a pair on either side. */
const closing: Record<string, RegExp> = {
  '"': /["“”]/g,
  '“': /["“”]/g,
  '”': /["“”]/g,
  '「': /」/g,
  '『': /』/g,
}

const operators: Record<string, 'and' | 'or' | 'not'> = { AND: 'and', OR: 'or', NOT: 'not' }

const blank = /\s+/y
const word = /[^\s():"“”「『]+/y
/** One hyphen right before what it excludes. Among blanks it is a dash, and several begin the name of a flag. */
const exclusion = /-(?=[^\s):-])/y

/** Reads `q` once from left to right; throws where a quote is not closed. */
export function tokensOf(q: string): Token[] {
  const text = q.replace(wide, (character) => narrow[character] ?? character)
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const token = tokenAt(text, at, q)
    if (token) tokens.push(token)
    at = token?.end ?? endOf(blank, text, at) ?? at + 1
  }
  return tokens
}

/** `undefined` where there is a blank, or a character without a meaning. */
function tokenAt(text: string, start: number, q: string): Token | undefined {
  const character = text[start] ?? ''
  const token = (kind: Token['kind'], end: number, content = '') => ({ kind, text: content, start, end })
  if (character === '(') return token('open', start + 1)
  if (character === ')') return token('close', start + 1)
  if (closing[character]) return phraseAt(text, start, q)
  // After a colon that ends no field (a URL, 12:-30) and inside a word, a hyphen is one of the text.
  const apart = start === 0 || /[\s()"“”」』]/.test(text[start - 1] ?? '')
  if (apart || followsTitle(text, start)) {
    const end = endOf(exclusion, text, start)
    if (end) return token('not', end)
  }
  const end = endOf(word, text, start)
  return end === undefined ? undefined : wordAt(text, start, end, apart)
}

function phraseAt(text: string, start: number, q: string): Token {
  const close = closing[text[start] ?? ''] as RegExp
  close.lastIndex = start + 1
  const found = close.exec(text)
  if (!found) throw unreadable(q, start, 'This quotation mark opens a phrase that nothing closes.')
  return { kind: 'phrase', text: text.slice(start + 1, found.index), start, end: found.index + 1 }
}

/** `apart` from what stands before it, a word may be an operator. */
function wordAt(text: string, start: number, end: number, apart: boolean): Token {
  const content = text.slice(start, end)
  const colon = text[end] === ':'
  if (colon && content.toLowerCase() === 'title') return { kind: 'title', text: content, start, end: end + 1 }
  const operator = apart && !colon ? operators[content] : undefined
  if (operator) return { kind: operator, text: content, start, end }
  const withoutStars = content.replace(/\*+$/, '')
  if (withoutStars !== content && withoutStars) return { kind: 'prefix', text: withoutStars, start, end }
  return { kind: 'word', text: content, start, end }
}

const followsTitle = (text: string, at: number) =>
  /(?:^|[\s()"“”」』-])title:$/i.test(text.slice(Math.max(0, at - 7), at))

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

/** A query that cannot be read: `offset` is of UTF-16 code units, the answer counts characters from 1. */
export function unreadable(q: string, offset: number, problem: string): Failure {
  const position = [...q.slice(0, offset)].length + 1
  const message = `Character ${position}: ${problem}`
  return new Failure('bad-request', `q: ${message}`, {
    errors: [{ in: 'query', path: 'q', message }],
    extensions: { position },
  })
}
