import type { Queries, Transaction } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { claimKey, keyReused, type StoredAnswer } from './idempotency.ts'

/** A part of a long request with its part of the answer. `lines` is how many lines it has, `hash` is of them as they were sent. */
export type KeptSlice = { lines: number; hash: string; results: string }

/**
 * What is kept of a request that is answered slice by slice under an `Idempotency-Key`. Each slice is kept in the transaction of
 * what it wrote, so whoever repeats a request that broke gets the slices that are durable from here and goes on behind them.
 */
export type SlicedRequest = {
  find(q: Queries, number: number): Promise<KeptSlice | undefined>
  /** Claims the key; answers the slice of this number where another process was quicker to keep it. */
  claim(tx: Transaction, number: number): Promise<KeptSlice | undefined>
  keep(tx: Transaction, number: number, slice: KeptSlice): Promise<void>
  /** Keeps that the request ends behind so many slices. */
  finish(tx: Transaction, slices: number): Promise<void>
  /** How many slices the whole request has, where it was answered to its end. */
  finished: number | undefined
  /** Whether the answer begins with what is kept. */
  isRepeated: boolean
}

/** Throws `idempotency-key-reused` where the key stands for another operation. */
export async function slicedRequest(
  q: Queries,
  { actor, key, fingerprint }: { actor: string; key: string; fingerprint: string },
): Promise<SlicedRequest> {
  const stored = await q.one<StoredAnswer>(sql`
    select fingerprint, status, headers, body from idempotent_answer where actor = ${actor} and key = ${key}`)
  if (stored && stored.fingerprint !== fingerprint) throw keyReused()
  const find = (on: Queries, number: number) =>
    on.one<KeptSlice>(sql`
      select lines, hash, results from idempotent_slice
      where actor = ${actor} and key = ${key} and number = ${number}`)
  return {
    find,
    isRepeated: (await find(q, 0)) !== undefined,
    finished: stored?.status === 200 ? JSON.parse(stored.body).slices : undefined,
    async claim(tx, number) {
      const claimed = await claimKey(tx, { actor, key, fingerprint })
      if (claimed && claimed.fingerprint !== fingerprint) throw keyReused()
      return claimed && find(tx, number)
    },
    async keep(tx, number, { lines, hash, results }) {
      await tx.run(sql`
        insert into idempotent_slice (actor, key, number, lines, hash, results)
        values (${actor}, ${key}, ${number}, ${lines}, ${hash}, ${results})`)
      // The time for which it is kept begins anew with each slice: a long request is not forgotten while it runs.
      await tx.run(sql`
        update idempotent_answer set created_at = ${tx.now} where actor = ${actor} and key = ${key}`)
    },
    async finish(tx, slices) {
      await tx.run(sql`
        update idempotent_answer set status = 200, body = ${JSON.stringify({ slices })}, created_at = ${tx.now}
        where actor = ${actor} and key = ${key}`)
    },
  }
}
