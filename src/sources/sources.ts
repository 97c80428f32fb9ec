import { recordChange } from '../changes/changes.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { checkVersion } from '../http/preconditions.ts'
import { Failure } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import { askForFetch, followFeed, makeDue } from './feeds.ts'
import { keepKeys } from './keys.ts'
import { findSourceNamed } from './reading.ts'
import type { NewSource, SourcePatch } from './source.ts'
import {
  findAnyArticle,
  findByFeedUrl,
  findSourceRow,
  insertSource,
  listArticleIds,
  removeSource,
  type SourceRow,
  updateArticleCount,
  updateSource,
} from './store.ts'

export { rekeySources, suggestSources } from './keys.ts'
export { findSource, healthOf, readSources, requireSourceId, sourceOf } from './reading.ts'

/** Writes the stored cards of articles anew, which show the name, home and credit of their source. */
export type RefreshCards = (tx: Transaction, articleIds: string[]) => Promise<void>

/**
 * The source with this id, else the one with this name, else a new one of what `make` answers. Throws `conflict` where
 * several have the name.
 */
export async function sourceNamed(
  tx: Transaction,
  idOrName: string,
  make: () => NewSource,
): Promise<{ id: string; made: boolean }> {
  const found = await findSourceNamed(tx, idOrName)
  if (found !== undefined) return { id: found, made: false }
  const { id } = await addSource(tx, make())
  return { id, made: true }
}

/** Keeps count of the published articles of a source. */
export function countArticle(tx: Transaction, sourceId: string, difference: number): Promise<void> {
  return updateArticleCount(tx, sourceId, difference)
}

/** Adds a source, under an id that it has had elsewhere or a new one. Throws `conflict` with its `sourceId` where another has the same feed. */
export async function addSource(tx: Transaction, input: NewSource, id = newId()): Promise<SourceRow> {
  const row = rowOf(id, input, tx.now)
  if (!(await insertSource(tx, row))) throw await feedTaken(tx, row.feed_url)
  await keepKeys(tx, row)
  const due_at = await makeDue(tx, row)
  await recordChange(tx, { type: 'source.created', id: row.id, sourceId: row.id })
  return { ...row, due_at }
}

function rowOf(id: string, input: NewSource, now: string): SourceRow {
  return {
    id,
    name: input.name,
    home_url: input.homeUrl,
    feed_url: input.feedUrl ?? null,
    language: input.language ?? null,
    attribution_template: input.attributionTemplate ?? null,
    extraction: input.extraction ?? 'whenShort',
    time_zone: input.timeZone ?? null,
    tags: tagsColumn(input.tags),
    interval_minutes: input.fetchIntervalMinutes ?? null,
    state: input.state ?? 'active',
    ...neverFetched,
    due_at: null,
    article_count: 0,
    version: 1,
    created_at: now,
    updated_at: now,
  }
}

const tagsColumn = (slugs: string[] | null = []) => JSON.stringify([...new Set(slugs)])

const neverFetched = {
  format: null,
  last_fetch_at: null,
  last_success_at: null,
  consecutive_failures: 0,
  last_error: null,
  http_status: null,
}

/**
 * Changes a source, and with what its articles show of it their cards. What is known of one feed is not said of another.
 * Runs in a write that is alone: meanwhile nobody takes the feed, or makes a card from what the source was.
 */
export async function changeSource(
  tx: Transaction,
  refreshCards: RefreshCards,
  { id, patch, accepted }: { id: string; patch: SourcePatch; accepted: number[] | undefined },
): Promise<SourceRow> {
  const row = await requireSource(tx, id, accepted)
  const changed = patched(row, patch)
  const next = { ...changed, version: row.version + 1, updated_at: tx.now }
  if (next.feed_url !== row.feed_url) {
    if (next.feed_url !== null && (await findByFeedUrl(tx, next.feed_url)))
      throw await feedTaken(tx, next.feed_url)
    Object.assign(next, neverFetched)
  }
  await updateSource(tx, next)
  next.due_at = await followFeed(tx, row, next)
  if (next.name !== row.name || next.home_url !== row.home_url) await keepKeys(tx, next)
  if (shown(next) !== shown(row)) {
    const articles = await listArticleIds(tx, id)
    const ids = articles.map((article) => article.id)
    await refreshCards(tx, ids)
  }
  await recordChange(tx, { type: 'source.updated', id, sourceId: id })
  return next
}

const shown = (row: SourceRow) => JSON.stringify([row.name, row.home_url, row.attribution_template])

function patched(row: SourceRow, patch: SourcePatch): SourceRow {
  const { name, homeUrl, feedUrl, language, attributionTemplate, state } = patch
  const { extraction, timeZone, tags, fetchIntervalMinutes } = patch
  return {
    ...row,
    name: name ?? row.name,
    home_url: homeUrl ?? row.home_url,
    feed_url: feedUrl === undefined ? row.feed_url : feedUrl,
    language: language === undefined ? row.language : language,
    attribution_template: attributionTemplate === undefined ? row.attribution_template : attributionTemplate,
    extraction: extraction ?? row.extraction,
    time_zone: timeZone === undefined ? row.time_zone : timeZone,
    tags: tags === undefined ? row.tags : tagsColumn(tags ?? []),
    interval_minutes: fetchIntervalMinutes === undefined ? row.interval_minutes : fetchIntervalMinutes,
    state: state ?? row.state,
  }
}

/** Asks for the feed of a source to be fetched now. Throws `conflict` where it has none, is paused or gone. */
export async function requestFetch(tx: Transaction, id: string): Promise<SourceRow> {
  return askForFetch(tx, await requireSource(tx, id, undefined))
}

/** Removes a source that has no article, of whatever state, in a write that is alone: nobody adds one meanwhile. */
export async function dropSource(
  tx: Transaction,
  { id, accepted }: { id: string; accepted: number[] | undefined },
): Promise<void> {
  await requireSource(tx, id, accepted)
  if (await findAnyArticle(tx, id)) {
    const message =
      'The source has articles, drafts and withdrawn ones included: delete them first, or set `state` to `paused` to stop fetching it.'
    throw new Failure('conflict', message)
  }
  await removeSource(tx, id)
  await recordChange(tx, { type: 'source.deleted', id, sourceId: id })
}

async function requireSource(
  tx: Transaction,
  id: string,
  accepted: number[] | undefined,
): Promise<SourceRow> {
  const row = await findSourceRow(tx, id)
  if (!row) throw noSuchSource()
  checkVersion(row.version, accepted)
  return row
}

export const noSuchSource = () => new Failure('not-found', 'There is no source with this id.')

async function feedTaken(q: Queries, feedUrl: string | null): Promise<Failure> {
  const owner = feedUrl === null ? undefined : await findByFeedUrl(q, feedUrl)
  return new Failure('conflict', 'Another source has this feed.', {
    errors: [{ in: 'body', path: 'feedUrl', message: 'Is taken.' }],
    extensions: { sourceId: owner?.id },
  })
}
