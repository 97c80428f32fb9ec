import { setTimeout as sleep } from 'node:timers/promises'
import { sendMessage } from './attempting.ts'
import { claimDue } from './claiming.ts'
import type { Delivering } from './delivering.ts'
import { dispatchAll, dispatchNext } from './dispatching.ts'
import { endAttempt } from './ending.ts'
import { findOldest, removeOld } from './outbox-store.ts'
import { messageIdOf, payloadOf } from './payload.ts'
import { type LeasedRow, releaseLease } from './sending-store.ts'

export type DeliveryWorker = {
  /** Lets the attempts end that are under way, or `graceMs` pass: what is left then is due at once for the next process. */
  stop(graceMs: number): Promise<void>
}

/** Attempts under way in one process. A receiver has four at most, and one that fails has one. */
const atOnce = 64
/** Commits of other processes are not announced here, and times come without a commit. */
const lookEveryMs = 1000
const sweepEveryMs = 60_000
const keptDays = 30
const removedPerSlice = 500

/** Tells receivers of changes, again and again, until it is stopped. */
export function startDelivering(delivering: Delivering): DeliveryWorker {
  const stopping = new AbortController()
  const giving = new AbortController()
  const underWay = new Set<Promise<void>>()
  const dispatching = bell()
  const sending = bell()
  const unlisten = delivering.database.onCommit(() => {
    dispatching.ring()
    sending.ring()
  })
  const { signal } = stopping
  const loops = [
    repeatedly(delivering, signal, async () => {
      if (!(await dispatchNext(delivering))) await dispatching.rung(lookEveryMs)
    }),
    repeatedly(delivering, signal, async () => {
      const claimed = await claimDue(delivering, atOnce - underWay.size)
      for (const delivery of claimed) {
        const attempt = attemptDelivery(delivering, delivery, giving.signal).finally(() => {
          underWay.delete(attempt)
          sending.ring()
        })
        underWay.add(attempt)
      }
      if (claimed.length === 0) await sending.rung(lookEveryMs)
    }),
    repeatedly(delivering, signal, async () => {
      if (!(await removeOldDeliveries(delivering)))
        await sleep(sweepEveryMs, undefined, { signal }).catch(() => {})
    }),
  ]
  return {
    async stop(graceMs) {
      stopping.abort()
      unlisten()
      dispatching.ring()
      sending.ring()
      await Promise.all(loops)
      await Promise.race([Promise.all(underWay), sleep(graceMs, undefined, { ref: false })])
      giving.abort(new Error('The process is stopping.'))
      await Promise.all(underWay)
    },
  }
}

/** Makes all deliveries and attempts that are due now, and answers how many attempts that were. For tests. */
export async function deliverDue(delivering: Delivering): Promise<number> {
  let attempts = 0
  for (;;) {
    await dispatchAll(delivering)
    const claimed = await claimDue(delivering, atOnce)
    if (claimed.length === 0) return attempts
    await Promise.all(claimed.map((delivery) => attemptDelivery(delivering, delivery)))
    attempts += claimed.length
  }
}

/** Removes a slice of deliveries that were last queued thirty days ago; answers whether there were any. */
export async function removeOldDeliveries({
  database,
  clock,
}: Pick<Delivering, 'database' | 'clock'>): Promise<boolean> {
  const before = new Date(clock().getTime() - keptDays * 24 * 60 * 60 * 1000).toISOString()
  const oldest = await findOldest(database)
  if (oldest === undefined || oldest >= before) return false
  return (await database.write((tx) => removeOld(tx, before, removedPerSlice))) > 0
}

async function attemptDelivery(
  delivering: Delivering,
  delivery: LeasedRow,
  signal?: AbortSignal,
): Promise<void> {
  const { database, logger, metrics, random, publicUrl } = delivering
  const { url, secrets } = delivery
  const payload = payloadOf(delivery, publicUrl())
  try {
    const message = { url, secrets, messageId: messageIdOf(delivery), payload }
    const outcome = await sendMessage(delivering, message, signal)
    const ended = await database.write((tx) => endAttempt(tx, delivery, outcome, random))
    if (ended) metrics.ended(ended)
    if (ended === 'disabled') logger.warn({ webhookId: delivery.webhook_id }, 'a webhook was disabled')
  } catch (error) {
    if (signal?.aborted) await letGo(delivering, delivery)
    // Its lease passes on, and it is tried again.
    else logger.error({ err: error, deliveryId: delivery.id }, 'an attempt to deliver could not be made')
  }
}

async function letGo({ database, logger }: Delivering, { id, lease }: LeasedRow): Promise<void> {
  try {
    await database.write((tx) => releaseLease(tx, id, lease))
  } catch (error) {
    logger.error({ err: error, deliveryId: id }, 'a delivery could not be let go of')
  }
}

/** What fails now may succeed later. */
async function repeatedly({ logger }: Delivering, stopping: AbortSignal, work: () => Promise<void>) {
  while (!stopping.aborted) {
    try {
      await work()
    } catch (error) {
      logger.error({ err: error }, 'webhooks could not be served')
      await sleep(lookEveryMs, undefined, { signal: stopping }).catch(() => {})
    }
  }
}

/** What was rung while nobody waited is heard by whoever waits next. */
function bell() {
  let rings = Promise.withResolvers<void>()
  return {
    ring: () => rings.resolve(),
    async rung(withinMs: number) {
      const timer = setTimeout(rings.resolve, withinMs)
      await rings.promise
      clearTimeout(timer)
      rings = Promise.withResolvers()
    },
  }
}
