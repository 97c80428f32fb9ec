import { listCards, type Position } from '../articles/listing.ts'
import type { Queries } from '../database/database.ts'
import { holds, type Period, periodsAround } from './periods.ts'
import type { ArticleFilters } from './queries.ts'

/** An archive has no more articles than this. */
export const archiveSize = 100

/** An archive, and where in it the document begins if not at its top. */
export type ArchivePlace = { period: Period; after?: Position }

/**
 * Archives (RFC 5005, section 4) are periods of publishing time that do not overlap: a month, or where it has more than an
 * archive holds its days, or their hours. What is inserted while somebody walks them moves nothing from one to another, so
 * that each article is met once. A full hour goes on behind a position.
 */
export async function archiveBelow(
  q: Queries,
  filters: ArticleFilters,
  place: Position,
): Promise<ArchivePlace | undefined> {
  const [next] = await listCards(q, filters, { sort: 'newest', after: place, limit: 0 })
  if (!next) return undefined
  const { period } = await periodOf(q, filters, next.at)
  return holds(period, place.at) ? { period, after: place } : { period }
}

/**
 * The archive above one. The period of the newest article is still being written: above the last archive is the feed itself. One
 * that is more than a document is reached from above alone.
 */
export async function archiveAbove(
  q: Queries,
  filters: ArticleFilters,
  { end }: Period,
): Promise<Period | undefined> {
  const behind = { at: justBefore(end), id: beyondIds }
  const [next] = await listCards(q, filters, { sort: 'oldest', after: behind, limit: 0 })
  const [newest] = await listCards(q, filters, { sort: 'newest', after: undefined, limit: 0 })
  if (!next || !newest) return undefined
  const { period, fits } = await periodOf(q, filters, next.at)
  return fits && !holds(period, newest.at) ? period : undefined
}

/** Filters that leave of a list what was published in a period. */
export function within(filters: ArticleFilters, { start, end }: Period): ArticleFilters {
  const { publishedAfter, publishedBefore } = filters
  const above = justBefore(start)
  return {
    ...filters,
    publishedAfter: publishedAfter !== undefined && publishedAfter > above ? publishedAfter : above,
    publishedBefore: publishedBefore !== undefined && publishedBefore < end ? publishedBefore : end,
  }
}

/** The longest period around a moment that one document holds; the shortest where none does. */
async function periodOf(q: Queries, filters: ArticleFilters, at: string) {
  const periods = periodsAround(at)
  for (const period of periods) if (await isHeld(q, filters, period)) return { period, fits: true }
  return { period: periods.at(-1) as Period, fits: false }
}

async function isHeld(q: Queries, filters: ArticleFilters, period: Period): Promise<boolean> {
  const place = { sort: 'newest' as const, after: undefined, limit: archiveSize }
  return (await listCards(q, within(filters, period), place)).length <= archiveSize
}

const justBefore = (time: string) => new Date(Date.parse(time) - 1).toISOString()
/** Behind every id of one moment: ids begin with a hexadecimal digit. */
const beyondIds = 'z'
