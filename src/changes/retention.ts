import type { Database, Queries, Transaction } from '../database/database.ts'
import { pause } from '../shared/pause.ts'
import { claimFloor, findEnds, findFirstSince, findTimeBehind, removeUpTo } from './store.ts'

/** Answers up to where a follower of our own has read the log: what is behind that is kept for it. */
export type Follower = (q: Queries) => Promise<number>

export type RetentionTask = { stop(): Promise<void> }

type Logger = { error(details: object, message: string): void }

const dayMs = 24 * 60 * 60 * 1000
const lookEveryMs = 10 * 60 * 1000
/** Other writers wait for a slice, and have a time of their own behind it. */
const entriesPerSlice = 500
const restMs = 50

/** Removes entries of the log that are older than `days`, now and then, until it is stopped. */
export function startRetention(
  database: Database,
  { days, followers, logger }: { days: number; followers: Follower[]; logger: Logger },
): RetentionTask {
  const stopping = new AbortController()
  const loop = (async () => {
    while (!stopping.signal.aborted && days > 0) {
      const removed = await attempt()
      await pause(removed > 0 ? restMs : lookEveryMs, stopping.signal)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await loop
    },
  }

  async function attempt(): Promise<number> {
    try {
      return await removeOld(database, { before: new Date(Date.now() - days * dayMs), followers })
    } catch (error) {
      // A database that cannot be written now can be later.
      logger.error({ err: error }, 'old changes could not be removed')
      return 0
    }
  }
}

/** Removes the next slice of entries from before a time, as far as all followers have read. Answers how many. */
export async function removeOld(
  database: Database,
  { before, followers }: { before: Date; followers: Follower[] },
): Promise<number> {
  const since = before.toISOString()
  const { floor } = await findEnds(database)
  const oldest = await findTimeBehind(database, floor)
  // A look that finds nothing is no commit, which would cost every answer that is kept ready.
  if (oldest === undefined || oldest >= since || (await readByAll(database, followers)) <= floor) return 0
  return database.write((tx) => removeSlice(tx, since, followers))
}

/**
 * An entry is as old as the beginning of its write, so that a younger one may stand before it: only what stands before every entry
 * that is to be kept is removed.
 */
async function removeSlice(tx: Transaction, since: string, followers: Follower[]): Promise<number> {
  const floor = await claimFloor(tx)
  // Another process is at it.
  if (floor === undefined) return 0
  const { head } = await findEnds(tx)
  const upTo = Math.min(floor + entriesPerSlice, head, await readByAll(tx, followers))
  const kept = await findFirstSince(tx, { after: floor, upTo, since })
  const last = kept === undefined ? upTo : kept - 1
  return last > floor ? removeUpTo(tx, last) : 0
}

async function readByAll(q: Queries, followers: Follower[]): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (const follower of followers) least = Math.min(least, await follower(q))
  return least
}
