import type { Queries, Transaction } from '../database/database.ts'
import { empty, join, type Sql, sql } from '../database/sql.ts'
import type { webhookStates } from './webhook.ts'

/** `types`, `query` and `secrets` are JSON. */
export type WebhookRow = {
  id: string
  partner_id: string | null
  key_id: string
  url: string
  host: string
  description: string | null
  types: string | null
  query: string | null
  secrets: string
  state: (typeof webhookStates)[number]
  state_reason: string | null
  state_since: string
  disabled_at_seq: number | null
  after_seq: number
  last_success_at: string | null
  last_failure_at: string | null
  last_error: string | null
  consecutive_failures: number
  failing_since: string | null
  held_until: string | null
  version: number
  created_at: string
  updated_at: string
}

/** Whose webhooks are seen: a partner's, those of a key of no partner, or everybody's. */
export type Owner = { partnerId: string } | { keyId: string } | 'everybody'

const columns = sql`id, partner_id, key_id, url, host, description, types, query, secrets, state, state_reason, state_since,
  disabled_at_seq, after_seq, last_success_at, last_failure_at, last_error, consecutive_failures, failing_since, held_until, version,
  created_at, updated_at`

function isOf(owner: Owner): Sql {
  if (owner === 'everybody') return sql`1 = 1`
  if ('partnerId' in owner) return sql`partner_id = ${owner.partnerId}`
  return sql`partner_id is null and key_id = ${owner.keyId}`
}

export function findWebhook(q: Queries, id: string, owner: Owner): Promise<WebhookRow | undefined> {
  return q.one(sql`select ${columns} from webhook where id = ${id} and ${isOf(owner)}`)
}

export function findWebhookForUpdate(
  tx: Transaction,
  id: string,
  owner: Owner,
): Promise<WebhookRow | undefined> {
  return tx.one(
    sql`select ${columns} from webhook where id = ${id} and ${isOf(owner)} ${tx.dialect.forUpdate}`,
  )
}

export function listWebhooks(
  q: Queries,
  owner: Owner,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<WebhookRow[]> {
  const behind = after === undefined ? empty : sql`and id > ${after}`
  return q.all(sql`select ${columns} from webhook where ${isOf(owner)} ${behind} order by id limit ${limit}`)
}

/** Those for which changes are gathered. */
export function listListening(q: Queries): Promise<WebhookRow[]> {
  return q.all(sql`select ${columns} from webhook where state <> 'disabled' order by id`)
}

export async function countWebhooks(q: Queries, owner: Owner): Promise<number> {
  const row = await q.one<{ count: number }>(sql`select count(*) as count from webhook where ${isOf(owner)}`)
  return row?.count ?? 0
}

export async function findAny(q: Queries): Promise<boolean> {
  return (await q.one(sql`select id from webhook limit 1`)) !== undefined
}

export async function insertWebhook(tx: Transaction, row: WebhookRow): Promise<void> {
  await tx.run(sql`
    insert into webhook (${columns}) values (${join([
      row.id,
      row.partner_id,
      row.key_id,
      row.url,
      row.host,
      row.description,
      row.types,
      row.query,
      row.secrets,
      row.state,
      row.state_reason,
      row.state_since,
      row.disabled_at_seq,
      row.after_seq,
      row.last_success_at,
      row.last_failure_at,
      row.last_error,
      row.consecutive_failures,
      row.failing_since,
      row.held_until,
      row.version,
      row.created_at,
      row.updated_at,
    ])})`)
}

/** Everything that can change, but for what deliveries find out while the webhook stays as it is. */
export async function updateWebhook(tx: Transaction, row: WebhookRow): Promise<void> {
  await tx.run(sql`
    update webhook set url = ${row.url}, host = ${row.host}, description = ${row.description}, types = ${row.types},
      query = ${row.query}, secrets = ${row.secrets}, state = ${row.state}, state_reason = ${row.state_reason},
      state_since = ${row.state_since}, disabled_at_seq = ${row.disabled_at_seq},
      consecutive_failures = ${row.consecutive_failures}, failing_since = ${row.failing_since},
      held_until = ${row.held_until}, version = ${row.version}, updated_at = ${row.updated_at}
    where id = ${row.id}`)
}

export type Health = Pick<
  WebhookRow,
  | 'last_success_at'
  | 'last_failure_at'
  | 'last_error'
  | 'consecutive_failures'
  | 'failing_since'
  | 'held_until'
>

/** As if no attempt had failed yet. */
export const untroubled = { consecutive_failures: 0, failing_since: null, held_until: null }

export async function updateHealth(tx: Transaction, id: string, health: Health): Promise<void> {
  await tx.run(sql`
    update webhook set last_success_at = ${health.last_success_at}, last_failure_at = ${health.last_failure_at},
      last_error = ${health.last_error}, consecutive_failures = ${health.consecutive_failures},
      failing_since = ${health.failing_since}, held_until = ${health.held_until}
    where id = ${id}`)
}

export async function removeWebhook(tx: Transaction, id: string): Promise<void> {
  await tx.run(sql`delete from webhook where id = ${id}`)
}

export type Task = 'dispatch' | 'claim'

/** The place of a task, which no other process then has before the commit; `undefined` where one has it now. */
export async function takeTurn(tx: Transaction, task: Task): Promise<number | undefined> {
  const skipping = tx.dialect.forUpdateSkipLocked(sql`t`)
  const row = await tx.one<{ seq: number }>(
    sql`select t.seq from webhook_turn t where t.task = ${task} ${skipping}`,
  )
  return row?.seq
}

/** The same, after waiting for the process that has it. */
export async function waitForTurn(tx: Transaction, task: Task): Promise<number> {
  const row = await tx.one<{ seq: number }>(
    sql`select seq from webhook_turn where task = ${task} ${tx.dialect.forUpdate}`,
  )
  return row?.seq ?? 0
}

export async function findPlace(q: Queries): Promise<number> {
  const row = await q.one<{ seq: number }>(sql`select seq from webhook_turn where task = 'dispatch'`)
  return row?.seq ?? 0
}

export async function updatePlace(tx: Transaction, seq: number): Promise<void> {
  await tx.run(sql`update webhook_turn set seq = ${seq} where task = 'dispatch'`)
}
