import ipaddr from 'ipaddr.js'
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
const windowMs = windowSeconds * 1000
/** Who was seen last is known to a second: keeping it on every request costs more than counting. */
const orderMs = 1000
/** So many addresses, and so many keys, are counted at a time; the one unseen for longest makes room. */
const maxCounted = 50_000

/**
 * Counts every request by its key, or without a valid one by its address, and says on every answer what is left
 * (draft-ietf-httpapi-ratelimit-headers). Each process counts by itself. Registered behind authentication. `exempt` are
 * addresses that are not counted.
 */
export function addRateLimits(app: Server, limits: RateLimits, exempt: string[]): void {
  const addressName = addressNames()
  // Apart, so that a flood from many addresses never makes the count of a key forgotten.
  const keys = { max: limits.key, policy: policyOf(limits.key), count: counter() }
  const addresses = { max: limits.anonymous, policy: policyOf(limits.anonymous), count: counter() }
  const uncounted = new Set(exempt)
  app.decorateRequest('quota', null)
  app.addHook('onRequest', (request, reply, done) => {
    if (uncounted.has(request.url)) return done()
    const { max, policy, count } = request.actor ? keys : addresses
    const { used, secondsLeft } = count(request.actor?.keyId ?? addressName(request.ip ?? ''), Date.now())
    const remaining = Math.max(0, max - used)
    request.quota = { limit: max, remaining }
    reply.header('ratelimit-policy', policy)
    reply.header('ratelimit', `"default";r=${remaining};t=${secondsLeft}`)
    done(used > max ? exceeded(max, secondsLeft) : undefined)
  })
}

const policyOf = (max: number) => `"default";q=${max};w=${windowSeconds}`

type Window = { used: number; startedMs: number; placedMs: number }

/** Counts in windows of a minute, of which each begins with the first request of its client. */
export function counter(maxClients = maxCounted) {
  const windows = new Map<string, Window>()

  /** To the end of the order, at whose beginning is the client unseen for longest. */
  function place(client: string, window: Window): void {
    if (!windows.delete(client) && windows.size >= maxClients) {
      windows.delete(windows.keys().next().value as string)
    }
    windows.set(client, window)
  }

  return (client: string, nowMs: number): { used: number; secondsLeft: number } => {
    let window = windows.get(client)
    // A clock that was set back begins a new window, too, rather than one that lasts until it has caught up.
    if (!window || nowMs < window.startedMs || nowMs >= window.startedMs + windowMs) {
      window = { used: 0, startedMs: nowMs, placedMs: nowMs }
      place(client, window)
    } else if (nowMs >= window.placedMs + orderMs) {
      window.placedMs = nowMs
      place(client, window)
    }
    window.used++
    return { used: window.used, secondsLeft: Math.ceil((window.startedMs + windowMs - nowMs) / 1000) }
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
    const name = networkOf(address)
    if (known.size >= maxCounted) known.clear()
    known.set(address, name)
    return name
  }
}

function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address
  const parsed = ipaddr.IPv6.parse(address)
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString()
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')
}
