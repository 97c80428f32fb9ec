import type { Queries } from '../database/database.ts'
import { entityTag } from '../http/caching.ts'
import type { Attempt, Delivery, Replay } from './delivery.ts'
import type { AttemptRow, DeliveryRow, ReplayRow } from './outbox-store.ts'
import { countPending, listAttempts, listReplays } from './outbox-store.ts'
import { messageIdOf } from './payload.ts'
import type { WebhookRow } from './store.ts'
import type { Webhook } from './webhook.ts'

const mostPendingCounted = 1000

/** The webhook as it is shown, never with its secret. */
export async function webhookOf(q: Queries, row: WebhookRow): Promise<Webhook> {
  const replays = await listReplays(q, row.id)
  return {
    id: row.id,
    partnerId: row.partner_id,
    url: row.url,
    description: row.description,
    types: row.types === null ? null : JSON.parse(row.types),
    query: row.query === null ? null : JSON.parse(row.query),
    state: row.state,
    stateReason: row.state_reason,
    stateSince: row.state_since,
    disabledAtSeq: row.disabled_at_seq,
    health: {
      lastSuccessAt: row.last_success_at,
      lastFailureAt: row.last_failure_at,
      lastError: row.last_error,
      failingSince: row.failing_since,
      pendingCount: await countPending(q, row.id, mostPendingCounted),
    },
    replays: replays.map(({ from_seq, next_seq, to_seq }) => ({
      fromSeq: from_seq,
      nextSeq: next_seq,
      toSeq: to_seq,
    })),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** Of the whole representation, since the health changes without a new version. */
export const tagOf = (row: WebhookRow, shown: Webhook) => entityTag(JSON.stringify(shown), row.version)

/** Deliveries as they are shown, with their attempts. */
export async function deliveriesOf(q: Queries, rows: DeliveryRow[]): Promise<Delivery[]> {
  const attempts = Map.groupBy(
    await listAttempts(
      q,
      rows.map(({ id }) => id),
    ),
    (attempt) => attempt.delivery_id,
  )
  return rows.map((row) => deliveryOf(row, attempts.get(row.id) ?? []))
}

function deliveryOf(row: DeliveryRow, attempts: AttemptRow[]): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    messageId: messageIdOf(row),
    cause: row.cause,
    seq: row.seq,
    type: row.type,
    resource: { type: row.resource_type, id: row.resource_id },
    revision: row.revision,
    state: row.state,
    attemptCount: row.attempt_count,
    attempts: attempts.map(attemptOf),
    createdAt: row.created_at,
    nextAttemptAt: row.state === 'pending' ? row.due_at : null,
    endedAt: row.ended_at,
  }
}

function attemptOf({ at, status, duration_ms, error, answer }: AttemptRow): Attempt {
  return { at, status, durationMs: duration_ms, error, answer }
}

export function replayOf({ id, webhook_id, from_seq, to_seq, created_at }: ReplayRow): Replay {
  return { id, webhookId: webhook_id, fromSeq: from_seq, toSeq: to_seq, createdAt: created_at }
}
