import type { Database } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import { type ChangesAfter, type ChangesPage, readChanges } from './changes.ts'
import { type ChangeFilters, concerns } from './filters.ts'
import { listConcerns } from './store.ts'

/** Not every commit of another process is announced here at once, so they are looked for this often. */
const pollMs = 1000
/** Whoever is further behind than this reads for themselves. */
const mostLookedAt = 1000

type Waiter = { after: number; filters: ChangeFilters; wake: (worthReading: boolean) => void }

export type ChangeWatch = ReturnType<typeof watchChanges>

/** Wakes those who wait for the log to grow. It listens and polls only while somebody waits. */
export function watchChanges(database: Database, maxWaiters = 1000) {
  const waiters = new Set<Waiter>()
  const look = oneAtATime(() => wakeTheConcerned(database, waiters))
  let closed = false
  let stop = () => {}

  return {
    /** Answers whether a read is worth it: false once the time is over, the client has gone or the server closes. */
    async wait({ after, ...filters }: ChangesAfter, ms: number, signal: AbortSignal): Promise<boolean> {
      if (closed || signal.aborted || ms <= 0) return false
      if (waiters.size >= maxWaiters) throw tooMany()
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const giveUp = () => resolve(false)
      const waiter = { after, filters, wake: resolve }
      const timer = setTimeout(giveUp, ms)
      signal.addEventListener('abort', giveUp)
      waiters.add(waiter)
      if (waiters.size === 1) stop = listen(database, look)
      // Something may have been committed since the caller's last read and before the listening began.
      void look()
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        waiters.delete(waiter)
        if (waiters.size === 0) stop()
      }
    },
    /** Ends every wait, now and later. */
    close() {
      closed = true
      for (const waiter of waiters) waiter.wake(false)
    },
    waiting: () => waiters.size,
  }
}

/** Runs `work`, and again where it was asked for meanwhile; never two at a time. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running = false
  let again = false
  return async () => {
    again = true
    if (running) return
    running = true
    while (again) {
      again = false
      await work()
    }
    running = false
  }
}

function listen(database: Database, look: () => Promise<void>): () => void {
  const lookNow = () => void look()
  const stops = [database.onCommit(lookNow), database.onAnnouncement?.(lookNow)]
  let seen = database.version()
  const timer = setInterval(() => {
    const version = database.version()
    if (version !== undefined && version === seen) return
    seen = version
    void look()
  }, pollMs)
  return () => {
    clearInterval(timer)
    for (const stop of stops) stop?.()
  }
}

async function wakeTheConcerned(database: Database, waiters: Set<Waiter>): Promise<void> {
  // Who begins to wait during the read is no part of it.
  const asking = [...waiters]
  if (asking.length === 0) return
  const reached = Math.min(...asking.map((waiter) => waiter.after))
  try {
    const entries = await listConcerns(database, reached, mostLookedAt)
    const end = entries.at(-1)?.seq ?? reached
    const isCut = entries.length === mostLookedAt
    for (const waiter of asking) {
      const { after, filters } = waiter
      if (isCut || entries.some((entry) => entry.seq > after && concerns(filters, entry))) waiter.wake(true)
      // The next look begins here: what concerns nobody is read once.
      waiter.after = Math.max(after, end)
    }
  } catch {
    // Whoever reads next gets the failure as an answer of its own.
    for (const waiter of asking) waiter.wake(true)
  }
}

/**
 * Reads what is behind `after`, and where that is nothing waits for it up to `waitMs`. What is far behind is not waited for: an
 * empty page may have more behind it.
 */
export async function readOrWait(
  database: Database,
  watch: ChangeWatch,
  range: ChangesAfter,
  waitMs: number,
  signal: AbortSignal,
): Promise<ChangesPage> {
  const deadline = performance.now() + waitMs
  let { after } = range
  for (let waiting = waitMs > 0; ; ) {
    const page = await readChanges(database, { ...range, after })
    if (!waiting || page.changes.length > 0 || page.more || page.lastSeq < after) return page
    after = page.lastSeq
    waiting = await watch.wait({ ...range, after }, deadline - performance.now(), signal)
  }
}

function tooMany(): Failure {
  const message = 'Too many clients wait for changes at the moment; ask again later, or without `wait`.'
  return new Failure('unavailable', message, { headers: { 'Retry-After': '5' } })
}
