import type { ChangeType } from '../changes/change.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { empty, join, type Sql, sql } from '../database/sql.ts'
import type { Attempt, deliveryCauses, deliveryStates } from './delivery.ts'

export type DeliveryRow = {
  id: string
  webhook_id: string
  cause: (typeof deliveryCauses)[number]
  seq: number
  at: string
  type: ChangeType
  resource_type: string
  resource_id: string
  revision: number | null
  state: (typeof deliveryStates)[number]
  tries: number
  attempt_count: number
  due_at: string
  created_at: string
  queued_at: string
  ended_at: string | null
}

const columns = sql`id, webhook_id, cause, seq, at, type, resource_type, resource_id, revision, state, tries, attempt_count, due_at,
  created_at, queued_at, ended_at`

export type NewDelivery = Pick<
  DeliveryRow,
  'id' | 'webhook_id' | 'cause' | 'seq' | 'at' | 'type' | 'resource_type' | 'resource_id' | 'revision'
>

const rowsPerStatement = 50

export async function insertDeliveries(tx: Transaction, rows: NewDelivery[]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const values = rows.slice(start, start + rowsPerStatement).map((row) => newRow(row, tx.now))
    await tx.run(sql`insert into webhook_delivery (${columns}) values ${join(values)}`)
  }
}

function newRow(row: NewDelivery, now: string): Sql {
  return sql`(${row.id}, ${row.webhook_id}, ${row.cause}, ${row.seq}, ${row.at}, ${row.type}, ${row.resource_type}, ${row.resource_id},
    ${row.revision}, 'pending', 0, 0, ${now}, ${now}, ${now}, null)`
}

export type DeliveryFilters = { state?: DeliveryRow['state'] | undefined; type?: ChangeType | undefined }

/** The newest first. */
export function listDeliveries(
  q: Queries,
  webhookId: string,
  { state, type }: DeliveryFilters,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<DeliveryRow[]> {
  const ofState = state === undefined ? empty : sql`and state = ${state}`
  const ofType = type === undefined ? empty : sql`and type = ${type}`
  const behind = before === undefined ? empty : sql`and id < ${before}`
  return q.all(sql`
    select ${columns} from webhook_delivery where webhook_id = ${webhookId} ${ofState} ${ofType} ${behind}
    order by id desc limit ${limit}`)
}

export function findDelivery(q: Queries, webhookId: string, id: string): Promise<DeliveryRow | undefined> {
  return q.one(sql`select ${columns} from webhook_delivery where id = ${id} and webhook_id = ${webhookId}`)
}

export async function countPending(q: Queries, webhookId: string, limit: number): Promise<number> {
  const row = await q.one<{ count: number }>(sql`
    select count(*) as count from (
      select id from webhook_delivery where webhook_id = ${webhookId} and state = 'pending' limit ${limit}
    ) as pending`)
  return row?.count ?? 0
}

/** Due at once, and from the beginning of the schedule. */
export async function requeueDelivery(tx: Transaction, id: string): Promise<void> {
  await tx.run(sql`
    update webhook_delivery set state = 'pending', tries = 0, due_at = ${tx.now}, queued_at = ${tx.now}, ended_at = null
    where id = ${id}`)
}

export type AttemptRow = {
  delivery_id: string
  number: number
  at: string
  status: number | null
  duration_ms: number
  error: string | null
  answer: string | null
}

const attemptsKept = 20

export async function insertAttempt(
  tx: Transaction,
  deliveryId: string,
  number: number,
  { at, status, durationMs, error, answer }: Attempt,
): Promise<void> {
  await tx.run(sql`
    insert into webhook_attempt (delivery_id, number, at, status, duration_ms, error, answer)
    values (${deliveryId}, ${number}, ${at}, ${status}, ${durationMs}, ${error}, ${answer})`)
  if (number > attemptsKept)
    await tx.run(
      sql`delete from webhook_attempt where delivery_id = ${deliveryId} and number <= ${number - attemptsKept}`,
    )
}

export async function listAttempts(q: Queries, deliveryIds: string[]): Promise<AttemptRow[]> {
  if (deliveryIds.length === 0) return []
  return q.all(sql`
    select delivery_id, number, at, status, duration_ms, error, answer from webhook_attempt
    where delivery_id in (${join(deliveryIds)}) order by delivery_id, number`)
}

/** Which of these articles a webhook was told of. */
export async function listTold(q: Queries, webhookId: string, articleIds: string[]): Promise<string[]> {
  if (articleIds.length === 0) return []
  const rows = await q.all<{ article_id: string }>(sql`
    select article_id from webhook_told where webhook_id = ${webhookId} and article_id in (${join(articleIds)})`)
  return rows.map((row) => row.article_id)
}

export async function insertTold(tx: Transaction, webhookId: string, articleIds: string[]): Promise<void> {
  if (articleIds.length === 0) return
  const rows = articleIds.map((articleId) => sql`(${webhookId}, ${articleId})`)
  await tx.run(
    sql`insert into webhook_told (webhook_id, article_id) values ${join(rows)} on conflict do nothing`,
  )
}

export async function removeTold(tx: Transaction, webhookId: string, articleIds: string[]): Promise<void> {
  if (articleIds.length === 0) return
  await tx.run(
    sql`delete from webhook_told where webhook_id = ${webhookId} and article_id in (${join(articleIds)})`,
  )
}

/** Answers how many deliveries, of those last queued before a moment, were removed with their attempts. */
export function removeOld(tx: Transaction, before: string, limit: number): Promise<number> {
  return tx.run(sql`
    delete from webhook_delivery
    where id in (select id from webhook_delivery where queued_at < ${before} order by queued_at limit ${limit})`)
}

export async function findOldest(q: Queries): Promise<string | undefined> {
  const row = await q.one<{ queued_at: string }>(
    sql`select queued_at from webhook_delivery order by queued_at limit 1`,
  )
  return row?.queued_at
}

export type ReplayRow = {
  id: string
  webhook_id: string
  from_seq: number
  next_seq: number
  to_seq: number
  created_at: string
}

const replayColumns = sql`id, webhook_id, from_seq, next_seq, to_seq, created_at`

export function listReplays(q: Queries, webhookId: string): Promise<ReplayRow[]> {
  return q.all(sql`select ${replayColumns} from webhook_replay where webhook_id = ${webhookId} order by id`)
}

/** The one that has come least far, so that a long one does not hold up the others. */
export function findNextReplay(q: Queries): Promise<ReplayRow | undefined> {
  return q.one(sql`select ${replayColumns} from webhook_replay order by next_seq - from_seq, id limit 1`)
}

export async function insertReplay(tx: Transaction, row: ReplayRow): Promise<void> {
  await tx.run(sql`
    insert into webhook_replay (${replayColumns})
    values (${row.id}, ${row.webhook_id}, ${row.from_seq}, ${row.next_seq}, ${row.to_seq}, ${row.created_at})`)
}

export async function updateReplay(tx: Transaction, id: string, nextSeq: number): Promise<void> {
  await tx.run(sql`update webhook_replay set next_seq = ${nextSeq} where id = ${id}`)
}

export async function removeReplay(tx: Transaction, id: string): Promise<void> {
  await tx.run(sql`delete from webhook_replay where id = ${id}`)
}
