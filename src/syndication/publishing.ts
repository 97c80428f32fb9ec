import type { Change, ChangeType } from '../changes/change.ts'
import { endOfLog, readChanges } from '../changes/changes.ts'
import type { Database, Queries } from '../database/database.ts'
import type { OutboundClient } from '../outbound/client.ts'
import { OutboundError } from '../outbound/outbound-error.ts'
import { feedPath } from './addresses.ts'
import { feedFormats } from './feed.ts'
import {
  claimHubProgress,
  claimTopics,
  type DueTopic,
  findHubProgress,
  hasDueTopic,
  listTagsConcerned,
  updateHubProgress,
  updateTold,
  updateUntold,
  upsertTopics,
} from './hub-store.ts'
import { tagTopics } from './topics.ts'

export type Publishing = {
  database: Database
  client: Pick<OutboundClient, 'request'>
  /** The address of the hub. */
  hub: string
  /** The public address, without a slash at its end: topics begin with it. */
  base: string
  logger: { warn(details: object, message: string): void }
}

const types: ChangeType[] = [
  'article.published',
  'article.revised',
  'article.withdrawn',
  'article.restored',
  'article.deleted',
  'story.created',
  'story.updated',
  'story.merged',
]

const changesAtOnce = 200
/** Of a large import the feeds of these tags are told, and those without a filter. */
const mostTags = 50
/** What changes within so long is told at once, and no topic is told more often. */
export const gatherMs = 3000
const topicsAtOnce = 20
const leaseMs = 5 * 60 * 1000
const timeouts = { headersMs: 5000, wholeMs: 10_000 }
/** After each failure but the last, which waits for the next change. */
const pausesMs = [10_000, 60_000, 5 * 60_000, 30 * 60_000]

const later = (now: string, ms: number) => new Date(Date.parse(now) + ms).toISOString()

/**
 * Follows the change log, and keeps which topics the hub is to be told of. How far it was followed and what follows from that are
 * one transaction. The first time begins at the end of the log. Answers whether something was done.
 */
export async function noteChanges(database: Database): Promise<boolean> {
  const { seq } = await findHubProgress(database)
  // A look that finds nothing is no commit, which would cost every answer that is kept ready.
  if (seq !== null && !(await hasChanges(database, seq))) return false
  return database.write(async (tx) => {
    const progress = await claimHubProgress(tx)
    if (!progress) return false
    if (progress.seq === null) {
      await updateHubProgress(tx, await endOfLog(tx))
      return true
    }
    const { changes, lastSeq } = await readChanges(tx, behind(progress.seq, changesAtOnce))
    const topics = await topicsOf(tx, changes)
    if (topics.length > 0) await upsertTopics(tx, topics, later(tx.now, gatherMs))
    await updateHubProgress(tx, lastSeq)
    return true
  })
}

/** What was removed meanwhile is in the feeds all the same. */
const behind = (after: number, limit: number) => ({ after, limit, types, skipRemoved: true })

async function hasChanges(q: Queries, after: number): Promise<boolean> {
  const { changes, lastSeq } = await readChanges(q, behind(after, 1))
  // A log that is shorter than it was is followed from its end.
  return changes.length > 0 || lastSeq < after
}

async function topicsOf(q: Queries, changes: Change[]): Promise<string[]> {
  const isOf = (type: string) => changes.filter(({ resource }) => resource.type === type)
  const articleIds = [...new Set(isOf('article').map(({ resource }) => resource.id))]
  const tags = articleIds.length > 0 ? await listTagsConcerned(q, articleIds, mostTags) : []
  return [
    ...(articleIds.length > 0 ? feedFormats.map((format) => feedPath('articles', format)) : []),
    ...(isOf('story').length > 0 ? feedFormats.map((format) => feedPath('stories', format)) : []),
    ...tags.flatMap(tagTopics),
  ]
}

/**
 * Tells the hub of topics that are due (WebSub leaves open how; hubs take `hub.mode=publish` with `hub.url`). A process that dies
 * meanwhile leaves them to whoever comes after the lease. Answers how many were due.
 */
export async function tellHub(publishing: Publishing, now: string, signal?: AbortSignal): Promise<number> {
  const { database, logger } = publishing
  if (!(await hasDueTopic(database, now))) return 0
  const topics = await database.write((tx) => claimTopics(tx, later(tx.now, leaseMs), topicsAtOnce))
  const told: { topic: DueTopic; problem: string | undefined }[] = []
  for (const topic of topics) {
    if (signal?.aborted) break
    told.push({ topic, problem: await ping(publishing, topic, signal) })
  }
  if (told.length === 0) return 0
  await database.write(async (tx) => {
    for (const { topic, problem } of told) {
      const pause = pausesMs[topic.attempts]
      if (problem === undefined) await updateTold(tx, topic, later(tx.now, gatherMs))
      else if (pause !== undefined) await updateUntold(tx, topic, topic.attempts + 1, later(tx.now, pause))
      else await updateUntold(tx, topic, 0, null)
    }
  })
  const failed = told.find(({ problem }) => problem !== undefined)
  if (failed) logger.warn({ topic: failed.topic.path, problem: failed.problem }, 'the hub could not be told')
  return topics.length
}

/** What was wrong, if something was. */
async function ping(
  { client, hub, base }: Publishing,
  { path }: DueTopic,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const body = new URLSearchParams({ 'hub.mode': 'publish', 'hub.url': `${base}${path}` }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  try {
    const asked = { url: hub, method: 'POST' as const, headers, body, timeouts }
    const { status } = await client.request({ ...asked, ...(signal && { signal }) })
    return status >= 200 && status < 300 ? undefined : `The hub answered ${status}.`
  } catch (error) {
    if (error instanceof OutboundError || signal?.aborted) return (error as Error).message
    throw error
  }
}
