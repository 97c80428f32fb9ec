import { logEnds } from '../changes/changes.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { Failure, invalidField } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import { isDelivered, sendMessage } from './attempting.ts'
import type { Delivering } from './delivering.ts'
import { maxReplayed, type NewReplay, type Ping } from './delivery.ts'
import {
  type DeliveryRow,
  findDelivery,
  insertReplay,
  listReplays,
  type ReplayRow,
  requeueDelivery,
} from './outbox-store.ts'
import { pingOf } from './payload.ts'
import { findWebhook, type Owner, type WebhookRow } from './store.ts'
import { noSuchWebhook, requireWebhook } from './webhooks.ts'

type Target = { id: string; owner: Owner }

const mostReplaysAtOnce = 10
/** A receiver that hangs holds a request of ours for as long as an attempt takes. */
const mostPingsAtOnce = 16

/** Sends a delivery once more, whatever became of it, from the beginning of the schedule and under the same message id. */
export async function replayDelivery(
  tx: Transaction,
  { deliveryId, ...target }: Target & { deliveryId: string },
): Promise<DeliveryRow> {
  const webhook = await requireWebhook(tx, target)
  const row = await findDelivery(tx, webhook.id, deliveryId)
  if (!row) throw noSuchDelivery()
  await requeueDelivery(tx, row.id)
  return { ...row, state: 'pending', tries: 0, due_at: tx.now, queued_at: tx.now, ended_at: null }
}

/**
 * Has a stretch of the log told of once more, as far as the types and the query of the webhook ask for it. Throws `gone` where the
 * log does not reach back so far any more.
 */
export async function requestReplay(
  tx: Transaction,
  { fromSeq, toSeq, ...target }: Target & NewReplay,
): Promise<ReplayRow> {
  const webhook = await requireWebhook(tx, target)
  const { first, last } = await logEnds(tx)
  if (toSeq < fromSeq) throw invalidField('toSeq', 'Is before `fromSeq`.')
  if (toSeq > last) throw invalidField('toSeq', `The log ends at ${last}.`)
  if (toSeq - fromSeq >= maxReplayed)
    throw invalidField('toSeq', `At most ${maxReplayed} changes are replayed at once.`)
  if (fromSeq < first)
    throw new Failure('gone', `The log begins at ${first} by now: what was before was removed.`, {
      extensions: { firstSeq: first },
    })
  if ((await listReplays(tx, webhook.id)).length >= mostReplaysAtOnce)
    throw new Failure('conflict', `${mostReplaysAtOnce} replays are under way: wait for one to end.`)
  const row: ReplayRow = {
    id: newId(),
    webhook_id: webhook.id,
    from_seq: fromSeq,
    next_seq: fromSeq,
    to_seq: toSeq,
    created_at: tx.now,
  }
  await insertReplay(tx, row)
  return row
}

/** Sends tests, and tells what came back. They are in no log, and say nothing of the health of a webhook. */
export function pinging(delivering: Pick<Delivering, 'client' | 'clock' | 'publicUrl'>) {
  let underWay = 0
  return async function ping({ id, url, secrets }: WebhookRow): Promise<Ping> {
    if (underWay >= mostPingsAtOnce)
      throw new Failure('unavailable', 'Too many tests are under way; try again later.', {
        headers: { 'Retry-After': '5' },
      })
    underWay++
    try {
      const messageId = `ping_${newId()}`
      const payload = pingOf(id, delivering.clock().toISOString(), delivering.publicUrl())
      const { retryAfterMs: _, ...attempt } = await sendMessage(delivering, {
        url,
        secrets,
        messageId,
        payload,
      })
      return { messageId, delivered: isDelivered(attempt), attempt }
    } finally {
      underWay--
    }
  }
}

/** The row of a webhook to be read. Throws `not-found` for what belongs to others, too. */
export async function requireReadable(q: Queries, { id, owner }: Target): Promise<WebhookRow> {
  const row = await findWebhook(q, id, owner)
  if (!row) throw noSuchWebhook()
  return row
}

export const noSuchDelivery = () =>
  new Failure('not-found', 'The webhook has no delivery with this id; they are kept for 30 days.')
