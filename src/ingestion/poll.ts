import { tellOf, WorkshopError } from '../shared/workshop.ts'
import { type ClaimedFeed, endPoll, type FeedState, releaseHostOf } from '../sources/polling.ts'
import type { FeedAnswer } from './fetch-feed.ts'
import { recordFetch } from './fetch-log.ts'
import type { FetchRecord } from './fetch-record.ts'
import { identify } from './identity.ts'
import { type Counts, ingest } from './ingest.ts'
import { hostPauseMs, type Ingestion } from './ingestion.ts'
import type { Dropped, ParsedFeed } from './item.ts'
import { renewLease } from './lease.ts'
import { movedAway } from './moved-feeds.ts'
import { itemPages, noPages } from './pages.ts'
import { fetchFeedPolitely } from './passing.ts'
import { type ReadyItems, readyItems } from './ready-items.ts'
import { type Facts, factsOf, nextAttempt, nextPoll } from './schedule.ts'

type Read = Extract<FeedAnswer, { kind: 'feed' }>
type Same = Extract<FeedAnswer, { kind: 'same' }>
type Failed = Extract<FeedAnswer, { kind: 'failed' }>

/** After so many polls in a row that were led to one address for good, the feed is looked for there. */
const movesBelieved = 3
const unknownRhythm: Facts = { ttlMinutes: null, skipHours: [], skipDays: [], times: [] }

/** How a poll ended, and the hub that the feed names. */
export type Polled = { outcome: FetchRecord['outcome']; hubUrl: string | null; topicUrl: string | null }

/**
 * Writes what a hub has pushed of a feed, as if it had been fetched; of what comes by the feed itself nothing changes. A hub does not
 * wait for pages of other servers: where items need them the feed is due at once, and they are read then.
 */
export function readPushed(
  ingestion: Ingestion,
  feed: ClaimedFeed,
  { body, contentType }: { body: Uint8Array; contentType: string | null },
): Promise<Polled> {
  const { etag, last_modified, content_hash, moved_to: movedTo } = feed
  const answer: Read = {
    kind: 'feed',
    httpStatus: null,
    bytes: body.length,
    body,
    contentType,
    url: feed.feed_url,
    validators: { etag, last_modified, content_hash },
    freshForMs: 0,
    movedTo,
    isCut: false,
    links: { hubUrl: feed.hub_url, selfUrl: feed.topic_url },
  }
  const poll = { ingestion, feed, at: ingestion.clock(), begun: performance.now(), answer, isPush: true }
  return readOrFail(poll, answer)
}

/** Fetches a feed that was claimed and writes what is new in it, with the log, its health and its next time, in one transaction. */
export async function pollFeed(ingestion: Ingestion, feed: ClaimedFeed): Promise<Polled> {
  const begun = performance.now()
  const at = ingestion.clock()
  const answer = await ingestion.metrics.timed('fetch', () => fetchFeedPolitely(ingestion, feed, at))
  const poll: Poll = { ingestion, feed, at, begun, answer, isPush: false }
  if (answer.kind === 'failed') return endFailed(poll, answer)
  if (answer.kind === 'same') return endSame(poll, answer)
  return readOrFail(poll, answer)
}

async function readOrFail(poll: Poll, answer: Read): Promise<Polled> {
  try {
    return await endRead(poll, answer)
  } catch (error) {
    if (!(error instanceof WorkshopError)) throw error
    const { httpStatus, bytes } = answer
    const failed = { retryAfterMs: null, holdsHost: false, gone: false, httpStatus, bytes }
    return endFailed(poll, { kind: 'failed', error: tellOf(error), ...failed })
  }
}

type Poll = {
  ingestion: Ingestion
  feed: ClaimedFeed
  at: Date
  begun: number
  answer: FeedAnswer
  isPush: boolean
}

async function endRead(poll: Poll, answer: Read): Promise<Polled> {
  const { ingestion, feed } = poll
  const parsed = await ingestion.metrics.timed('parse', () => parse(poll, answer))
  const { items, dropped } = await identify(ingestion.database, feed.source_id, parsed.items)
  const changed = items.filter(({ known, contentHash }) => known?.content_hash !== contentHash)
  const pages = poll.isPush ? noPages : itemPages(ingestion, feed)
  const ready = await ingestion.metrics.timed('page', () =>
    readyItems(feed, changed, { pages: pages.read, workshop: ingestion.workshop, now: poll.at }),
  )
  const before = [...cutOff(answer), ...parsed.dropped, ...dropped, ...ready.dropped]
  await ingestion.metrics.timed('write', () =>
    ingest(ingestion.database, feed.source_id, ready.items, async (tx, written) => {
      await renewLease(tx, feed)
      const next = nextState(poll, poll.isPush ? feed : readState(poll, answer, parsed), ready)
      await endPoll(tx, feed, { ...successOf(feed, answer, next), format: parsed.format })
      const unchanged = items.length - changed.length + written.unchanged
      const counts = { created: written.created, updated: written.updated, unchanged }
      const all = [...before, ...written.dropped]
      await recordFetch(tx, recordOf(poll, 'read', { items: parsed.items.length, dropped: all, ...counts }))
      await releaseHostOf(tx, feed, pages.heldMs())
    }),
  )
  return ended(poll, 'read', hubOf(answer, parsed))
}

function ended(
  { ingestion, answer }: Poll,
  outcome: Polled['outcome'],
  { hub_url: hubUrl, topic_url: topicUrl }: Pick<FeedState, 'hub_url' | 'topic_url'>,
): Polled {
  ingestion.metrics.ended(outcome, answer.bytes)
  return { outcome, hubUrl, topicUrl }
}

