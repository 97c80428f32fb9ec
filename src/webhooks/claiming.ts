import type { Queries, Transaction } from '../database/database.ts'
import { newId } from '../shared/ids.ts'
import type { Delivering } from './delivering.ts'
import {
  type LeasedRow,
  leaseDue,
  listLeased,
  listUnderWay,
  listWaiting,
  type Waiting,
} from './sending-store.ts'
import { takeTurn } from './store.ts'

/** Longer than an attempt may take, with room for writing what came of it. */
const leaseMs = 25_000
/** Deliveries under way to one receiver, and to one host that may be the receiver of several: in all processes together. */
const atOncePerReceiver = 4
export const atOncePerHost = 8

type Claiming = Pick<Delivering, 'database' | 'clock' | 'random' | 'logger'>

/**
 * Takes up to `limit` deliveries that are due. What a process has taken no other has, until its lease is over: then what a dead
 * process had is due again.
 */
export async function claimDue(
  { database, clock, random, logger }: Claiming,
  limit: number,
): Promise<LeasedRow[]> {
  if (limit < 1) return []
  try {
    // A look that finds nothing is no commit, which would cost every answer that is kept ready.
    if ((await planClaims(database, { now: clock().toISOString(), limit, random })).size === 0) return []
    return await database.write((tx) => claim(tx, limit, random))
  } catch (error) {
    // A database that cannot be reached now can be later.
    logger.error({ err: error }, 'due deliveries could not be claimed')
    return []
  }
}

async function claim(tx: Transaction, limit: number, random: () => number): Promise<LeasedRow[]> {
  // Two that count at the same time would together take more than a receiver is to have.
  if ((await takeTurn(tx, 'claim')) === undefined) return []
  const lease = { lease: newId(), until: new Date(Date.parse(tx.now) + leaseMs).toISOString() }
  for (const [id, count] of await planClaims(tx, { now: tx.now, limit, random }))
    await leaseDue(tx, id, count, lease)
  return listLeased(tx, lease)
}

type Plan = { now: string; limit: number; random: () => number }

/** How many deliveries of each webhook are taken now. All get one before any gets a second, so that none waits for another's many. */
async function planClaims(q: Queries, { now, limit, random }: Plan): Promise<Map<string, number>> {
  const waiting = shuffled(await listWaiting(q, now), random)
  const plan = new Map<string, number>()
  if (waiting.length === 0) return plan
  const ofReceiver = new Map<string, number>()
  const ofHost = new Map<string, number>()
  for (const { webhook_id, host, count } of await listUnderWay(q, now)) {
    ofReceiver.set(webhook_id, count)
    add(ofHost, host, count)
  }
  let left = limit
  for (let round = 0; round < atOncePerReceiver; round++) {
    for (const webhook of waiting) {
      const isFull = (ofReceiver.get(webhook.id) ?? 0) >= mostOf(webhook)
      if (left === 0 || isFull || (ofHost.get(webhook.host) ?? 0) >= atOncePerHost) continue
      add(plan, webhook.id, 1)
      add(ofReceiver, webhook.id, 1)
      add(ofHost, webhook.host, 1)
      left--
    }
  }
  return plan
}

/** One that failed last is asked by one request until it answers: receivers that hang must not take the places of all others. */
const mostOf = ({ consecutive_failures }: Waiting) => (consecutive_failures > 0 ? 1 : atOncePerReceiver)

function add(counts: Map<string, number>, key: string, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more)
}

/** In another order each time, so that where there are more than places all have their turn. */
function shuffled<Item>(items: Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
