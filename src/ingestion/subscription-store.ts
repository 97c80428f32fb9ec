import type { Queries, Transaction } from '../database/database.ts'
import { sql } from '../database/sql.ts'

export type SubscriptionRow = {
  source_id: string
  hub_url: string
  topic_url: string
  secret: string
  state: 'requested' | 'active' | 'refused'
  requested_at: string
  expires_at: string | null
}

export function findSubscription(q: Queries, sourceId: string): Promise<SubscriptionRow | undefined> {
  return q.one(sql`
    select source_id, hub_url, topic_url, secret, state, requested_at, expires_at from feed_subscription
    where source_id = ${sourceId}`)
}

export async function upsertSubscription(tx: Transaction, row: SubscriptionRow): Promise<void> {
  await tx.run(sql`
    insert into feed_subscription (source_id, hub_url, topic_url, secret, state, requested_at, expires_at)
    values (${row.source_id}, ${row.hub_url}, ${row.topic_url}, ${row.secret}, ${row.state}, ${row.requested_at}, ${row.expires_at})
    on conflict (source_id) do update set hub_url = excluded.hub_url, topic_url = excluded.topic_url,
      secret = excluded.secret, state = excluded.state, requested_at = excluded.requested_at, expires_at = excluded.expires_at`)
}
