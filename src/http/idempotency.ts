import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Database, Transaction } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { Failure } from '../shared/failure.ts'

/** What a write answers. Kept as it is under an `Idempotency-Key`. */
export type Answer = {
  status: number
  headers?: Record<string, string>
} & (
  | {
      body: unknown
      /** What is kept for a repetition instead of `body`, where that holds a secret. */
      keptBody?: unknown
    }
  /** JSON that is sent as it is. */
  | { json: string }
)

export type StoredAnswer = { fingerprint: string; status: number; headers: string; body: string }

const keptForMs = 24 * 60 * 60 * 1000

export const idempotencyHeader = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'Expected 1 to 255 visible ASCII characters.')
    .optional()
    .describe('A key of the client for this one request: repeated within 24 hours, it gets the same answer.'),
})

/**
 * Runs a POST once (draft-ietf-httpapi-idempotency-key-header). The answer is kept in the transaction of the write
 * itself, so that a crash can never separate the two; a failed request keeps nothing and may be sent again.
 */
export function idempotency(database: Database) {
  const running = new Set<string>()

  return async function once(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (tx: Transaction) => Promise<Answer>,
  ): Promise<FastifyReply> {
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string') return send(reply, await database.write(work))
    const actor = request.actor?.keyId ?? ''
    const claim = `${actor} ${key}`
    if (running.has(claim)) throw keyInUse()
    running.add(claim)
    try {
      const fingerprint = fingerprintOf(request)
      const { answer, replayed } = await database.write((tx) =>
        runOnce(tx, { actor, key, fingerprint }, work),
      )
      if (replayed) reply.header('idempotency-replayed', 'true')
      return send(reply, answer)
    } finally {
      running.delete(claim)
    }
  }
}

async function runOnce(
  tx: Transaction,
  { actor, key, fingerprint }: { actor: string; key: string; fingerprint: string },
  work: (tx: Transaction) => Promise<Answer>,
): Promise<{ answer: Answer; replayed: boolean }> {
  const stored = await claimKey(tx, { actor, key, fingerprint })
  if (stored) return { answer: replay(stored, fingerprint), replayed: true }
  const answer = await work(tx)
  const kept = 'json' in answer ? answer.json : JSON.stringify(answer.keptBody ?? answer.body)
  await tx.run(sql`
    update idempotent_answer
    set status = ${answer.status}, headers = ${JSON.stringify(answer.headers ?? {})}, body = ${kept}
    where actor = ${actor} and key = ${key}`)
  return { answer, replayed: false }
}

/**
 * Claims a key for a request; answers what is kept under it where it was claimed before. Another process with the same key
 * waits here until this transaction ends, then finds its answer.
 */
export async function claimKey(
  tx: Transaction,
  { actor, key, fingerprint }: { actor: string; key: string; fingerprint: string },
): Promise<StoredAnswer | undefined> {
  const expired = new Date(Date.parse(tx.now) - keptForMs).toISOString()
  await tx.run(sql`delete from idempotent_answer where created_at < ${expired}`)
  const claimed = await tx.run(sql`
    insert into idempotent_answer (actor, key, fingerprint, status, headers, body, created_at)
    values (${actor}, ${key}, ${fingerprint}, 0, '{}', '', ${tx.now})
    on conflict (actor, key) do nothing`)
  if (claimed > 0) return undefined
  return tx.one<StoredAnswer>(sql`
    select fingerprint, status, headers, body from idempotent_answer where actor = ${actor} and key = ${key}`)
}

export function keyInUse(): Failure {
  return new Failure('idempotency-key-in-use', 'The first request with this key is still running.', {
    headers: { 'Retry-After': '1' },
  })
}

export function keyReused(message = 'The key was used for another request.'): Failure {
  return new Failure('idempotency-key-reused', message, {
    errors: [{ in: 'header', path: 'idempotency-key', message: 'Was used for another request.' }],
  })
}

function replay(stored: StoredAnswer, fingerprint: string): Answer {
  if (stored.fingerprint !== fingerprint) throw keyReused()
  return { status: stored.status, headers: JSON.parse(stored.headers), body: JSON.parse(stored.body) }
}

function fingerprintOf(request: FastifyRequest): string {
  return hash('sha256', `${request.method} ${request.url}\n${JSON.stringify(request.body)}`, 'base64url')
}

/** Sends an answer of a write. */
export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  const { status, headers = {} } = answer
  reply.code(status).headers(headers)
  return 'json' in answer
    ? reply.type('application/json; charset=utf-8').send(answer.json)
    : reply.send(answer.body)
}

/** How a route runs a POST that a client may repeat. */
export type Once = ReturnType<typeof idempotency>
