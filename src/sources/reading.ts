import type { Queries } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import type { Source, SourceHealth } from './source.ts'
import { findSourceRow, listSources, listSourcesByName, type SourceRow } from './store.ts'

/** What articles, and whoever fetches them, need to know of their source. */
export async function findSource(q: Queries, id: string) {
  const row = await findSourceRow(q, id)
  if (!row) return undefined
  return {
    id,
    name: row.name,
    homeUrl: row.home_url,
    feedUrl: row.feed_url,
    language: row.language,
    attributionTemplate: row.attribution_template,
    extraction: row.extraction,
    timeZone: row.time_zone,
    tags: JSON.parse(row.tags) as string[],
    fetchIntervalMinutes: row.interval_minutes,
    state: row.state,
    version: row.version,
  }
}

/** The id of the source with this id or name. Throws `not-found` where there is none, `conflict` where several have the name. */
export async function requireSourceId(q: Queries, idOrName: string): Promise<string> {
  const id = await findSourceNamed(q, idOrName)
  if (id === undefined) throw new Failure('not-found', 'There is no source with this id or name.')
  return id
}

/** `undefined` for none. Throws `conflict` where several have the name. */
export async function findSourceNamed(q: Queries, idOrName: string): Promise<string | undefined> {
  if (await findSourceRow(q, idOrName)) return idOrName
  const [named, second] = await listSourcesByName(q, idOrName)
  if (second) throw new Failure('conflict', 'Several sources have this name: give the id of one.')
  return named?.id
}

/** Every source, in the order in which they were added. */
export async function readSources(q: Queries): Promise<Source[]> {
  const sources: Source[] = []
  for (let after: string | undefined; ; after = sources.at(-1)?.id) {
    const rows = await listSources(q, {}, { limit: 500, ...(after !== undefined && { after }) })
    sources.push(...rows.map(sourceOf))
    if (rows.length < 500) return sources
  }
}

/** The source as it is shown. */
export function sourceOf(row: SourceRow): Source {
  return {
    id: row.id,
    name: row.name,
    homeUrl: row.home_url,
    feedUrl: row.feed_url,
    format: row.format,
    language: row.language,
    attributionTemplate: row.attribution_template,
    extraction: row.extraction,
    timeZone: row.time_zone,
    tags: JSON.parse(row.tags),
    fetchIntervalMinutes: row.interval_minutes,
    state: row.state,
    health: healthOf(row),
    articleCount: row.article_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function healthOf(row: SourceRow): SourceHealth {
  const isFetched = row.state === 'active' || row.state === 'failing'
  return {
    lastFetchAt: row.last_fetch_at,
    lastSuccessAt: row.last_success_at,
    consecutiveFailures: row.consecutive_failures,
    lastError: row.last_error,
    nextFetchAt: isFetched ? row.due_at : null,
    httpStatus: row.http_status,
  }
}
