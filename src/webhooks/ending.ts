import type { Transaction } from '../database/database.ts'
import { isDelivered, type Outcome } from './attempting.ts'
import type { AttemptOutcome } from './metrics.ts'
import { insertAttempt } from './outbox-store.ts'
import { delayAfter, disabledAfterMs, holdAfter } from './schedule.ts'
import { endLease, type LeasedRow } from './sending-store.ts'
import {
  findPlace,
  findWebhookForUpdate,
  untroubled,
  updateHealth,
  updateWebhook,
  type WebhookRow,
} from './store.ts'

const gone = 410

/**
 * Writes what became of an attempt: the log, the delivery, and how its webhook goes. `undefined` where another process has the
 * delivery by now, or the webhook was deleted.
 */
export async function endAttempt(
  tx: Transaction,
  delivery: LeasedRow,
  outcome: Outcome,
  random: () => number,
): Promise<AttemptOutcome | undefined> {
  // First the webhook, as everybody does who locks both.
  const webhook = await findWebhookForUpdate(tx, delivery.webhook_id, 'everybody')
  if (!webhook) return undefined
  const next = nextOf(delivery, outcome, { now: tx.now, random })
  if (!(await endLease(tx, delivery, next))) return undefined
  await insertAttempt(tx, delivery.id, next.attempt_count, outcome)
  if (next.state === 'delivered') {
    await updateHealth(tx, webhook.id, { ...webhook, ...untroubled, last_success_at: tx.now })
    return 'delivered'
  }
  const health = failedHealth(webhook, outcome, tx.now)
  await updateHealth(tx, webhook.id, health)
  const reason = reasonToDisable(health.failing_since, outcome, tx.now)
  if (reason === undefined || webhook.state === 'disabled')
    return next.state === 'failed' ? 'failed' : 'retried'
  await disable(tx, { ...webhook, ...health }, reason)
  return 'disabled'
}

type Now = { now: string; random: () => number }

function nextOf(delivery: LeasedRow, outcome: Outcome, { now, random }: Now) {
  const tries = delivery.tries + 1
  const counted = { tries, attempt_count: delivery.attempt_count + 1 }
  const ended = { ...counted, due_at: delivery.due_at, ended_at: now }
  if (isDelivered(outcome)) return { ...ended, state: 'delivered' as const }
  const later = (ms: number) => new Date(Date.parse(now) + ms).toISOString()
  // It waits for the webhook to be active again, and then for nothing.
  if (outcome.status === gone)
    return { ...counted, tries: delivery.tries, state: 'pending' as const, due_at: now, ended_at: null }
  const delayMs = delayAfter(tries, random)
  if (delayMs === undefined) return { ...ended, state: 'failed' as const }
  const due_at = later(Math.max(delayMs, outcome.retryAfterMs ?? 0))
  return { ...counted, state: 'pending' as const, due_at, ended_at: null }
}

/** A `Retry-After` is for the receiver and not for one delivery: everything waits that is to be sent there. */
function failedHealth(webhook: WebhookRow, { error, retryAfterMs = 0 }: Outcome, now: string) {
  const consecutive_failures = webhook.consecutive_failures + 1
  const holdMs = Math.max(holdAfter(consecutive_failures), retryAfterMs)
  const held_until = new Date(Date.parse(now) + holdMs).toISOString()
  const isHeldLonger = webhook.held_until !== null && webhook.held_until > held_until
  return {
    last_success_at: webhook.last_success_at,
    last_failure_at: now,
    last_error: error,
    consecutive_failures,
    failing_since: webhook.failing_since ?? now,
    held_until: isHeldLonger ? webhook.held_until : held_until,
  }
}

function reasonToDisable(failingSince: string, { status }: Outcome, now: string): string | undefined {
  if (status === gone) return 'The receiver answered 410: it wants no more deliveries.'
  if (Date.parse(now) - Date.parse(failingSince) < disabledAfterMs) return undefined
  return 'No delivery has succeeded for five days.'
}

async function disable(tx: Transaction, webhook: WebhookRow, reason: string): Promise<void> {
  await updateWebhook(tx, {
    ...webhook,
    state: 'disabled',
    state_reason: reason,
    state_since: tx.now,
    disabled_at_seq: await findPlace(tx),
    version: webhook.version + 1,
    updated_at: tx.now,
  })
}
