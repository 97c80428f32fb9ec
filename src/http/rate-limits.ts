import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../shared/failure.ts'
import type { Server } from './server.ts'

/** Requests a minute, for an address without a key and for a key. */
export type RateLimits = { anonymous: number; key: number }

declare module 'fastify' {
  interface FastifyRequest {
    /** What the client may ask in a minute, and what is left of it behind this request. `null` where nothing is counted. */
    quota: { limit: number; remaining: number } | null
  }
}

const windowSeconds = 60
/** So many addresses, and so many keys, are counted at a time; the one unseen for longest makes room. */
const maxCounted = 50_000

/**
 * Counts every request by its key, or without a valid one by its address, and says on every answer what is left
 * (draft-ietf-httpapi-ratelimit-headers). Each process counts by itself. Registered behind authentication. `exempt` are
 * addresses that are not counted.
 */
export async function addRateLimits(app: Server, limits: RateLimits, exempt: string[]): Promise<void> {
  await app.register(rateLimit, { global: false })
  const addresses = addressNames()
  // Apart, so that a flood from many addresses never makes the count of a key forgotten.
  const byKey = counter(app, limits.key, (request) => request.actor?.keyId ?? '')
  const byAddress = counter(app, limits.anonymous, (request) => addresses(request.ip ?? ''))
  const uncounted = new Set(exempt)
  app.decorateRequest('quota', null)
  app.addHook('onRequest', async (request, reply) => {
    if (uncounted.has(request.url)) return
    await (request.actor ? byKey : byAddress)(request, reply)
  })
}

function counter(app: Server, max: number, keyGenerator: (request: FastifyRequest) => string) {
  const options = { max, timeWindow: windowSeconds * 1000, cache: maxCounted, keyGenerator }
  const count = app.createRateLimit(options)
  const policy = `"default";q=${max};w=${windowSeconds}`

  return async function countRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const counted = await count(request)
    if (counted.isAllowed) return
    const { remaining, ttlInSeconds, isExceeded } = counted
    request.quota = { limit: max, remaining }
    reply.header('ratelimit-policy', policy)
    reply.header('ratelimit', `"default";r=${remaining};t=${ttlInSeconds}`)
    if (isExceeded) throw exceeded(max, ttlInSeconds)
  }
}

function exceeded(max: number, seconds: number): Failure {
  const message = `The ${max} requests of this minute are used up: try again in ${seconds} seconds.`
  return new Failure('rate-limited', message, { headers: { 'Retry-After': String(seconds) } })
}

/**
 * Who an address stands for: itself, or for IPv6 the /64 of which one client has all. Reading an IPv6 address costs more than
 * all the rest of counting, so it is remembered.
 */
function addressNames() {
  const known = new Map<string, string>()
  return (address: string): string => {
    if (!address.includes(':')) return address
    const remembered = known.get(address)
    if (remembered !== undefined) return remembered
    const name = normalizeIP(address, 64)
    if (known.size >= maxCounted) known.clear()
    known.set(address, name)
    return name
  }
}
