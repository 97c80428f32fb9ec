import type { Queries } from '../database/database.ts'
import { type Sql, sql } from '../database/sql.ts'
import { turn } from '../shared/turns.ts'
import type { TextQuery } from '../text-index/query.ts'
import type { Stretch } from '../text-index/text-index.ts'
import {
  type Few,
  findEnds,
  findLastCandidate,
  listMatches,
  type MatchRow,
  type Search,
  type Way,
} from './store.ts'

/** So many candidates are looked at between two turns of the event loop, and so many rounds are made for one answer. */
const looksPerRound = 1000
const looksPerFewRound = 200
const maxRounds = 20
/** After so many rounds that did not fill the page, a filter that leaves few articles leads instead. */
const roundsByText = 2
/**
 * Words that are common apart and rare together are looked for in parts of the index, larger ones while that is quick. So many
 * fit into the rounds of one answer: it looks through all of the index also where no part is quick.
 */
const firstPart = 1 / 16
const quickMs = 2
const slowMs = 8

export type Matches<Row> = {
  rows: (Row & MatchRow)[]
  /** The number behind which there may be more; `undefined` where all were found. */
  reached: number | undefined
}

/** How a search may be led by a filter instead of the text: asked only where the text leads nowhere. */
export type FindFew = () => Promise<Few | undefined>

/**
 * The first `limit` articles of a search in the order of the index. Its cost is bounded, whatever is searched for: a
 * common word beside a rare filter is looked for among so many candidates and no more, and `reached` says how far.
 */
export async function findMatches<Row extends object = object>(
  q: Queries,
  search: Search & { findFew?: FindFew },
  { limit, columns = sql`1 as found`, ...way }: Way & { limit: number; columns?: Sql },
): Promise<Matches<Row>> {
  const rows: (Row & MatchRow)[] = []
  const parts = isSingle(search.query) ? undefined : await partsOf(q, way)
  let rest: Way = way
  let few: Few | undefined
  for (let round = 1; round <= maxRounds || (parts && !parts.slow()); round++) {
    if (round === roundsByText + 1) few = await search.findFew?.()
    const looks = few && search.query ? looksPerFewRound : looksPerRound
    const wanted = limit - rows.length
    const part = few ? rest : (parts?.next(rest) ?? rest)
    const begun = performance.now()
    const found = await listMatches<Row>(q, search, few, { ...part, looks, limit: wanted, columns })
    rows.push(...found)
    if (found.length === wanted) return { rows, reached: rows.at(-1)?.number }
    const last = await findLastCandidate(q, search, few, { ...part, looks })
    parts?.took(performance.now() - begun, found.length === 0 && last === undefined)
    if (last === undefined && part === rest) return { rows, reached: undefined }
    rest = behind(rest, last ?? edgeOf(part))
    await turn()
  }
  return { rows, reached: way.direction === 'desc' ? rest.below : rest.above }
}

/** All articles of a stretch that is known to have few: in as many rounds as that takes. */
export async function findAllMatches(q: Queries, search: Search, way: Way): Promise<MatchRow[]> {
  const rows: MatchRow[] = []
  for (let rest: Way | undefined = way; rest; ) {
    const found: Matches<object> = await findMatches(q, search, { ...rest, limit: looksPerRound })
    rows.push(...found.rows)
    rest = found.reached === undefined ? undefined : behind(rest, found.reached)
  }
  return rows
}

/**
 * One term has one list in the index, which is walked from anywhere at no cost. Several are intersected as they are walked,
 * and a term that is looked for in titles is met in many texts.
 */
function isSingle(query: TextQuery | undefined): boolean {
  if (!query) return true
  if (query.type !== 'phrase' && query.type !== 'prefix') return false
  return !query.inTitle && (query.type === 'prefix' || query.terms.length === 1)
}

function behind(way: Way, number: number): Way {
  return way.direction === 'desc' ? { ...way, below: number } : { ...way, above: number }
}

/** Where a part ends on the side to which the walk goes: the next part begins with this number itself. */
function edgeOf({ direction, above = 0, below = 0 }: Way): number {
  return direction === 'desc' ? above + 1 : below - 1
}

/** Cuts what is left of the index into parts, until one of them is all that is left. */
async function partsOf(q: Queries, { above, below }: Stretch) {
  const { first, last } = await findEnds(q)
  const low = Math.max(above ?? first - 1, first - 1)
  const high = Math.min(below ?? last + 1, last + 1)
  let size = Math.max(1000, (high - low) * firstPart)
  let slowRounds = 0
  return {
    next(rest: Way): Way {
      const from = rest.below ?? high
      const upTo = rest.above ?? low
      if (from - upTo <= size) return rest
      return rest.direction === 'desc'
        ? { ...rest, above: Math.max(upTo, Math.floor(Math.min(from, high) - size)) }
        : { ...rest, below: Math.min(from, Math.ceil(Math.max(upTo, low) + size)) }
    },
    took(ms: number, foundNothing: boolean) {
      if (ms >= quickMs) slowRounds++
      // Beyond a part in which it finds nothing the index is walked on to the next match: smaller parts would do that again and again.
      if (ms >= slowMs && foundNothing) size = Number.POSITIVE_INFINITY
      else if (ms < slowMs) size *= ms < quickMs ? 4 : 2
    },
    /** Whether it has taken its time: until then an answer waits for more. */
    slow: () => slowRounds >= maxRounds,
  }
}
