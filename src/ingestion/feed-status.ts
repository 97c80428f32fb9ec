import type { Queries } from '../database/database.ts'
import { readLag } from '../sources/polling.ts'
import { countOutcomes, countStates, type FeedStatusRow, listFeedStatus } from './feed-status-store.ts'

const hourMs = 3_600_000

export type FeedStatus = Awaited<ReturnType<typeof readFeedStatus>>
export type { FeedStatusRow }

/** How fetching goes at a moment: the feeds by state, how many are due and how long, the outcomes of an hour, and each feed. */
export async function readFeedStatus(q: Queries, { now, limit }: { now: string; limit: number }) {
  const { due, lagSeconds } = await readLag(q, new Date(now))
  return {
    states: await countStates(q),
    due,
    lagMs: lagSeconds * 1000,
    outcomes: await countOutcomes(q, new Date(Date.parse(now) - hourMs).toISOString()),
    feeds: await listFeedStatus(q, limit),
  }
}
