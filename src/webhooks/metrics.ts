import { Counter, Gauge, Registry } from 'prom-client'

/** What became of an attempt. `retried`: it failed, and another follows. `failed`: it was the last. `disabled`: no more go to this receiver. */
export const attemptOutcomes = ['delivered', 'retried', 'failed', 'disabled'] as const
export type AttemptOutcome = (typeof attemptOutcomes)[number]

export type WebhookMetrics = { registry: Registry; ended(outcome: AttemptOutcome): void }

/** Answers what the database knows; each figure asks for itself, since all are read at the same time. */
type Figures = {
  pending: () => Promise<number>
  oldestPendingSeconds: () => Promise<number>
  behind: () => Promise<number>
}

export function webhookMetrics({ pending, oldestPendingSeconds, behind }: Figures): WebhookMetrics {
  const registry = new Registry()
  const registers = [registry]
  const attempts = new Counter({
    name: 'newsweave_webhook_attempts_total',
    help: 'Attempts to deliver to a webhook by what became of them.',
    labelNames: ['outcome'],
    registers,
  })
  for (const outcome of attemptOutcomes) attempts.inc({ outcome }, 0)
  gauge('newsweave_webhook_deliveries_pending', 'Deliveries still to be made; counted up to 10000.', pending)
  gauge(
    'newsweave_webhook_oldest_pending_seconds',
    'How long ago the oldest delivery was made that is still pending.',
    oldestPendingSeconds,
  )
  gauge('newsweave_webhooks_behind', 'Changes of which no deliveries were made yet.', behind)
  return { registry, ended: (outcome) => attempts.inc({ outcome }) }

  function gauge(name: string, help: string, read: () => Promise<number>): void {
    new Gauge({
      name,
      help,
      registers,
      // Of the database, and so the same in all processes.
      aggregator: 'max',
      async collect() {
        this.set(await read())
      },
    })
  }
}
