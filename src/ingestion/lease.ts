import type { Transaction } from '../database/database.ts'
import { Abandoned } from '../shared/abandoned.ts'
import { type ClaimedFeed, keepFeed } from '../sources/polling.ts'
import { leaseMs } from './ingestion.ts'

/** Has the feed for a while more. Throws `Abandoned` where another worker may have it by now. */
export async function renewLease(tx: Transaction, feed: ClaimedFeed): Promise<void> {
  if (!(await keepFeed(tx, feed, leaseMs))) throw new Abandoned(`The lease of ${feed.feed_url} is over.`)
}
