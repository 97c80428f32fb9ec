import type { Transaction } from '../database/database.ts'
import { sql } from '../database/sql.ts'

/** Makes a feed due, also one of which nothing was kept so far. */
export async function updateDue(
  tx: Transaction,
  { sourceId, host, dueAt }: { sourceId: string; host: string; dueAt: string },
): Promise<void> {
  await tx.run(sql`
    insert into feed (source_id, host, due_at) values (${sourceId}, ${host}, ${dueAt})
    on conflict (source_id) do update set due_at = excluded.due_at`)
}

export async function updateRequested(tx: Transaction, sourceId: string, at: string): Promise<void> {
  await tx.run(sql`update feed set requested_at = ${at} where source_id = ${sourceId}`)
}

/** With its subscription: a hub would go on telling of the feed that the source had before. */
export async function removeFeed(tx: Transaction, sourceId: string): Promise<void> {
  await tx.run(sql`delete from feed_subscription where source_id = ${sourceId}`)
  await tx.run(sql`delete from feed where source_id = ${sourceId}`)
}
