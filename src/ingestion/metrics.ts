import { Counter, Gauge, Histogram, Registry } from 'prom-client'

const stages = ['fetch', 'parse', 'page', 'write'] as const

export type IngestionMetrics = {
  registry: Registry
  timed<T>(stage: (typeof stages)[number], work: () => Promise<T>): Promise<T>
  ended(outcome: string, bytes: number): void
}

/** Figures of reading feeds. `readLag` answers how many feeds are due and for how long the first has been. */
export function ingestionMetrics(
  readLag: () => Promise<{ due: number; lagSeconds: number }>,
): IngestionMetrics {
  const registry = new Registry()
  const registers = [registry]
  const fetches = new Counter({
    name: 'newsweave_feed_fetches_total',
    help: 'Fetches of feeds by what came of them.',
    labelNames: ['outcome'],
    registers,
  })
  const bytes = new Counter({
    name: 'newsweave_feed_bytes_total',
    help: 'Bytes of feeds, as they were sent.',
    registers,
  })
  const durations = new Histogram({
    name: 'newsweave_feed_stage_seconds',
    help: 'How long each stage of reading a feed took.',
    labelNames: ['stage'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  })
  // Each asks for itself, since both are read at the same time.
  new Gauge({
    name: 'newsweave_feeds_due',
    help: 'Feeds that are due and not fetched yet.',
    registers,
    // Of the database, and so the same in all processes.
    aggregator: 'max',
    async collect() {
      this.set((await readLag()).due)
    },
  })
  new Gauge({
    name: 'newsweave_feeds_lag_seconds',
    help: 'For how long the feed has been due that has waited longest.',
    registers,
    // Of the database, and so the same in all processes.
    aggregator: 'max',
    async collect() {
      this.set((await readLag()).lagSeconds)
    },
  })
  return {
    registry,
    async timed(stage, work) {
      const end = durations.startTimer({ stage })
      try {
        return await work()
      } finally {
        end()
      }
    },
    ended(outcome, sent) {
      fetches.inc({ outcome })
      bytes.inc(sent)
    },
  }
}
