import { prefixOfWord } from './prefixes.ts'
import { all, any, inOrder, phraseOf, standsAlone, type TextQuery } from './query.ts'
import { termsOf } from './terms.ts'
import { type Token, tokensOf, unreadable } from './tokens.ts'

export const maxQueryLength = 1000
const maxTerms = 64
const maxDepth = 20

/** Part of a query: what it finds, or, `excluded`, what it takes away. `start` is where a message points. */
type Part = { query: TextQuery; excluded: boolean; start: number }

type Reading = { q: string; tokens: Token[]; at: number; terms: number }

/**
 * Reads `q`. Words are ANDed; then `"phrase"`, `OR`, `AND`, `NOT`, `-word`, `title:word`, `prefix*` and parentheses, where
 * NOT binds closer than AND, and AND closer than OR. Words without a term (signs, emoji) are left out. What cannot be
 * read throws a bad-request that points at the character.
 */
export function parseQuery(q: string): TextQuery {
  const tooLong = offsetAfter(q, maxQueryLength)
  if (tooLong !== undefined)
    throw unreadable(
      q,
      tooLong,
      `A query has at most ${maxQueryLength} characters; this is the first too many.`,
    )
  const tokens = tokensOf(q)
  checkNeighbours(q, tokens)
  checkParentheses(q, tokens)
  const part = readAny({ q, tokens, at: 0, terms: 0 }, false)
  if (!part)
    throw unreadable(q, 0, 'There is no word here to search for: add a letter, a digit or a Han character.')
  if (part.excluded)
    throw unreadable(
      q,
      part.start,
      'This is excluded from nothing: add what is to be found beside it, as in `chips -gold`.',
    )
  return part.query
}

/** The offset of the character after the first `count`, where there is one. */
function offsetAfter(q: string, count: number): number | undefined {
  if (q.length <= count) return undefined
  // No character takes more than two code units: the rest of a huge query is not looked at.
  const offset = [...q.slice(0, 2 * count)].slice(0, count).join('').length
  return offset < q.length ? offset : undefined
}

const beginsOperand = new Set<Token['kind'] | undefined>(['word', 'prefix', 'phrase', 'open', 'not', 'title'])
const endsOperand = new Set<Token['kind'] | undefined>(['word', 'prefix', 'phrase', 'close'])

function checkNeighbours(q: string, tokens: Token[]): void {
  tokens.forEach((token, index) => {
    const before = endsOperand.has(tokens[index - 1]?.kind)
    const after = beginsOperand.has(tokens[index + 1]?.kind)
    const { kind, start } = token
    if ((kind === 'and' || kind === 'or') && !(before && after))
      throw unreadable(
        q,
        start,
        `${token.text} needs a word or a group on both sides; as a word, write it in lower case.`,
      )
    if (kind === 'not' && !after) throw unreadable(q, start, 'What is to be excluded has to follow here.')
    if (kind === 'title' && !after)
      throw unreadable(q, start, 'A word, a "phrase" or a group in parentheses has to follow `title:`.')
  })
}

function checkParentheses(q: string, tokens: Token[]): void {
  const open: number[] = []
  for (const { kind, start } of tokens) {
    if (kind === 'open') open.push(start)
    if (kind === 'close' && open.pop() === undefined)
      throw unreadable(q, start, 'This parenthesis closes none: put `(` before it, or leave it out.')
    if (open.length > maxDepth)
      throw unreadable(q, start, `Parentheses are nested at most ${maxDepth} deep; this one is deeper.`)
  }
  const unclosed = open.at(-1)
  if (unclosed !== undefined) throw unreadable(q, unclosed, 'This parenthesis is not closed: add `)`.')
}

/** Up to the end of the group, which is passed. Groups are the only recursion, and their depth was checked. */
function readAny(reading: Reading, inTitle: boolean): Part | undefined {
  const sides: Part[] = []
  for (;;) {
    const side = readAll(reading, inTitle)
    if (side) sides.push(side)
    const next = reading.tokens[reading.at++]
    if (next?.kind !== 'or') return anyOf(reading.q, sides)
  }
}

function readAll(reading: Reading, inTitle: boolean): Part | undefined {
  const parts: Part[] = []
  for (;;) {
    const kind = reading.tokens[reading.at]?.kind
    if (kind === undefined || kind === 'or' || kind === 'close') return allOf(parts)
    if (kind === 'and') reading.at++
    const part = readOne(reading, inTitle)
    if (part) parts.push(part)
  }
}

/** A word, a phrase or a group, with what stands before it. */
function readOne(reading: Reading, around: boolean): Part | undefined {
  let inTitle = around
  let excluded = false
  const first = reading.tokens[reading.at]
  for (;;) {
    const token = reading.tokens[reading.at++]
    if (!token || !first) return undefined
    if (token.kind === 'title') inTitle = true
    else if (token.kind === 'not') excluded = !excluded
    else {
      const part = token.kind === 'open' ? readAny(reading, inTitle) : leaf(reading, token, inTitle)
      return (
        part && { ...part, excluded: part.excluded !== excluded, start: excluded ? first.start : part.start }
      )
    }
  }
}

function leaf(reading: Reading, token: Token, inTitle: boolean): Part | undefined {
  const { start, end } = token
  const place = { inTitle, start, end }
  const terms = inOrder(termsOf(token.text))
  const prefix = token.kind === 'prefix' ? prefixOfWord(token.text) : undefined
  const [only = ''] = terms
  // Any Han word is found inside longer ones without the star. One letter begins too much.
  if (
    token.kind === 'prefix' &&
    !prefix &&
    terms.length === 1 &&
    [...only].length === 1 &&
    !standsAlone(only)
  )
    throw unreadable(reading.q, start, 'At least two letters have to stand before the `*`.')
  const query = prefix ? { type: 'prefix' as const, ...prefix, ...place } : phraseOf(terms, place)
  reading.terms += prefix ? 1 : terms.length
  if (reading.terms > maxTerms)
    throw unreadable(
      reading.q,
      start,
      `A query has at most ${maxTerms} terms (words, or pairs of neighbouring Han characters); with this, there are more.`,
    )
  return query && { query, excluded: false, start }
}

/** Excluding several things is excluding where any of them is. */
function allOf(parts: Part[]): Part | undefined {
  const found = all(queries(parts, false))
  const except = any(queries(parts, true))
  const start = (parts.find(({ excluded }) => excluded) ?? parts[0])?.start ?? 0
  if (found && except) return { query: { type: 'without', part: found, except }, excluded: false, start }
  if (found) return { query: found, excluded: false, start }
  return except && { query: except, excluded: true, start }
}

function anyOf(q: string, sides: Part[]): Part | undefined {
  const [first] = sides
  if (!first || sides.length === 1) return first
  const excluded = sides.find((side) => side.excluded)
  if (excluded)
    throw unreadable(
      q,
      excluded.start,
      'This side of OR only excludes: add what is to be found beside it, as in `gold OR (chips -silver)`.',
    )
  const query = any(queries(sides, false))
  return query && { query, excluded: false, start: first.start }
}

const queries = (parts: Part[], excluded: boolean) =>
  parts.filter((part) => part.excluded === excluded).map(({ query }) => query)
