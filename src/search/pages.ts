import type { FastifyRequest } from 'fastify'
import type { ArticleListQuery } from '../articles/query.ts'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { cursorBehind, pageStart } from '../http/paging.ts'
import { findMatches } from './finding.ts'
import {
  beginRanking,
  behindRanked,
  end,
  inTitle,
  type Ranked,
  type Ranking,
  rank,
  rankedRows,
} from './ranking.ts'
import type { LedSearch, TextSearch } from './search.ts'
import type { MatchRow } from './store.ts'

/** The articles of a page in their order, and the cursor of the next. `approximate` where the order speaks of the newest alone. */
export type FoundPage = { articles: Found[]; next: string | null; approximate: boolean }
/** With its card as JSON bytes, where that came along. */
export type Found = { id: string; card?: Uint8Array }

/** A page in publishing order. It may be short, and have a next one, where much was looked at and little found. */
export async function pageInOrder(
  q: Queries,
  search: LedSearch,
  direction: 'asc' | 'desc',
  request: FastifyRequest,
  { cursor, limit }: Pick<ArticleListQuery, 'cursor' | 'limit'>,
): Promise<FoundPage> {
  const start = pageStart(request, cursor, ['long'])?.[0]
  const stretch = direction === 'desc' ? { below: start } : { above: start }
  const way = { direction, limit: limit + 1, ...stretch, columns: cardOf(q) }
  const { rows, reached } = await findMatches<Card>(q, search, way)
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1)?.number : reached
  return {
    articles: shown,
    next: last === undefined ? null : cursorBehind(request, [last]),
    approximate: false,
  }
}

type Card = { card: Uint8Array }
const cardOf = ({ dialect }: Queries) => sql`${dialect.bytes(sql`a.card`)} as card`

/** Where a page by relevance begins: behind a score and a number. Behind all that was ranked the score is -1. */
type Place = { score: number; number: number }

/** A page by relevance: what was ranked, and behind it the older matches, the newest first. */
export async function pageByRelevance(
  q: Queries,
  search: TextSearch,
  request: FastifyRequest,
  { cursor, limit }: Pick<ArticleListQuery, 'cursor' | 'limit'>,
): Promise<FoundPage> {
  const start = pageStart(request, cursor, ['real', 'long', 'long', 'long', 'long', 'text'])
  const place = start && { score: start[0], number: start[1] }
  const { ranking, rows } = start
    ? await continued(q, search, { top: start[2], bottom: start[3], titleBottom: start[4] }, start)
    : await beginRanking(q, search)
  const shown: (Place & { id: string })[] = behind(await rank(q, search, ranking, rows), place, limit + 1)
  const hasOlder = ranking.bottom !== end
  let reached: number | undefined
  if (shown.length <= limit && hasOlder) {
    const below = place && place.score < 0 ? place.number : ranking.bottom
    const older = await olderMatches(q, search, ranking, below, limit + 1 - shown.length)
    shown.push(...older.rows.map((row) => ({ ...row, score: -1 })))
    reached = older.reached
  }
  const last =
    shown.length > limit ? shown[limit - 1] : reached !== undefined && { score: -1, number: reached }
  const { top, bottom, titleBottom, weights } = ranking
  return {
    articles: shown.slice(0, limit),
    next: last
      ? cursorBehind(request, [last.score, last.number, top, bottom, titleBottom, weights.join(' ')])
      : null,
    approximate: hasOlder,
  }
}

/** The ranking of the page before, with its articles as far as this page needs them. */
async function continued(
  q: Queries,
  search: TextSearch,
  stretches: Omit<Ranking, 'weights'>,
  [score, , , , , weights]: [number, number, number, number, number, string],
): Promise<{ ranking: Ranking; rows: MatchRow[] }> {
  const ranking = { ...stretches, weights: numbersOf(weights) }
  return { ranking, rows: score < 0 ? [] : await rankedRows(q, search, ranking) }
}

function behind(ranked: Ranked[], place: Place | undefined, limit: number): Ranked[] {
  if (!place) return ranked.slice(0, limit)
  const first = ranked.findIndex(
    ({ score, number }) => score < place.score || (score === place.score && number < place.number),
  )
  return first < 0 ? [] : ranked.slice(first, first + limit)
}

/**
 * A page of the matches of one word by relevance: those in the title, the newest first, and then the others. Nothing has to
 * be ranked for that, so it holds for all of them.
 */
export async function pageByTitle(
  q: Queries,
  search: TextSearch,
  request: FastifyRequest,
  { cursor, limit }: Pick<ArticleListQuery, 'cursor' | 'limit'>,
): Promise<FoundPage> {
  const [tier, below] = pageStart(request, cursor, ['integer', 'long']) ?? [0, undefined]
  const titles = { ...search, query: inTitle(search.query) }
  const others: TextSearch = {
    ...search,
    query: { type: 'without', part: search.query, except: titles.query },
  }
  const rows: (MatchRow & Card & { tier: number })[] = []
  let reached: [tier: number, number: number] | undefined
  for (const [at, part] of [titles, others].entries()) {
    if (at < tier || rows.length > limit || reached) continue
    const way = { direction: 'desc' as const, below: at === tier ? below : undefined, columns: cardOf(q) }
    const found = await findMatches<Card>(q, part, { ...way, limit: limit + 1 - rows.length })
    rows.push(...found.rows.map((row) => ({ ...row, tier: at })))
    if (rows.length <= limit && found.reached !== undefined) reached = [at, found.reached]
  }
  const last = rows[limit - 1]
  const next = rows.length > limit && last ? ([last.tier, last.number] as const) : reached
  return {
    articles: rows.slice(0, limit),
    next: next ? cursorBehind(request, [...next]) : null,
    approximate: false,
  }
}

/** Matches that were not ranked. Older than the ranked titles there are no more of those to leave out. */
async function olderMatches(
  q: Queries,
  search: TextSearch,
  ranking: Ranking,
  below: number,
  limit: number,
): Promise<{ rows: MatchRow[]; reached: number | undefined }> {
  const { search: rest, stretch, next } = behindRanked(search, ranking, below)
  const found = await findMatches(q, rest, { direction: 'desc', limit, ...stretch })
  if (found.reached !== undefined || next === undefined) return found
  const older = await olderMatches(q, search, ranking, next, limit - found.rows.length)
  return { rows: [...found.rows, ...older.rows], reached: older.reached }
}

function numbersOf(text: string): number[] {
  return text
    .split(' ')
    .map(Number)
    .map((weight) => (Number.isFinite(weight) ? weight : 0))
}
