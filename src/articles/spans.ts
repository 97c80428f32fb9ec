import type { Queries } from '../database/database.ts'
import { join, type Sql, sql, where } from '../database/sql.ts'

/** A part of an index in the order of a list: where to read, the columns of the order, what to keep. */
export type ListSpan = { from: Sql; at: Sql; id: Sql; conditions: Sql[] }
export type CardRow = { id: string; at: string; card: Uint8Array }

/** The first cards of several spans merged. Each span gives at most `limit`, so the cost is bound whatever it holds. */
export function listSpans(q: Queries, spans: ListSpan[], direction: 'asc' | 'desc', limit: number) {
  const way = direction === 'asc' ? sql`asc` : sql`desc`
  const card = q.dialect.bytes(sql`a.card`)
  const [span] = spans
  if (span && spans.length === 1) {
    return q.all<CardRow>(sql`
      select ${span.id} as id, ${span.at} as at, ${card} as card
      from ${span.from} ${where(span.conditions)} order by ${span.at} ${way}, ${span.id} ${way} limit ${limit}`)
  }
  const heads = spans.map(
    ({ from, at, id, conditions }) => sql`select * from (
      select ${at} as at, ${id} as id from ${from} ${where(conditions)} order by ${at} ${way}, ${id} ${way} limit ${limit}
    ) as head`,
  )
  return q.all<CardRow>(sql`
    select page.id, page.at, ${card} as card
    from (select at, id from (${join(heads, ' union ')}) as heads order by at ${way}, id ${way} limit ${limit}) as page
    join article a on a.id = page.id order by page.at ${way}, page.id ${way}`)
}

/** A page joined to the JSON that is served, with the place of its last card and whether there are more behind. */
export type JoinedPage = { cards: Uint8Array | null; found: number; place: string | null }

/**
 * The first `limit` cards of one span as one value: twenty values handed over one by one cost three times as much. `place`
 * is the moment and the id of the last card, which have a space between and sort as one text.
 */
export async function joinSpan(
  q: Queries,
  span: ListSpan,
  direction: 'asc' | 'desc',
  limit: number,
): Promise<JoinedPage> {
  const { from, at, id } = span
  const way = direction === 'asc' ? sql`asc` : sql`desc`
  const last = direction === 'asc' ? sql`min` : sql`max`
  const rows = sql`from ${from} ${where(span.conditions)} order by ${at} ${way}, ${id} ${way} limit`
  const joined = q.dialect.bytes(q.dialect.joined(sql`page.card`, sql`page.at ${way}, page.id ${way}`))
  const page = await q.one<JoinedPage>(sql`
    select (select ${joined} from (select a.card as card, ${at} as at, ${id} as id ${rows} ${limit}) as page) as cards,
      count(*) as found, ${last}(place) as place
    from (select ${at} || ' ' || ${id} as place ${rows} 2 offset ${limit - 1}) as ends`)
  return page as JoinedPage
}

/** Counts each article once, however many spans it is in. */
export async function countSpans(q: Queries, spans: ListSpan[]): Promise<number> {
  const ids = spans.map(
    ({ from, id, conditions }) => sql`select ${id} as id from ${from} ${where(conditions)}`,
  )
  const row = await q.one<{ count: number }>(
    sql`select count(*) as count from (${join(ids, ' union ')}) as counted`,
  )
  return row?.count ?? 0
}

export async function findRarestTag(q: Queries, ids: string[]): Promise<string> {
  const row = await q.one<{ id: string }>(
    sql`select id from tag where id in (${join(ids)}) order by article_count, id limit 1`,
  )
  return row?.id ?? (ids[0] as string)
}
