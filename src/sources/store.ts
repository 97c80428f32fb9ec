import type { Queries, Transaction } from '../database/database.ts'
import { forget } from '../database/memory.ts'
import { join, type Sql, sql, where } from '../database/sql.ts'
import type { extractions, feedFormats, sourceStates } from './source.ts'

export type SourceRow = {
  id: string
  name: string
  home_url: string
  feed_url: string | null
  format: (typeof feedFormats)[number] | null
  language: string | null
  attribution_template: string | null
  extraction: (typeof extractions)[number]
  time_zone: string | null
  /** JSON: slugs. */
  tags: string
  interval_minutes: number | null
  state: (typeof sourceStates)[number]
  last_fetch_at: string | null
  last_success_at: string | null
  consecutive_failures: number
  last_error: string | null
  http_status: number | null
  article_count: number
  version: number
  created_at: string
  updated_at: string
  /** When its feed is to be fetched next, which is kept with the feed; null without one. */
  due_at: string | null
}

const columns = sql`id, name, home_url, feed_url, format, language, attribution_template, extraction, time_zone, tags,
  interval_minutes, state, last_fetch_at, last_success_at, consecutive_failures, last_error, http_status, article_count,
  version, created_at, updated_at`
const view = sql`${columns}, (select due_at from feed where source_id = source.id) as due_at`

export function findSourceRow(q: Queries, id: string): Promise<SourceRow | undefined> {
  return q.one(sql`select ${view} from source where id = ${id}`)
}

export function findByFeedUrl(q: Queries, feedUrl: string): Promise<{ id: string } | undefined> {
  return q.one(sql`select id from source where feed_url = ${feedUrl}`)
}

/** Two at most: enough to tell whether the name is one source's alone. Reads every source, so it is for operators only. */
export function listSourcesByName(q: Queries, name: string): Promise<{ id: string }[]> {
  return q.all(sql`select id from source where name = ${name} order by id limit 2`)
}

export type SourceFilters = { state?: SourceRow['state']; language?: string }

/** In the order in which they were added. */
export function sourcesStatement(
  filters: SourceFilters,
  { after, limit }: { after?: string; limit: number },
): Sql {
  const conditions: Sql[] = []
  if (filters.state) conditions.push(sql`state = ${filters.state}`)
  if (filters.language) conditions.push(sql`language = ${filters.language}`)
  if (after !== undefined) conditions.push(sql`id > ${after}`)
  return sql`select ${view} from source ${where(conditions)} order by id limit ${limit}`
}

export function listSources(
  q: Queries,
  filters: SourceFilters,
  page: { after?: string; limit: number },
): Promise<SourceRow[]> {
  return q.all(sourcesStatement(filters, page))
}

/** Answers whether it was added: not where another source has its feed. */
export async function insertSource(tx: Transaction, row: SourceRow): Promise<boolean> {
  const added = await tx.run(sql`
    insert into source (${columns})
    values (${row.id}, ${row.name}, ${row.home_url}, ${row.feed_url}, ${row.format}, ${row.language},
      ${row.attribution_template}, ${row.extraction}, ${row.time_zone}, ${row.tags}, ${row.interval_minutes}, ${row.state},
      ${row.last_fetch_at}, ${row.last_success_at}, ${row.consecutive_failures}, ${row.last_error}, ${row.http_status},
      ${row.article_count}, ${row.version}, ${row.created_at}, ${row.updated_at})
    on conflict (feed_url) do nothing`)
  return added > 0
}

/** Writes everything but the count of articles, which articles keep, and what is kept with the feed. */
export async function updateSource(tx: Transaction, row: SourceRow): Promise<void> {
  forget(tx)
  await tx.run(sql`
    update source set name = ${row.name}, home_url = ${row.home_url}, feed_url = ${row.feed_url}, format = ${row.format},
      language = ${row.language}, attribution_template = ${row.attribution_template}, extraction = ${row.extraction},
      time_zone = ${row.time_zone}, tags = ${row.tags}, interval_minutes = ${row.interval_minutes}, state = ${row.state},
      last_fetch_at = ${row.last_fetch_at}, last_success_at = ${row.last_success_at},
      consecutive_failures = ${row.consecutive_failures}, last_error = ${row.last_error}, http_status = ${row.http_status},
      version = ${row.version}, updated_at = ${row.updated_at}
    where id = ${row.id}`)
}

export async function updateArticleCount(tx: Transaction, id: string, difference: number): Promise<void> {
  await tx.run(sql`update source set article_count = article_count + ${difference} where id = ${id}`)
}

export async function removeSource(tx: Transaction, id: string): Promise<void> {
  forget(tx)
  await tx.run(sql`delete from source where id = ${id}`)
}

export function findAnyArticle(q: Queries, sourceId: string): Promise<{ id: string } | undefined> {
  return q.one(sql`select id from article where source_id = ${sourceId} limit 1`)
}

export function listArticleIds(q: Queries, sourceId: string): Promise<{ id: string }[]> {
  return q.all(sql`select id from article where source_id = ${sourceId} order by id`)
}

/** Writes the beginnings under which a source is suggested anew. */
export async function replaceKeys(tx: Transaction, sourceId: string, keys: string[]): Promise<void> {
  await tx.run(sql`delete from source_key where source_id = ${sourceId}`)
  if (keys.length === 0) return
  const rows = keys.map((key) => sql`(${key}, ${sourceId})`)
  await tx.run(sql`insert into source_key (key, source_id) values ${join(rows)}`)
}

export type SuggestedSource = { id: string; name: string; article_count: number }

/** The sources with most articles among the first that have a key in this range. */
export function listByKey(
  q: Queries,
  { from, below, limit }: { from: string; below: string; limit: number },
): Promise<SuggestedSource[]> {
  return q.all(sql`
    select s.id, s.name, s.article_count
    from (select distinct source_id from (
      select source_id from source_key where key >= ${from} and key < ${below} order by key, source_id limit 500
    ) as first) as found join source s on s.id = found.source_id
    order by s.article_count desc, s.id limit ${limit}`)
}
