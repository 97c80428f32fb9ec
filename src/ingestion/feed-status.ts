import type { Queries } from '../database/database.ts'
import {
  countDue,
  countOutcomes,
  countStates,
  type FeedStatusRow,
  listFeedStatus,
} from './feed-status-store.ts'

const hourMs = 3_600_000

export type FeedStatus = Awaited<ReturnType<typeof readFeedStatus>>
export type { FeedStatusRow }

/** How fetching goes at a moment: the feeds by state, how many are due and how long, the outcomes of an hour, and each feed. */
export async function readFeedStatus(q: Queries, { now, limit }: { now: string; limit: number }) {
  const due = await countDue(q, now)
  return {
    states: await countStates(q),
    due: due.count,
    lagMs: due.since === null ? 0 : Date.parse(now) - Date.parse(due.since),
    outcomes: await countOutcomes(q, new Date(Date.parse(now) - hourMs).toISOString()),
    feeds: await listFeedStatus(q, limit),
  }
}
