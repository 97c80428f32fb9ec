import type { Transaction } from '../database/database.ts'
import { siteOf } from '../outbound/hosts.ts'
import { Failure } from '../shared/failure.ts'
import { removeFeed, updateDue, updateRequested } from './feed-store.ts'
import type { SourceRow } from './store.ts'

/** Makes the feed of a source due at once, and answers when that is: null where the source has none. */
export async function makeDue(
  tx: Transaction,
  { id, feed_url }: Pick<SourceRow, 'id' | 'feed_url'>,
): Promise<string | null> {
  if (feed_url === null) return null
  await updateDue(tx, { sourceId: id, host: siteOf(feed_url), dueAt: tx.now })
  return tx.now
}

/** What a change of a source means for its feed: another one begins anew, one that is let go on is due at once. */
export async function followFeed(
  tx: Transaction,
  before: SourceRow,
  after: SourceRow,
): Promise<string | null> {
  if (after.feed_url !== before.feed_url) {
    await removeFeed(tx, after.id)
    return makeDue(tx, after)
  }
  const goesOn = after.state === 'active' && before.state !== 'active'
  return goesOn ? makeDue(tx, after) : before.due_at
}

/** Asks for the feed of a source to be fetched as soon as may be. Throws `conflict` where it is not fetched at all. */
export async function askForFetch(tx: Transaction, row: SourceRow): Promise<SourceRow> {
  if (row.feed_url === null) throw new Failure('conflict', 'The source has no feed.')
  if (row.state === 'paused' || row.state === 'gone') {
    const message = `The source is ${row.state}: set its \`state\` to \`active\`, which makes its feed due at once.`
    throw new Failure('conflict', message)
  }
  const due_at = await makeDue(tx, row)
  await updateRequested(tx, row.id, tx.now)
  return { ...row, due_at }
}
