import type { Dialect } from '../database/dialect.ts'
import { type IndexedFields, indexedTerms, toColumns, toTsvector } from './indexed.ts'
import { wordsOf } from './vocabulary.ts'

/** What of an article is searched. */
export type SearchedText = { title: string; summary: string | null; text: string }

/** What the index is given of a text, as its engine takes it, and the words that the vocabulary may lack. */
export type TextTerms = { indexed: string[]; words: string[] }

type Engine = Dialect['engine']

const forms: Record<Engine, (fields: IndexedFields) => string[]> = {
  sqlite(fields) {
    const { title, summary, body } = toColumns(fields)
    return [title, summary, body]
  },
  postgres: (fields) => [toTsvector(fields)],
}

/** `isKnown` tells words that the vocabulary has. */
export function textTermsOf(
  engine: Engine,
  { title, summary, text }: SearchedText,
  isKnown?: (word: string) => boolean,
): TextTerms {
  const fields = indexedTerms({ title, summary: summary ?? '', body: text })
  return { indexed: forms[engine](fields), words: wordsOf(fields, isKnown) }
}
