import type { Term } from './terms.ts'

type Place = { inTitle: boolean; start: number; end: number }

/** Terms that stand one after another. */
export type Phrase = Place & { type: 'phrase'; terms: string[] }

/**
 * Words that begin with `prefix`, and those that do although their stem does not: `computing*` finds `comput`. `words` are
 * those of the index, once they were looked up; until then an engine walks all that begin so, however many.
 */
export type Prefix = Place & { type: 'prefix'; prefix: string; stems: string[]; words?: string[] }

/**
 * What `q` asks for. `inTitle` leaves look at the title alone; `start` and `end` are where a leaf stands in `q`, in UTF-16
 * code units. Nothing is only excluded: `without` has a part to take it from, as FTS5 demands.
 */
export type TextQuery =
  | Phrase
  | Prefix
  | { type: 'all'; parts: TextQuery[] }
  | { type: 'any'; parts: TextQuery[] }
  | { type: 'without'; part: TextQuery; except: TextQuery }

/** The leaves that find something, for ranking and highlighting. What is excluded is not among them. */
export function termsIn(query: TextQuery): (Phrase | Prefix)[] {
  if (query.type === 'without') return termsIn(query.part)
  if (query.type === 'all' || query.type === 'any') return query.parts.flatMap(termsIn)
  return [query]
}

const lone = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3005-\u3007\u30fc]$/u

/**
 * A Han character by itself is a neighbour of nothing: in the texts it mostly stands inside a run, whose pairs are the
 * neighbours. It is matched wherever it occurs. The same goes for kana and Hangul.
 */
export function standsAlone(term: string): boolean {
  if (term.length === 1 && isUnified(term.charCodeAt(0))) return true
  return term.length <= 2 && lone.test(term)
}

/** Nearly all Han characters, told without the pattern. */
const isUnified = (unit: number) => unit >= 0x4e00 && unit <= 0x9fff

/** Terms in their order, cut where one stands alone; `undefined` where there is none. */
export function phraseOf(terms: string[], place: Place): TextQuery | undefined {
  const runs: string[][] = []
  let cut = true
  for (const term of terms) {
    const alone = standsAlone(term)
    if (cut || alone) runs.push([term])
    else runs.at(-1)?.push(term)
    cut = alone
  }
  return all(runs.map((run) => ({ type: 'phrase', terms: run, ...place })))
}

/** The terms of a text that can be neighbours. */
export const inOrder = (terms: Term[]) => terms.filter(({ loose }) => !loose).map(({ text }) => text)

export const all = (parts: TextQuery[]) => together('all', parts)
export const any = (parts: TextQuery[]) => together('any', parts)

/** Flat, since both engines have their limits of depth. */
function together(type: 'all' | 'any', parts: TextQuery[]): TextQuery | undefined {
  if (parts.length < 2) return parts[0]
  return { type, parts: parts.flatMap((part) => (part.type === type ? part.parts : [part])) }
}

/**
 * Finds a thing under its other names, too: `aliasesOf` gives them as sequences of terms. What is excluded stays as it was
 * written: an article that is missing because of a name which nobody typed cannot be explained, and one too many is
 * excluded with a word more.
 */
export function expand(query: TextQuery, aliasesOf: (terms: string[]) => string[][]): TextQuery {
  switch (query.type) {
    case 'prefix':
      return query
    case 'phrase': {
      const { type: _, terms, ...place } = query
      const names = aliasesOf(terms).flatMap((name) => phraseOf(name, place) ?? [])
      return any([query, ...names]) ?? query
    }
    case 'without':
      return { ...query, part: expand(query.part, aliasesOf) }
    default:
      return (
        together(
          query.type,
          query.parts.map((part) => expand(part, aliasesOf)),
        ) ?? query
      )
  }
}
