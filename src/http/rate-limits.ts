import type { FastifyReply, FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { Failure } from '../shared/failure.ts'
import type { Actor } from './access.ts'
import { fairShare } from './fair-share.ts'
import type { Server } from './server.ts'

/**
 * What may be asked: in a minute by an address without a key, in a minute and a day by a key, and how many requests of one client
 * may be under way.
 */
export type RateLimits = { anonymous: number; key: number; keyDay?: number; underWay?: number }

/** What a key may ask. */
export type KeyQuotas = { minute: number; day: number }

/** What is left of a quota behind a request. */
export type Left = { remaining: number; secondsLeft: number }
type Counted = { minute: Left; day: Left; exceeded: keyof KeyQuotas | undefined }

/** Counts a request by its key, also across processes and restarts. A promise where what was counted before has to be read. */
export type KeyCounts = {
  count(keyId: string, quotas: KeyQuotas, nowMs: number): Counted | Promise<Counted>
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the client may ask, and what is left of it behind this request. `null` where nothing is counted. */
    quota: { quotas: KeyQuotas; counted: Counted } | null
  }
}

const windowSeconds = 60
const windowMs = windowSeconds * 1000
const daySeconds = 24 * 60 * 60
/** Who was seen last is known to a second: keeping it on every request costs more than counting. */
const orderMs = 1000
/** So many addresses are counted at a time; the one unseen for longest makes room. */
const maxCounted = 50_000
const withoutLimit = 1_000_000_000
const manyUnderWay = 10_000

/**
 * Counts every request by its key, or without a valid one by its address, and says on every answer what is left
 * (draft-ietf-httpapi-ratelimit-headers). Addresses are counted in this process, keys by `counts`. What is let through shares the
 * process fairly. Registered behind authentication. `exempt` are addresses that are not counted.
 */
export function addRateLimits(app: Server, limits: RateLimits, exempt: string[], counts: KeyCounts): void {
  const { anonymous, key, keyDay = withoutLimit, underWay = manyUnderWay } = limits
  const addressName = addressNames()
  const countAddress = counter()
  const addressPolicy = policyOf(anonymous)
  const keyPolicies = policies()
  const share = fairShare(underWay)
  const uncounted = new Set(exempt)
  app.decorateRequest('quota', null)

  /** What is over is told; all else begins when it is its turn. */
  function admit(reply: FastifyReply, client: string, failure: Failure | undefined, done: Done): void {
    try {
      if (failure) throw failure
      let isOver = false
      let release: (() => void) | undefined
      // Fires once, for requests that are aborted and answers that are kept ready, too, unlike the hooks; and for these perhaps
      // before anything else here is done.
      reply.raw.once('close', () => {
        isOver = true
        release?.()
      })
      release = share.enter(client, Date.now(), done)
      if (isOver) release()
    } catch (error) {
      done(error as Error)
    }
  }

  function admitKey(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    const actor = request.actor as Actor
    const quotas: KeyQuotas = {
      minute: actor.quotas?.minute ?? key,
      day: actor.quotas?.day ?? keyDay,
    }
    const tell = (counted: Counted) => {
      const { minute, day, exceeded: which } = counted
      request.quota = { quotas, counted }
      reply.header('ratelimit-policy', keyPolicies(quotas))
      reply.header('ratelimit', `${leftOf('default', minute)}, ${leftOf('day', day)}`)
      const failure = which && exceeded(which, quotas[which], counted[which].secondsLeft)
      admit(reply, actor.keyId, failure, done)
    }
    const counted = counts.count(actor.keyId, quotas, Date.now())
    if (counted instanceof Promise) counted.then(tell).catch(done)
    else tell(counted)
  }

  app.addHook('onRequest', (request, reply, done) => {
    if (uncounted.has(request.url)) return done()
    if (request.actor) return admitKey(request, reply, done)
    const name = addressName(request.ip ?? '')
    const { used, secondsLeft } = countAddress(name, Date.now())
    reply.header('ratelimit-policy', addressPolicy)
    reply.header('ratelimit', leftOf('default', { remaining: Math.max(0, anonymous - used), secondsLeft }))
    admit(reply, name, used > anonymous ? exceeded('minute', anonymous, secondsLeft) : undefined, done)
  })
}

type Done = (error?: Error) => void

const leftOf = (name: string, { remaining, secondsLeft }: Left) => `"${name}";r=${remaining};t=${secondsLeft}`

/** Most keys have the same quotas, and so the same header. */
function policies() {
  let last: { quotas: KeyQuotas; text: string } | undefined
  return (quotas: KeyQuotas): string => {
    if (last?.quotas.minute === quotas.minute && last.quotas.day === quotas.day) return last.text
    const text = `${policyOf(quotas.minute)}, "day";q=${quotas.day};w=${daySeconds}`
    last = { quotas, text }
    return text
  }
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

function exceeded(policy: keyof KeyQuotas, max: number, seconds: number): Failure {
  const message = `The ${max} requests of this ${policy} are used up: try again in ${seconds} seconds.`
  const headers = { 'Retry-After': String(seconds) }
  return new Failure('rate-limited', message, { headers, extensions: { policy } })
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
