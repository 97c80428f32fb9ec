import { endOfLog } from '../changes/changes.ts'
import type { Queries } from '../database/database.ts'
import { findOldestPending } from './sending-store.ts'
import { findAny, findPlace } from './store.ts'

export { countAllPending } from './sending-store.ts'

/** Up to which change of the log deliveries are made: nothing behind it may be removed yet. While there are no webhooks that is its end. */
export async function dispatchedUpTo(q: Queries): Promise<number> {
  return (await findAny(q)) ? findPlace(q) : endOfLog(q)
}

/** How many changes no deliveries are made of yet. */
export async function countUndispatched(q: Queries): Promise<number> {
  const place = await dispatchedUpTo(q)
  return Math.max(0, (await endOfLog(q)) - place)
}

/** For how long the delivery has waited that waits longest. */
export async function oldestPendingSeconds(q: Queries, now: Date): Promise<number> {
  const since = await findOldestPending(q)
  return since === null ? 0 : Math.max(0, (now.getTime() - Date.parse(since)) / 1000)
}
