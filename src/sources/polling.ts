import { recordChange } from '../changes/changes.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { newId } from '../shared/ids.ts'
import { makeDue } from './feeds.ts'
import {
  type DueFeed,
  type FeedState,
  findLag,
  freeHost,
  isFree,
  leaseFeeds,
  listDue,
  listWithoutFeed,
  releaseFeed,
  renewLease,
  takeHost,
  updateFeedUrl,
  updateHealth,
} from './polling-store.ts'
import { findSourceRow } from './store.ts'

export type { DueFeed, FeedState } from './polling-store.ts'
export { findNextDue } from './polling-store.ts'

/** A feed that a worker has until its lease is over, or until it lets go of it; with its host, unless a hub has brought it. */
export type ClaimedFeed = DueFeed & { lease: string; hasHost: boolean }

/** More than are taken, since several may be of one host. */
const looksPerPlace = 10

/**
 * Takes feeds that are due, one for each host, for `leaseMs`. Two workers never have the same feed or host: what one that died
 * had is free again when its lease is over.
 */
export async function claimFeeds(
  tx: Transaction,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<ClaimedFeed[]> {
  const until = new Date(Date.parse(tx.now) + leaseMs).toISOString()
  const lease = newId()
  const due = await listDue(tx, tx.now, limit * looksPerPlace)
  const taken: string[] = []
  const hosts = new Set<string>()
  for (const { source_id, host } of due) {
    if (taken.length === limit || hosts.has(host)) continue
    hosts.add(host)
    if (await takeHost(tx, host, tx.now, until)) taken.push(source_id)
  }
  return (await leaseFeeds(tx, taken, lease, until)).map((feed) => ({ ...feed, lease, hasHost: true }))
}

/** Takes one feed that a hub has pushed; where a worker has it already it is due at once instead, and this answers `undefined`. */
export async function claimPushed(
  tx: Transaction,
  sourceId: string,
  forMs: number,
): Promise<ClaimedFeed | undefined> {
  const lease = newId()
  if (await isFree(tx, sourceId)) {
    const until = new Date(Date.parse(tx.now) + forMs).toISOString()
    const [feed] = await leaseFeeds(tx, [sourceId], lease, until)
    return feed && { ...feed, lease, hasHost: false }
  }
  const row = await findSourceRow(tx, sourceId)
  if (row) await makeDue(tx, row)
  return undefined
}

/** Whether the worker still has the feed, which it then has for `leaseMs` more, and so its host. */
export async function keepFeed(tx: Transaction, feed: ClaimedFeed, leaseMs: number): Promise<boolean> {
  const until = new Date(Date.parse(tx.now) + leaseMs).toISOString()
  const isKept = await renewLease(tx, feed.source_id, feed.lease, until)
  if (isKept && feed.hasHost) await freeHost(tx, feed.host, until, null)
  return isKept
}

/** Leaves the host of a feed alone for a while, if it came with the feed. */
export async function releaseHostOf(
  tx: Transaction,
  { host, hasHost }: ClaimedFeed,
  pauseMs: number,
  reason: string | null = null,
): Promise<void> {
  if (hasHost) await releaseHost(tx, host, pauseMs, reason)
}

/** Takes a host that is not that of the feed, for a page of it; false while another request to it is under way. */
export function claimHost(tx: Transaction, host: string, forMs: number): Promise<boolean> {
  return takeHost(tx, host, tx.now, new Date(Date.parse(tx.now) + forMs).toISOString())
}

/** Leaves a host alone for a while: a pause between two requests, or as long as it asked for. */
export function releaseHost(
  tx: Transaction,
  host: string,
  pauseMs: number,
  reason: string | null = null,
): Promise<void> {
  return freeHost(tx, host, new Date(Date.parse(tx.now) + pauseMs).toISOString(), reason)
}

export type PollResult = {
  state: FeedState
  success: boolean
  error: string | null
  httpStatus: number | null
  /** As the feed turned out to be, where it was read. */
  format: string | null
  gone: boolean
  /** Where the feed is from now on, after it has long been led there. */
  followTo?: string | undefined
}

/** So many failures in a row make a source `failing`. It is tried on all the same. */
const failuresTolerated = 3

/**
 * Writes what a poll found out of a source, and lets go of its feed. The change log tells of it where the state of the source
 * changes, and not of each poll.
 */
export async function endPoll(tx: Transaction, feed: ClaimedFeed, result: PollResult): Promise<void> {
  const row = await findSourceRow(tx, feed.source_id)
  if (!row) return
  const failures = result.success ? 0 : row.consecutive_failures + 1
  const failing = failures >= failuresTolerated ? 'failing' : row.state === 'failing' ? 'failing' : 'active'
  const polled = result.gone ? 'gone' : result.success ? 'active' : failing
  // Who paused it meanwhile meant it.
  const state = row.state === 'paused' ? 'paused' : polled
  await releaseFeed(tx, feed, result.state)
  await updateHealth(tx, feed.source_id, {
    at: tx.now,
    success: result.success,
    failures,
    error: result.error,
    httpStatus: result.httpStatus,
    state,
    format: result.format,
  })
  const { followTo } = result
  const moved = followTo !== undefined && (await updateFeedUrl(tx, feed.source_id, followTo))
  const { source_id: id } = feed
  if (moved || state !== row.state) await recordChange(tx, { type: 'source.updated', id, sourceId: id })
}

/** Gives every source with a feed what fetching keeps of it: those of an older version have nothing yet. */
export async function adoptFeeds(tx: Transaction): Promise<void> {
  for (const { id, feed_url } of await listWithoutFeed(tx)) await makeDue(tx, { id, feed_url })
}

/** How many feeds are due and not fetched, and for how many seconds the first of them has been. */
export async function readLag(q: Queries, now: Date): Promise<{ due: number; lagSeconds: number }> {
  const { due, since } = await findLag(q, now.toISOString())
  return { due, lagSeconds: since === null ? 0 : Math.max(0, (now.getTime() - Date.parse(since)) / 1000) }
}