/** What is still to be fetched comes with the feed when it is sent whole once more: soon, or when its pages may be asked for. */
function nextState(poll: Poll, state: FeedState, { isComplete, awaitsPages }: ReadyItems): FeedState {
  if (!isComplete) return { ...state, ...askedWhole, due_at: soon(poll) }
  if (!awaitsPages) return state
  return { ...state, ...askedWhole, ...(poll.isPush && { due_at: poll.at.toISOString() }) }
}

const askedWhole = { etag: null, last_modified: null, content_hash: null }
const soon = ({ ingestion, at }: Poll) =>
  nextPoll(at, unknownRhythm, { ...noWishes(ingestion), intervalMinutes: 5 }).toISOString()
const noWishes = ({ random }: Ingestion) => ({
  freshForMs: 0,
  retryAfterMs: null,
  isPushed: false,
  random: random(),
})

function cutOff({ isCut, body }: Read): Dropped[] {
  if (!isCut) return []
  return [{ stage: 'fetch', what: 'the end of the feed', why: `It is larger than ${body.length} bytes.` }]
}

function parse({ ingestion, feed, at }: Poll, { body, contentType, url }: Read): Promise<ParsedFeed> {
  return ingestion.workshop.run('parseFeed', { bytes: body, contentType, url, zone: feed.time_zone, now: at })
}

async function endSame(poll: Poll, answer: Same): Promise<Polled> {
  const { ingestion, feed } = poll
  const facts: Facts = feed.facts ? JSON.parse(feed.facts) : unknownRhythm
  await ingestion.database.write(async (tx) => {
    await renewLease(tx, feed)
    const { hub_url, topic_url } = feed
    const state = { ...stateOf(poll, answer, facts), hub_url, topic_url }
    await endPoll(tx, feed, { ...successOf(feed, answer, state), format: null })
    await recordFetch(tx, recordOf(poll, 'notModified', {}))
    await releaseHostOf(tx, feed, hostPauseMs)
  })
  return ended(poll, 'notModified', feed)
}

async function endFailed(poll: Poll, answer: Failed): Promise<Polled> {
  const { ingestion, feed, at } = poll
  const { error, gone, holdsHost, retryAfterMs } = answer
  const outcome = gone ? 'gone' : holdsHost ? 'postponed' : 'failed'
  const failures = feed.consecutive_failures + 1
  const dueAt = nextAttempt(at, { failures, retryAfterMs, random: ingestion.random() })
  await ingestion.database.write(async (tx) => {
    await renewLease(tx, feed)
    await endPoll(tx, feed, {
      state: poll.isPush ? feed : { ...feed, due_at: dueAt.toISOString() },
      success: false,
      error,
      httpStatus: answer.httpStatus,
      format: null,
      gone,
    })
    await recordFetch(tx, recordOf(poll, outcome, { error }))
    const heldMs = holdsHost ? (retryAfterMs ?? hostPauseMs) : hostPauseMs
    await releaseHostOf(tx, feed, heldMs, error)
  })
  return ended(poll, outcome, { hub_url: null, topic_url: null })
}

function readState(poll: Poll, answer: Read, parsed: ParsedFeed): FeedState {
  return { ...stateOf(poll, answer, factsOf(parsed)), ...hubOf(answer, parsed) }
}

function hubOf({ links }: Read, { hubUrl, selfUrl }: ParsedFeed): Pick<FeedState, 'hub_url' | 'topic_url'> {
  return { hub_url: links.hubUrl ?? hubUrl, topic_url: links.selfUrl ?? selfUrl }
}

/** What is kept of a feed that was read, or is as it was, until its next turn. */
function stateOf(
  { ingestion, feed, at }: Poll,
  { validators, freshForMs, movedTo }: Pick<Read, 'validators' | 'freshForMs' | 'movedTo'>,
  facts: Facts,
): Omit<FeedState, 'hub_url' | 'topic_url'> {
  const rhythm = {
    ...noWishes(ingestion),
    freshForMs,
    intervalMinutes: feed.interval_minutes,
    isPushed: feed.is_pushed === 1,
  }
  return {
    ...validators,
    due_at: nextPoll(at, facts, rhythm).toISOString(),
    facts: JSON.stringify(facts),
    moved_to: movedTo,
    moved_count: movedTo === null ? 0 : movedTo === feed.moved_to ? feed.moved_count + 1 : 1,
  }
}

function successOf(feed: ClaimedFeed, { httpStatus, movedTo }: Read | Same, state: FeedState) {
  const error = movedAway(feed.feed_url, movedTo)
  const followTo = error === null && state.moved_count >= movesBelieved ? (movedTo ?? undefined) : undefined
  return { state, success: true, error, httpStatus, gone: false, followTo }
}

function recordOf(
  { feed, at, begun, answer, isPush }: Poll,
  outcome: FetchRecord['outcome'],
  {
    items = 0,
    created = 0,
    updated = 0,
    unchanged = 0,
    dropped = [],
    error = null,
  }: Partial<Counts> & {
    items?: number
    dropped?: Dropped[]
    error?: string | null
  },
) {
  const cause: FetchRecord['cause'] = isPush ? 'push' : feed.requested_at === null ? 'schedule' : 'request'
  const { httpStatus, bytes } = answer
  const durationMs = performance.now() - begun
  const counts = { items, created, updated, unchanged }
  return {
    sourceId: feed.source_id,
    at: at.toISOString(),
    cause,
    outcome,
    httpStatus,
    durationMs,
    bytes,
    ...counts,
    dropped,
    error,
  }
}
