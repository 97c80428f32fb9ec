import { backoffMs, pause, retryAfterMs } from './waiting.ts'

export type Retries = {
  /** How often a request is sent at most, the first time counted in. 1 for never again. */
  attempts?: number
  /** An answer that asks for a longer wait than this is handed on at once. */
  maxWaitMs?: number
}

type Fetch = (request: Request) => Promise<Response>

const safeMethods = ['GET', 'HEAD', 'OPTIONS']

/**
 * Sends a request again where that is harmless: after 429 and 503, which say that nothing was done, and for reads and POSTs
 * also after a broken connection, 502 and 504. Each POST gets an `Idempotency-Key`, so that it is done once however often it
 * is sent. A request whose signal is aborted is never sent again.
 */
export function retrying(fetch: Fetch, { attempts = 5, maxWaitMs = 60_000 }: Retries = {}): Fetch {
  return async function send(request) {
    if (request.method === 'POST' && !request.headers.has('idempotency-key')) {
      request.headers.set('idempotency-key', randomKey())
    }
    for (let attempt = 1; ; attempt++) {
      const last = attempt >= attempts
      const outcome = await attemptOnce(fetch, request, last ? request : copyOf(request))
      const waitMs = last ? undefined : waitBeforeNext(request, outcome, attempt)
      if (waitMs === undefined || waitMs > maxWaitMs || request.signal.aborted) return settle(outcome)
      if (outcome.response) await outcome.response.body?.cancel()
      await pause(waitMs, request.signal)
      if (request.signal.aborted) throw request.signal.reason
    }
  }
}

type Outcome = { response: Response; error?: never } | { response?: never; error: unknown }

/** A copy that hears of the signal by itself: what Node clones forgets it at a garbage collection. */
const copyOf = (request: Request) => new Request(request.clone(), { signal: request.signal })

/**
 * Node tells a request of its signal only while somebody has that request: without these, a long poll that outlives a garbage
 * collection is never aborted.
 */
const underWay = new Set<Request>()
const ofBody = new WeakMap<ReadableStream, Request[]>()

async function attemptOnce(fetch: Fetch, request: Request, attempt: Request): Promise<Outcome> {
  const both = [request, attempt]
  for (const each of both) underWay.add(each)
  try {
    const response = await fetch(attempt)
    if (response.body) ofBody.set(response.body, both)
    return { response }
  } catch (error) {
    return { error }
  } finally {
    for (const each of both) underWay.delete(each)
  }
}

function settle({ response, error }: Outcome): Response {
  if (response) return response
  throw error
}

/** Milliseconds, or nothing where the outcome stands. */
function waitBeforeNext(
  { method, headers }: Request,
  { response }: Outcome,
  attempt: number,
): number | undefined {
  const repeatable = safeMethods.includes(method) || (method === 'POST' && headers.has('idempotency-key'))
  if (!response) return repeatable ? backoffMs(attempt) : undefined
  const askedMs = retryAfterMs(response)
  if (response.status === 429 || response.status === 503) return askedMs ?? backoffMs(attempt)
  // The first sending of this very request is still running: its answer comes to the next one.
  if (response.status === 409 && repeatable && askedMs !== undefined) return askedMs
  if (response.status === 502 || response.status === 504) return repeatable ? backoffMs(attempt) : undefined
  return undefined
}

/** `crypto.randomUUID` is missing on pages that came without TLS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
