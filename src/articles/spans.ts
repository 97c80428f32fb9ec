import type { Queries } from '../database/database.ts'
import { join, raw, type Sql, sql, where } from '../database/sql.ts'

/**
 * A part of an index in the order of a list: the table that the index is of, the join from it to `article a` where it is
 * another, the columns of the order, what narrows the index, and what is checked on the article itself. `isSparse` where rows of the
 * index may be passed over, and who knows how many.
 */
export type ListSpan = {
  from: Sql
  article: Sql
  at: Sql
  id: Sql
  conditions: Sql[]
  checks: Sql[]
  isSparse: boolean
}
export type CardRow = { id: string; at: string; card: Uint8Array }
type Direction = 'asc' | 'desc'

/** The rows of a span in order, each with its article. */
function articlesOf(span: ListSpan, direction: Direction): Sql {
  return sql`from ${span.from} ${span.article} ${where([...span.conditions, ...span.checks])} ${orderOf(span, direction)}`
}

/** The same for who wants the places alone: the articles are looked at only where something is checked on them. */
function placesOf(span: ListSpan, direction: Direction): Sql {
  return span.checks.length > 0
    ? articlesOf(span, direction)
    : sql`from ${span.from} ${where(span.conditions)} ${orderOf(span, direction)}`
}

function orderOf({ at, id }: ListSpan, direction: Direction): Sql {
  return sql`order by ${at} ${raw(direction)}, ${id} ${raw(direction)}`
}

/** The first cards of several spans merged. Each span gives at most `limit`, so the cost is bound whatever it holds. */
export function listSpans(q: Queries, spans: ListSpan[], direction: Direction, limit: number) {
  const card = q.dialect.bytes(sql`a.card`)
  const [span] = spans
  if (span && spans.length === 1) {
    return q.all<CardRow>(sql`
      select ${span.id} as id, ${span.at} as at, ${card} as card ${articlesOf(span, direction)} limit ${limit}`)
  }
  const way = raw(direction)
  const heads = spans.map(
    (each) => sql`select * from (
      select ${each.at} as at, ${each.id} as id ${placesOf(each, direction)} limit ${limit}
    ) as head`,
  )
  return q.all<CardRow>(sql`
    select page.id, page.at, ${card} as card
    from (select at, id from (${join(heads, ' union ')}) as heads order by at ${way}, id ${way} limit ${limit}) as page
    join article a on a.id = page.id order by page.at ${way}, page.id ${way}`)
}

/** A page as JSON up to its last card, with room behind it, and the place of that card where there are more behind. */
export type JoinedPage = { page: Buffer; last: { at: string; id: string } | undefined }

/** What the JSON of a page begins with, and blanks behind its cards for what is known only then: it is never copied. */
const opening = '{"data":['
export const room = ' '.repeat(512)

/**
 * The first `limit` cards of one span as one value: twenty values handed over one by one cost three times as much. The joining
 * is outermost and `concat` its only step, since each step and each subquery copies the page. `ends` has the place of the last
 * card and, where there is one, of the card behind it: a moment and an id with a space between, which sort as one text.
 */
export async function joinSpan(
  q: Queries,
  span: ListSpan,
  direction: Direction,
  limit: number,
): Promise<JoinedPage> {
  if (span.isSparse) return joinSparse(q, span, direction, limit)
  const { at, id } = span
  const way = raw(direction)
  const last = raw(direction === 'asc' ? 'min' : 'max')
  const row = await q.one<{ page: Buffer; ends: string | null }>(sql`
    select ${joinedCards(q, way)} as page, (
        select ${last}(place) || ' ' || count(*)
        from (select ${at} || ' ' || ${id} as place ${placesOf(span, direction)} limit 2 offset ${limit - 1}) as ends
      ) as ends
    from (select a.card as card, ${at} as at, ${id} as id ${articlesOf(span, direction)} limit ${limit}) as page`)
  return joinedPage(row)
}

/** The same where it is the walk that costs: it is made once, and cards are read of what it found. */
async function joinSparse(
  q: Queries,
  span: ListSpan,
  direction: Direction,
  limit: number,
): Promise<JoinedPage> {
  const way = raw(direction)
  const last = raw(direction === 'asc' ? 'min' : 'max')
  const row = await q.one<{ page: Buffer; ends: string | null }>(sql`
    with found as materialized (select ${span.at} as at, ${span.id} as id ${placesOf(span, direction)} limit ${limit + 1})
    select ${joinedCards(q, way)} as page, (
        select ${last}(place) || ' ' || count(*)
        from (select at || ' ' || id as place from found order by at ${way}, id ${way} limit 2 offset ${limit - 1}) as ends
      ) as ends
    from (
      select a.card as card, shown.at as at, shown.id as id
      from (select at, id from found order by at ${way}, id ${way} limit ${limit}) as shown join article a on a.id = shown.id
      order by shown.at ${way}, shown.id ${way}
    ) as page`)
  return joinedPage(row)
}

/** The cards of a subquery `page` as one value. */
function joinedCards({ dialect }: Queries, way: Sql): Sql {
  const cards = dialect.joined(sql`page.card`, sql`page.at ${way}, page.id ${way}`)
  return dialect.bytes(sql`concat(cast(${opening} as text), ${cards}, cast(${room} as text))`)
}

function joinedPage(row: { page: Buffer; ends: string | null } | undefined): JoinedPage {
  const { page, ends } = row as NonNullable<typeof row>
  const [lastAt = '', lastId = '', found] = ends?.split(' ') ?? []
  return { page, last: found === '2' ? { at: lastAt, id: lastId } : undefined }
}

/** The same beginning of a page of cards that were read one by one. */
export function pageOfCards(cards: Uint8Array[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(opening)]
  for (const [index, card] of cards.entries()) parts.push(...(index === 0 ? [card] : [comma, card]))
  return Buffer.concat([...parts, Buffer.from(room)])
}

const comma = Buffer.from(',')

/** Counts each article once, however many spans it is in. */
export async function countSpans(q: Queries, spans: ListSpan[]): Promise<number> {
  const ids = spans.map(
    (span) => sql`select * from (select ${span.id} as id ${placesOf(span, 'asc')}) as places`,
  )
  const row = await q.one<{ count: number }>(
    sql`select count(*) as count from (${join(ids, ' union ')}) as counted`,
  )
  return row?.count ?? 0
}

export async function findRarestTag(q: Queries, ids: (string | Sql)[]): Promise<string | Sql> {
  const row = await q.one<{ id: string }>(
    sql`select id from tag where id in (${join(ids)}) order by article_count, id limit 1`,
  )
  return row?.id ?? (ids[0] as string | Sql)
}
