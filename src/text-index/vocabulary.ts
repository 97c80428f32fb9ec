import type { Queries, Transaction } from '../database/database.ts'
import type { IndexedFields } from './indexed.ts'
import type { Prefix, TextQuery } from './query.ts'
import { listWords } from './store.ts'

/** What a process has seen written, so that the common words of an article need not be looked up. */
const seen = new WeakMap<object, Set<string>>()
const wordsSeen = 50_000

export function isWordSeen({ origin }: Transaction, word: string): boolean {
  return seen.get(origin)?.has(word) ?? false
}

/** The words among these terms, each once. */
export function wordsOf(fields: IndexedFields, isKnown = (_word: string) => false): string[] {
  const words = new Set<string>()
  const isNew = (term: string) => !isIdeographic(term) && !isKnown(term) && isWord(term)
  for (const { stream, loose } of Object.values(fields)) {
    for (const term of stream) if (term !== undefined && isNew(term)) words.add(term)
    for (const term of loose) if (isNew(term)) words.add(term)
  }
  return [...words]
}

/** Puts the words of an article into the vocabulary, in order: two writers of the same words must not wait for each other. */
export function learnWords(
  tx: Transaction,
  words: string[],
  insertWords: (q: Queries, words: string[]) => Promise<unknown>,
): void {
  const known = seen.get(tx.origin) ?? new Set()
  seen.set(tx.origin, known)
  const unknown = words.filter((word) => !known.has(word)).sort()
  if (unknown.length === 0) return
  tx.beforeCommit((q) => insertWords(q, unknown))
  tx.afterCommit(() => {
    if (known.size + unknown.length > wordsSeen) known.clear()
    for (const word of unknown) known.add(word)
  })
}

/** Most terms of a Chinese text, which are no words: told without looking them up. */
function isIdeographic(term: string): boolean {
  const unit = term.charCodeAt(0)
  return unit >= 0x2e80 && unit < 0xa000
}

/** Whether a term may be what `prefixOf` begins: a word of an alphabet, with a letter. */
function isWord(term: string): boolean {
  return (
    /\p{L}/u.test(term) &&
    !/^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(term)
  )
}

/** So many words at most stand for the beginnings of words in a query. */
const maxWords = 128

/**
 * The query with the words of the index that its beginnings of words stand for. Of very many, the first that came are taken,
 * among which the common ones are; `isCut` says so.
 */
export async function withWords(q: Queries, query: TextQuery): Promise<{ query: TextQuery; isCut: boolean }> {
  const prefixes = prefixesIn(query)
  if (prefixes.length === 0) return { query, isCut: false }
  const share = Math.ceil(maxWords / prefixes.length)
  const found = new Map<Prefix, string[]>()
  for (const leaf of prefixes) found.set(leaf, await listWords(q, leaf.prefix, share + 1))
  return {
    query: completed(query, (leaf) => ({ ...leaf, words: found.get(leaf)?.slice(0, share) ?? [] })),
    isCut: [...found.values()].some((words) => words.length > share),
  }
}

function prefixesIn(query: TextQuery): Prefix[] {
  if (query.type === 'without') return [query.part, query.except].flatMap(prefixesIn)
  if (query.type === 'all' || query.type === 'any') return query.parts.flatMap(prefixesIn)
  return query.type === 'prefix' ? [query] : []
}

function completed(query: TextQuery, complete: (leaf: Prefix) => Prefix): TextQuery {
  switch (query.type) {
    case 'phrase':
      return query
    case 'prefix':
      return complete(query)
    case 'without':
      return { ...query, part: completed(query.part, complete), except: completed(query.except, complete) }
    default:
      return { ...query, parts: query.parts.map((part) => completed(part, complete)) }
  }
}
