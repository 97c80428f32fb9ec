import { setImmediate as turn } from 'node:timers/promises'
import type { Queries } from '../database/database.ts'
import { type Sql, sql } from '../database/sql.ts'
import { type Few, findLastCandidate, listMatches, type MatchRow, type Search, type Way } from './store.ts'

/** So many candidates are looked at between two turns of the event loop, and so many rounds are made for one answer. */
const looksPerRound = 1000
const looksPerFewRound = 200
const maxRounds = 20
/** After so many rounds that did not fill the page, a filter that leaves few articles leads instead. */
const roundsByText = 2

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
  const rest = { ...way }
  let few: Few | undefined
  for (let round = 1; round <= maxRounds; round++) {
    if (round === roundsByText + 1) few = await search.findFew?.()
    const looks = few && search.query ? looksPerFewRound : looksPerRound
    const wanted = limit - rows.length
    const found = await listMatches<Row>(q, search, few, { ...rest, looks, limit: wanted, columns })
    rows.push(...found)
    if (found.length === wanted) return { rows, reached: rows.at(-1)?.number }
    const reached = await findLastCandidate(q, search, few, { ...rest, looks })
    if (reached === undefined) return { rows, reached }
    if (way.direction === 'desc') rest.below = reached
    else rest.above = reached
    await turn()
  }
  return { rows, reached: way.direction === 'desc' ? rest.below : rest.above }
}
