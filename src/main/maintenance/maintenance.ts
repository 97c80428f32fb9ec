import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { Histogram, Registry } from 'prom-client'

/** Moving the log into the file, merging the index of texts. */
export type Work = 'log' | 'index'
export type Done = { work: Work; seconds: number } | { work: Work; error: string }
/** How often the log is looked at, when the index is first, and the pauses between slices of it and behind the last. */
export type Pace = { lookMs: number; firstMs: number; sliceMs: number; mergeMs: number }

const usualPace: Pace = {
  lookMs: 250,
  firstMs: 60_000,
  // Each slice that writes is a commit, which makes answers stale that are kept ready.
  sliceMs: 1_000,
  mergeMs: 60_000,
}

export type Maintenance = { registry: Registry; stop(): Promise<void> }

/**
 * Keeps a database file quick to read, in a thread of its own, so that no request waits for it, and in small slices, so that no writer
 * waits long.
 */
export function startMaintenance(file: string, logger: Logger, pace: Partial<Pace> = {}): Maintenance {
  const registry = new Registry()
  const durations = new Histogram({
    name: 'newsweave_maintenance_slice_seconds',
    help: 'How long slices of the work took that keeps the database quick, by work: log, index.',
    labelNames: ['work'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [registry],
  })
  const thread = new Worker(new URL('thread.ts', import.meta.url), {
    workerData: { file, pace: { ...usualPace, ...pace } },
  })
  thread.on('message', (done: Done) => {
    if ('seconds' in done) durations.observe({ work: done.work }, done.seconds)
    else logger.warn({ work: done.work, err: done.error }, 'the database could not be looked after')
  })
  thread.on('error', (error) => logger.error({ err: error }, 'the database is no longer looked after'))
  // Behind the listeners, each of which keeps the process alive again.
  thread.unref()
  let hasEnded = false
  thread.once('exit', () => {
    hasEnded = true
  })
  return {
    registry,
    async stop() {
      if (hasEnded) return
      thread.ref()
      const ended = once(thread, 'exit')
      thread.postMessage('stop')
      await ended
    },
  }
}
