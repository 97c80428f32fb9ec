import type { Queries, Transaction } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { DeliveryRow } from './outbox-store.ts'

/** A webhook that has something due, and may be sent it. */
export type Waiting = { id: string; host: string; consecutive_failures: number }

/** Nothing is sent for a partner who is suspended, nor for a key that was revoked. */
const isServed = sql`w.state = 'active'
  and not exists (select 1 from partner p where p.id = w.partner_id and p.state = 'suspended')
  and (w.partner_id is not null or not exists (select 1 from api_key k where k.id = w.key_id and k.revoked_at is not null))`

export function listWaiting(q: Queries, now: string): Promise<Waiting[]> {
  return q.all(sql`
    select w.id, w.host, w.consecutive_failures from webhook w
    where ${isServed} and (w.held_until is null or w.held_until <= ${now}) and exists (
      select 1 from webhook_delivery d where d.webhook_id = w.id and d.state = 'pending' and d.due_at <= ${now}
        and (d.leased_until is null or d.leased_until <= ${now}))
    order by w.id`)
}

/** How many deliveries of each webhook are under way, in all processes. */
export function listUnderWay(q: Queries, now: string) {
  return q.all<{ webhook_id: string; host: string; count: number }>(sql`
    select d.webhook_id, w.host, count(*) as count from webhook_delivery d join webhook w on w.id = d.webhook_id
    where d.leased_until > ${now} group by d.webhook_id, w.host`)
}

export type Lease = { lease: string; until: string }

export type LeasedRow = DeliveryRow & { lease: string; url: string; secrets: string }

/** Takes up to `limit` of what is due for a webhook, what waits longest first. */
export async function leaseDue(
  tx: Transaction,
  webhookId: string,
  limit: number,
  { lease, until }: Lease,
): Promise<void> {
  await tx.run(sql`
    update webhook_delivery set lease = ${lease}, leased_until = ${until} where state = 'pending' and id in (
      select id from webhook_delivery
      where webhook_id = ${webhookId} and state = 'pending' and due_at <= ${tx.now}
        and (leased_until is null or leased_until <= ${tx.now})
      order by due_at, id limit ${limit})`)
}

export function listLeased(q: Queries, { lease, until }: Lease): Promise<LeasedRow[]> {
  return q.all(sql`
    select d.id, d.webhook_id, d.cause, d.seq, d.at, d.type, d.resource_type, d.resource_id, d.revision, d.state, d.tries,
      d.attempt_count, d.due_at, d.created_at, d.queued_at, d.ended_at, d.lease, w.url, w.secrets
    from webhook_delivery d join webhook w on w.id = d.webhook_id
    where d.leased_until = ${until} and d.lease = ${lease} order by d.due_at, d.id`)
}

/** Lets go of a delivery of which nothing became; it is due as it was. */
export async function releaseLease(tx: Transaction, id: string, lease: string): Promise<void> {
  await tx.run(sql`
    update webhook_delivery set lease = null, leased_until = null where id = ${id} and lease = ${lease}`)
}

/** Writes what became of a delivery and lets go of it; false where another process has it by now. */
export async function endLease(
  tx: Transaction,
  { id, lease }: Pick<LeasedRow, 'id' | 'lease'>,
  row: Pick<DeliveryRow, 'state' | 'tries' | 'attempt_count' | 'due_at' | 'ended_at'>,
): Promise<boolean> {
  const ended = await tx.run(sql`
    update webhook_delivery set state = ${row.state}, tries = ${row.tries}, attempt_count = ${row.attempt_count},
      due_at = ${row.due_at}, ended_at = ${row.ended_at}, lease = null, leased_until = null
    where id = ${id} and lease = ${lease}`)
  return ended > 0
}

const mostCounted = 10_000

/** How many deliveries are to be made for webhooks that are served, counted up to 10,000. */
export async function countAllPending(q: Queries): Promise<number> {
  const row = await q.one<{ count: number }>(sql`
    select count(*) as count from (
      select d.id from webhook w join webhook_delivery d on d.webhook_id = w.id and d.state = 'pending'
      where ${isServed} limit ${mostCounted}
    ) as pending`)
  return row?.count ?? 0
}

/** When the first of these was made. */
export async function findOldestPending(q: Queries): Promise<string | null> {
  const row = await q.one<{ created_at: string | null }>(sql`
    select min(d.created_at) as created_at from webhook w join webhook_delivery d on d.id = (
      select min(p.id) from webhook_delivery p where p.webhook_id = w.id and p.state = 'pending')
    where ${isServed}`)
  return row?.created_at ?? null
}
