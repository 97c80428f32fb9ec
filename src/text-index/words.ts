import { connector, digit, letter } from './characters.ts'
import type { Folded } from './folding.ts'
import { isStemmed, longestTerm, stemOf } from './stems.ts'
import type { Terms } from './terms.ts'

/**
 * A word of an alphabetic script, folded: `node.js`, `3000`, `c++`. It ends before its possessive, and reading goes on at
 * `next`. `parts` are from and to within the folded text.
 */
type Word = { text: string; from: number; to: number; next: number; parts: [from: number, to: number][] }

const apostrophe = "'".charCodeAt(0)
const dot = '.'.charCodeAt(0)
const comma = ','.charCodeAt(0)
const hyphen = '-'.charCodeAt(0)
const hash = '#'.charCodeAt(0)

/** The terms of the word that begins here, and of those that hyphens tie to it. Returns where reading goes on. */
export function readWords(source: Folded, from: number, terms: Terms): number {
  const to = pieceEnd(source, from)
  if (source.classes[to] === connector && to < source.text.length) return readChain(source, from, terms)
  const text = source.text.slice(from, to)
  add(terms, source, text, from, to, false)
  if (!isStemmed(text)) addParts(terms, source, partsOf(text, from))
  return to
}

/** Whether a dot begins the name .NET. */
export function isDotNet(source: Folded, at: number): boolean {
  if (!source.text.startsWith('.net', at) || isWord(source, at + 4)) return false
  return at === 0 || ((source.classes[at - 1] as number) & (letter | digit | connector)) === 0
}

export function readDotNet(source: Folded, at: number, terms: Terms): number {
  add(terms, source, '.net', at, at + 4, false)
  add(terms, source, 'net', at + 1, at + 4, true)
  return at + 4
}

/** open-source, GPT-4-turbo: each word for itself, and the joined spellings beside the first. */
function readChain(source: Folded, from: number, terms: Terms): number {
  const first = readWord(source, from)
  add(terms, source, first.text, first.from, first.to, false)
  if (source.text.charCodeAt(first.next) !== hyphen || !isWord(source, first.next + 1)) {
    addParts(terms, source, first.parts)
    return first.next
  }
  const chain = [first]
  let last = first
  while (source.text.charCodeAt(last.next) === hyphen && isWord(source, last.next + 1)) {
    last = readWord(source, last.next + 1)
    chain.push(last)
  }
  addJoined(terms, source, chain)
  addParts(terms, source, first.parts)
  for (const { text, from, to, parts } of chain.slice(1)) {
    add(terms, source, text, from, to, false)
    addParts(terms, source, parts)
  }
  return last.next
}

/** gpt4 and gpt4turbo for GPT-4-turbo. Nobody joins a date or a telephone number. */
function addJoined(terms: Terms, source: Folded, chain: Word[]) {
  for (const count of chain.length > 2 ? [2, Math.min(chain.length, longestTerm)] : [2]) {
    const joined = chain.slice(0, count)
    const text = joined.map((word) => word.text).join('')
    const { from } = joined[0] as Word
    const { to } = joined[count - 1] as Word
    if (/[^\d.]/.test(text)) add(terms, source, text, from, to, true)
  }
}

function readWord(source: Folded, from: number): Word {
  const { text } = source
  let to = pieceEnd(source, from)
  while (joins(source, from, to)) to = pieceEnd(source, to + 1)
  const written = text.slice(from, to)
  const parts = partsOf(written, from)
  if (isPlusPlus(source, from, to)) {
    if (to - from > 1) parts.push([from, to])
    return { text: `${written}++`, from, to: to + 2, next: to + 2, parts }
  }
  if (isSharp(source, from, to)) return { text: `${written}#`, from, to: to + 1, next: to + 1, parts }
  const next = to
  if (written.endsWith("'s")) to -= 2
  const kept = text.slice(from, to)
  return {
    text: isInitials(kept) ? kept.replaceAll('.', '') : kept.replace(/[',]/g, ''),
    from,
    to,
    next,
    parts: partsOf(kept, from),
  }
}

/** Whether the character after a piece of a word holds it together with the next piece. */
function joins(source: Folded, from: number, to: number): boolean {
  if (!isWord(source, to + 1)) return false
  const unit = source.text.charCodeAt(to)
  if (unit === apostrophe) return source.classes[to + 1] === letter
  return unit === dot || (unit === comma && isThousands(source.text, from, to))
}

const isThousands = (text: string, from: number, to: number) =>
  /^\d{1,3}(,\d{3})*$/.test(text.slice(from, to)) && /^,\d{3}(?!\d)/.test(text.slice(to, to + 5))

/** U.S. is us, as it is where the dots are not written. */
const isInitials = (text: string) => /^\p{L}(\.\p{L})+$/u.test(text)

function isPlusPlus({ text, classes }: Folded, from: number, to: number): boolean {
  return text.startsWith('++', to) && text[to + 2] !== '+' && classes[from] === letter
}

function isSharp(source: Folded, from: number, to: number): boolean {
  return source.text.charCodeAt(to) === hash && to === from + 1 && source.classes[from] === letter
}

/** What else a reader calls a word that has parts: node for node.js, iphone for iphone17, 26 for 26.10.0, reilly for o'reilly. */
function partsOf(text: string, from: number): Word['parts'] {
  const part = (start: number, end: number): [number, number] => [from + start, from + end]
  const version = /^(\d+)(\.\d+)\./.exec(text)
  if (version) return [part(0, (version[1] as string).length), part(0, version[0].length - 1)]
  if (/^v\d/.test(text)) return [part(1, text.length)]
  if (/^[\d.,]*\d\p{L}*$/u.test(text) || isInitials(text)) return []
  const model = /^\p{L}{3,}(?=\d)/u.exec(text)
  if (model && !/[.']/.test(text)) return [part(0, model[0].length), part(model[0].length, text.length)]
  if (!/[.']/.test(text)) return []
  return [...text.matchAll(/[^.']{2,}/g)].map(({ 0: piece, index }) => part(index, index + piece.length))
}

function addParts(terms: Terms, source: Folded, parts: Word['parts']) {
  for (const [from, to] of parts) add(terms, source, source.text.slice(from, to), from, to, true)
}

function add(terms: Terms, { starts, ends }: Folded, text: string, from: number, to: number, loose: boolean) {
  terms.add(stemOf(text), starts[from] as number, ends[to - 1] as number, loose)
}

const isWord = ({ text, classes }: Folded, at: number) =>
  at < text.length && ((classes[at] as number) & (letter | digit)) !== 0

function pieceEnd({ text, classes }: Folded, from: number): number {
  let at = from
  while (at < text.length && ((classes[at] as number) & (letter | digit)) !== 0) at++
  return at
}
