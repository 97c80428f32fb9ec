import { Abandoned } from '../shared/abandoned.ts'
import { pause } from '../shared/pause.ts'
import { type ClaimedFeed, claimFeeds, findNextDue } from '../sources/polling.ts'
import { hostPauseMs, type Ingestion, leaseMs } from './ingestion.ts'
import { pollFeed } from './poll.ts'
import { subscribe } from './websub.ts'

export type Worker = {
  /** Lets the feeds end that are being read, or `graceMs` pass: the leases of what is left then pass on. */
  stop(graceMs: number): Promise<void>
}

const feedsAtOnce = 8
/** How often the database is asked what is due. */
const lookEveryMs = 2000

/** Reads what is due, again and again, until it is stopped. */
export function startWorker(ingestion: Ingestion): Worker {
  const stopping = new AbortController()
  const underWay = new Set<Promise<void>>()
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const feeds = await claim(ingestion, feedsAtOnce - underWay.size)
      for (const feed of feeds) {
        const polling = poll(ingestion, feed).finally(() => underWay.delete(polling))
        underWay.add(polling)
      }
      await pause(lookEveryMs, stopping.signal)
    }
  })()
  return {
    async stop(graceMs) {
      stopping.abort()
      await loop
      await Promise.race([Promise.all(underWay), pause(graceMs)])
    },
  }
}

/** Reads everything that is due now, and answers how many feeds that were. For tests and the simulated newsroom. */
export async function readDue(ingestion: Ingestion): Promise<number> {
  let read = 0
  for (;;) {
    const feeds = await claim(ingestion, feedsAtOnce)
    if (feeds.length === 0) return read
    await Promise.all(feeds.map((feed) => poll(ingestion, feed)))
    read += feeds.length
    await ingestion.pause(hostPauseMs)
  }
}

async function claim({ database, clock, logger }: Ingestion, limit: number): Promise<ClaimedFeed[]> {
  if (limit < 1) return []
  try {
    // A look that finds nothing is no commit, which would cost every answer that is kept ready.
    const next = await findNextDue(database)
    if (next === null || next > clock().toISOString()) return []
    return await database.write((tx) => claimFeeds(tx, { limit, leaseMs }))
  } catch (error) {
    // A database that cannot be reached now can be later.
    logger.error({ err: error }, 'due feeds could not be claimed')
    return []
  }
}

/** One feed that cannot be read hurts no other: its lease passes on. */
async function poll(ingestion: Ingestion, feed: ClaimedFeed): Promise<void> {
  try {
    const polled = await pollFeed(ingestion, feed)
    await subscribe(ingestion, feed, polled)
  } catch (error) {
    if (error instanceof Abandoned) ingestion.logger.warn({ sourceId: feed.source_id }, error.message)
    else ingestion.logger.error({ err: error, sourceId: feed.source_id }, 'a feed could not be read')
  }
}
