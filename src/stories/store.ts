import type { Queries, Transaction } from '../database/database.ts'
import { join, type Sql, sql, where } from '../database/sql.ts'
import type { LinkKind, LinkOrigin } from './link.ts'

/** A row of `related_link`: `reasons` is JSON as text. */
export type LinkRow = {
  id: string
  article_id: string
  kind: LinkKind
  origin: LinkOrigin
  position: number
  score: number | null
  reasons: string
  note: string | null
  target_article_id: string | null
  target_url: string | null
  target_title: string | null
  version: number
  created_at: string
  updated_at: string
}

/** Where a link stands among those of its origin. */
export type Place = { id: string; position: number }

/** With its target as lists show it, where that is an article. */
export type LinkView = LinkRow & { target_state: string | null; card: string | null }

export type LinkFilters = {
  articleId: string
  origins: readonly LinkOrigin[]
  kinds?: LinkKind[] | undefined
}
export type LinkPosition = { rank: number; place: number; id: string }

const columns = sql`l.id, l.article_id, l.kind, l.origin, l.position, l.score, l.reasons, l.note, l.target_article_id,
  l.target_url, l.target_title, l.version, l.created_at, l.updated_at`
const view = sql`${columns}, a.state as target_state, a.card`
const withTarget = sql`related_link l left join article a on a.id = l.target_article_id`
const isShown = sql`(l.target_article_id is null or a.state = 'published')`
/** Computed links, which are not kept, stand between. */
const rank = sql`case l.origin when 'editorial' then 0 else 2 end`
/** A fraction, as the scores of computed links are. */
const place = sql`cast(l.position as double precision)`

/** Editorial links in their order, then the page's own in theirs. */
export function listLinks(
  q: Queries,
  filters: LinkFilters,
  after: LinkPosition | undefined,
  limit: number,
): Promise<(LinkView & LinkPosition)[]> {
  const conditions = conditionsOf(filters)
  if (after) {
    conditions.push(sql`(${rank}, ${place}, l.id) > (${after.rank}, ${after.place}, ${after.id})`)
  }
  return q.all(sql`
    select ${view}, ${rank} as rank, ${place} as place from ${withTarget} ${where(conditions)}
    order by rank, place, l.id limit ${limit}`)
}

/** Where a link stands in `listLinks` by now, also once it is hidden. */
export function findPosition(q: Queries, articleId: string, id: string): Promise<LinkPosition | undefined> {
  return q.one(sql`
    select l.id, ${rank} as rank, ${place} as place from related_link l
    where l.id = ${id} and l.article_id = ${articleId}`)
}

function conditionsOf({ articleId, origins, kinds }: LinkFilters): Sql[] {
  const conditions = [
    sql`l.article_id = ${articleId}`,
    sql`l.origin in (${join([...origins])})`,
    sql`l.removed_at is null`,
    isShown,
  ]
  if (kinds) conditions.push(sql`l.kind in (${join(kinds)})`)
  return conditions
}

export function findLink(q: Queries, articleId: string, id: string): Promise<LinkView | undefined> {
  return q.one(sql`
    select ${view} from ${withTarget}
    where l.id = ${id} and l.article_id = ${articleId} and l.removed_at is null`)
}

/** The places of all links of one origin, hidden ones too. */
export function listPlaces(q: Queries, articleId: string, origin: LinkOrigin): Promise<Place[]> {
  return q.all(sql`
    select id, position from related_link
    where article_id = ${articleId} and origin = ${origin} and removed_at is null order by position, id`)
}

/** Every editorial link, hidden ones too. */
export function listEditorial(q: Queries, articleId: string): Promise<LinkView[]> {
  return q.all(sql`
    select ${view} from ${withTarget}
    where l.article_id = ${articleId} and l.origin = 'editorial' and l.removed_at is null order by l.position, l.id`)
}

export function findTarget(q: Queries, articleId: string): Promise<{ state: string } | undefined> {
  return q.one(sql`select state from article where id = ${articleId}`)
}

export function insertLink(tx: Transaction, row: LinkRow): Promise<number> {
  return tx.run(sql`
    insert into related_link (id, article_id, kind, origin, position, score, reasons, note, target_article_id, target_url,
      target_title, version, created_at, updated_at)
    values (${row.id}, ${row.article_id}, ${row.kind}, ${row.origin}, ${row.position}, ${row.score}, ${row.reasons},
      ${row.note}, ${row.target_article_id}, ${row.target_url}, ${row.target_title}, ${row.version}, ${row.created_at},
      ${row.updated_at})`)
}

/** Writes what an editor may change, but the position. */
export function updateLink(tx: Transaction, row: Pick<LinkRow, 'id' | 'kind' | 'note' | 'target_title'>) {
  return tx.run(sql`
    update related_link set kind = ${row.kind}, note = ${row.note}, target_title = ${row.target_title},
      version = version + 1, updated_at = ${tx.now}
    where id = ${row.id}`)
}

export function updatePosition(tx: Transaction, { id, position }: Place): Promise<number> {
  return tx.run(sql`
    update related_link set position = ${position}, version = version + 1, updated_at = ${tx.now} where id = ${id}`)
}

export function removeLink(tx: Transaction, id: string): Promise<number> {
  return tx.run(sql`delete from related_link where id = ${id}`)
}

/** Hides a computed link for good: the row stays, so that it is not computed again. */
export function suppressLink(tx: Transaction, id: string): Promise<number> {
  return tx.run(sql`
    update related_link set removed_at = ${tx.now}, version = version + 1, updated_at = ${tx.now} where id = ${id}`)
}

export async function findListVersion(q: Queries, articleId: string): Promise<number> {
  const list = await q.one<{ version: number }>(
    sql`select version from related_list where article_id = ${articleId}`,
  )
  return list?.version ?? 0
}

export function incrementListVersion(tx: Transaction, articleId: string): Promise<number> {
  return tx.run(sql`
    insert into related_list (article_id, version) values (${articleId}, 1)
    on conflict (article_id) do update set version = related_list.version + 1`)
}

/** The articles to which an editor has removed the computed link of this kind, from either side: it never returns. */
export async function listRefused(q: Queries, articleId: string, kind: LinkKind): Promise<string[]> {
  const rows = await q.all<{ id: string }>(sql`
    select target_article_id as id from related_link
    where article_id = ${articleId} and origin = 'computed' and kind = ${kind} and removed_at is not null
    union select article_id from related_link
    where target_article_id = ${articleId} and origin = 'computed' and kind = ${kind} and removed_at is not null`)
  return rows.map(({ id }) => id)
}

export type Decided = { id: string; origin: LinkOrigin }

/** Where an editor's links of an article lead to, and the computed ones that an editor has removed: neither is computed again. */
export function listDecided(q: Queries, articleId: string): Promise<Decided[]> {
  return q.all(sql`
    select target_article_id as id, origin from related_link
    where article_id = ${articleId} and target_article_id is not null
      and (origin = 'editorial' and removed_at is null
        or origin = 'computed' and removed_at is not null and kind not in ('duplicate', 'translation'))`)
}

/** The links that are kept from one article to another, and those that were removed for good. */
export function listBetween(q: Queries, articleId: string, targetId: string) {
  return q.all<Pick<LinkRow, 'id' | 'kind' | 'origin'> & { removed_at: string | null }>(sql`
    select id, kind, origin, removed_at from related_link
    where article_id = ${articleId} and target_article_id = ${targetId} order by id`)
}
