import { Failure } from '../shared/failure.ts'
import type { Server } from './server.ts'

const sampleMs = 100
/** What the last sample weighs, and what it counts for at most: one long step sheds nothing, steps that follow each other do. */
const weightOfLast = 0.3
const countsAtMostMs = 1_500
const lateAtMostMs = 500
const retryAfterSeconds = 2
const holdsBackMs = 1_000
const maxHeldBack = 2_000

type Lateness = { start(): void; lateMs(): number; stop(): void }

/** How late the event loop is, in ms, over the last second or so. Costs one timer. */
export function watchLateness(): Lateness {
  let timer: NodeJS.Timeout | undefined
  let due = 0
  let late = 0
  const sample = () => {
    const now = performance.now()
    const last = Math.min(countsAtMostMs, Math.max(0, now - due))
    late += weightOfLast * (last - late)
    due = now + sampleMs
  }
  return {
    start() {
      due = performance.now() + sampleMs
      timer = setInterval(sample, sampleMs).unref()
    },
    lateMs: () => late,
    stop: () => clearInterval(timer),
  }
}

/**
 * While more is asked than can be answered in time, what comes is refused with 503, which costs next to nothing, so that what was
 * begun ends. Registered before keys are looked up. `exempt` are addresses by which the process is watched.
 */
export function addOverload(app: Server, exempt: string[], lateness = watchLateness()): void {
  const watched = new Set(exempt)
  app.addHook('onListen', async () => lateness.start())
  app.addHook('onClose', async () => lateness.stop())
  app.addHook('onRequest', (request, _reply, done) => {
    if (lateness.lateMs() > lateAtMostMs && !watched.has(request.url)) holdBack(() => done(overloaded()))
    else done()
  })
}

let heldBack = 0

/**
 * Tells a refusal after a moment, each after another: a client that heeds no `Retry-After` asks again as soon as it is refused, on a
 * new connection, which costs more than one that waits. Who is one too many of those that wait is told at once.
 */
export function holdBack(tell: () => void): void {
  const isOneTooMany = heldBack >= maxHeldBack
  heldBack++
  const told = () => {
    heldBack--
    tell()
  }
  if (isOneTooMany) told()
  else setTimeout(told, holdsBackMs * (0.5 + Math.random()))
}

export function overloaded(): Failure {
  const message = `More is asked than can be answered: try again in ${retryAfterSeconds} seconds.`
  return new Failure('unavailable', message, { headers: { 'Retry-After': String(retryAfterSeconds) } })
}
