import type { Phrase, Prefix, TextQuery } from './query.ts'

/**
 * The tokeniser of the FTS5 table: what stands between two blanks is one token, since every other sign is one of a token,
 * and what is not ASCII always is. Terms are folded before; as values they never meet its folding of A to Z.
 */
export const fts5Tokenizer = `ascii tokenchars '${fts5TokenSigns()}'`

function fts5TokenSigns(): string {
  const ascii = String.fromCharCode(...Array.from({ length: 0x7e - 0x20 }, (_, index) => index + 0x21))
  return ascii.replace(/[0-9a-z]/gi, '').replaceAll("'", "''")
}

/** An FTS5 expression on a table with the columns title, summary and body, filled by `toColumns`. */
export function toFts5(query: TextQuery): string {
  switch (query.type) {
    case 'phrase':
    case 'prefix':
      return (query.inTitle ? '{title} : ' : '') + fts5Leaf(query)
    case 'without':
      return `(${toFts5(query.part)} NOT ${toFts5(query.except)})`
    default: {
      // The parser of FTS5 remembers 100 pieces at most: the deepest part stands where nothing is open before it.
      const parts = query.parts.toSorted((a, b) => depthOf(b) - depthOf(a))
      return `(${parts.map(toFts5).join(query.type === 'all' ? ' AND ' : ' OR ')})`
    }
  }
}

function depthOf(query: TextQuery): number {
  if (query.type === 'without') return 1 + Math.max(depthOf(query.part), depthOf(query.except))
  if (query.type === 'all' || query.type === 'any') return 1 + Math.max(...query.parts.map(depthOf))
  return 0
}

function fts5Leaf(leaf: Phrase | Prefix): string {
  if (leaf.type === 'phrase') return fts5String(leaf.terms.join(' '))
  const { prefix, stems, words } = leaf
  const begun = words ? [prefix, ...words].map(fts5String) : [`${fts5String(prefix)} *`]
  return `(${[...begun, ...stems.map(fts5String)].join(' OR ')})`
}

const fts5String = (text: string) => `"${text.replaceAll('"', '""')}"`

/** The text of a tsquery, to be cast as a value: `$1::tsquery`. It fits what `toTsvector` makes, whose titles weigh A. */
export function toTsquery(query: TextQuery): string {
  switch (query.type) {
    case 'phrase':
      return `(${query.terms.map((term) => lexeme(term) + (query.inTitle ? ':A' : '')).join(' <-> ')})`
    case 'prefix':
      return tsqueryPrefix(query)
    case 'without':
      return `(${toTsquery(query.part)} & !${toTsquery(query.except)})`
    default:
      return `(${query.parts.map(toTsquery).join(query.type === 'all' ? ' & ' : ' | ')})`
  }
}

function tsqueryPrefix({ prefix, stems, words, inTitle }: Prefix): string {
  const exact = (word: string) => lexeme(word) + (inTitle ? ':A' : '')
  const begun = words ? [prefix, ...words].map(exact) : [`${lexeme(prefix)}:*${inTitle ? 'A' : ''}`]
  return `(${[...begun, ...stems.map(exact)].join(' | ')})`
}

/** Quoted as tsquery and tsvector literals take it. */
export const lexeme = (term: string) => `'${term.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
