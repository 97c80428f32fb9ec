import type { Queries } from '../database/database.ts'
import { join, raw, type Sql, sql, where } from '../database/sql.ts'
import type { TextQuery } from '../text-index/query.ts'
import { type Direction, findsNumber, foundNumbers, type Stretch } from '../text-index/text-index.ts'

/** What is searched for: a text, where one is asked for, and what is checked on each `article a`. */
export type Search = { query: TextQuery | undefined; checks: Sql[] }
export type Way = Stretch & { direction: Direction }
export type MatchRow = { number: number; id: string }

/** The articles of one filter, few enough to look at each: `select` their ids. */
export type Few = { articleIds: Sql }

/** The entries that a round of a search looks at: those that the text finds, or those of a filter that leaves few. */
function candidates(
  q: Queries,
  { query }: Search,
  few: Few | undefined,
  way: Way & { limit: number; skip?: number },
): Sql {
  if (!few) return foundNumbers(q, query, way)
  const { above, below, direction, limit, skip = 0 } = way
  const conditions = [sql`article_id in (${few.articleIds})`]
  if (above !== undefined) conditions.push(sql`number > ${above}`)
  if (below !== undefined) conditions.push(sql`number < ${below}`)
  return sql`select number from text_entry ${where(conditions)} order by number ${raw(direction)} limit ${limit} offset ${skip}`
}

/**
 * The first `limit` articles that a search finds among the next `looks` candidates, with these columns of `article a`. A
 * planner may turn a plain join round, and read every article rather than believe that candidates are few.
 */
export function listMatches<Row extends object>(
  q: Queries,
  search: Search,
  few: Few | undefined,
  { looks, limit, columns, ...way }: Way & { looks: number; limit: number; columns: Sql },
): Promise<(Row & MatchRow)[]> {
  const found = few && search.query ? [findsNumber(q, search.query, sql`c.number`)] : []
  return q.all(sql`
    select c.number, a.id, ${columns}
    from (${candidates(q, search, few, { ...way, limit: looks })}) as c
    cross join text_entry e cross join article a
    ${where([sql`e.number = c.number`, sql`a.id = e.article_id`, ...search.checks, ...found])}
    order by c.number ${raw(way.direction)} limit ${limit}`)
}

/** The number of the last of the next `looks` candidates; `undefined` where there are fewer. */
export async function findLastCandidate(
  q: Queries,
  search: Search,
  few: Few | undefined,
  { looks, ...way }: Way & { looks: number },
): Promise<number | undefined> {
  const row = await q.one<{ number: number }>(
    candidates(q, search, few, { ...way, limit: 1, skip: looks - 1 }),
  )
  return row?.number
}

/** Up to `limit` numbers of a stretch that a query finds, the newest first. */
export async function listNumbers(
  q: Queries,
  query: TextQuery,
  stretch: Stretch,
  limit: number,
): Promise<number[]> {
  const rows = await q.all<{ number: number }>(
    foundNumbers(q, query, { ...stretch, direction: 'desc', limit }),
  )
  return rows.map(({ number }) => number)
}

/** The lowest and the highest number that there is; 0 where there is none. */
export async function findEnds(q: Queries): Promise<{ first: number; last: number }> {
  const row = await q.one<{ first: number | null; last: number | null }>(sql`
    select (select min(number) from text_entry) as first, (select max(number) from text_entry) as last`)
  return { first: row?.first ?? 0, last: row?.last ?? 0 }
}

/** How many entries are above a number, counted up to `limit`. */
export async function countEntries(q: Queries, above: number, limit: number): Promise<number> {
  const row = await q.one<{ count: number }>(sql`
    select count(*) as count from (select number from text_entry where number > ${above} limit ${limit}) as entries`)
  return row?.count ?? 0
}

/** How many published articles there are, as their sources count them. */
export async function countPublished(q: Queries): Promise<number> {
  const row = await q.one<{ count: number | null }>(sql`select sum(article_count) as count from source`)
  return row?.count ?? 0
}

/** How many articles a selection has, counted up to `limit`. */
export async function countFew(q: Queries, articleIds: Sql, limit: number): Promise<number> {
  const row = await q.one<{ count: number }>(
    sql`select count(*) as count from (select * from (${articleIds}) as ids limit ${limit}) as counted`,
  )
  return row?.count ?? 0
}

/** How many of these articles each tag has: with those below it where the articles are published. */
export function countTags(q: Queries, articleIds: string[], published: boolean) {
  return q.all<{ tag_id: string; count: number }>(sql`
    select l.tag_id, count(*) as count from ${raw(published ? 'tag_listing' : 'article_tag')} l
    where l.article_id in (${join(articleIds)}) group by l.tag_id`)
}

export function listTagNames(q: Queries, ids: string[]) {
  return q.all<{ id: string; slug: string; name: string }>(
    sql`select id, slug, name from tag where id in (${join(ids)})`,
  )
}

export function listSourceNames(q: Queries, ids: string[]) {
  return q.all<{ id: string; name: string }>(sql`select id, name from source where id in (${join(ids)})`)
}
