import type { FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../shared/failure.ts'
import { connected } from '../shared/turns.ts'
import type { Actor } from './access.ts'
import {
  type AddressSharing,
  addressCounts,
  addressNames,
  shareCounts,
  windowSeconds,
} from './address-counts.ts'
import { fairShare } from './fair-share.ts'
import { holdBack } from './overload.ts'
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

const daySeconds = 24 * 60 * 60
const withoutLimit = 1_000_000_000
const manyUnderWay = 10_000

/**
 * Counts every request by its key, or without a valid one by its address, and says on every answer what is left
 * (draft-ietf-httpapi-ratelimit-headers). Keys are counted by `counts`, addresses in this process and in those that `sharing` reaches.
 * What is let through shares the process fairly. Registered behind authentication. `exempt` are addresses that are not counted.
 */
export function addRateLimits(
  app: Server,
  limits: RateLimits,
  { exempt, counts, sharing }: { exempt: string[]; counts: KeyCounts; sharing?: AddressSharing | undefined },
): void {
  const { anonymous, key, keyDay = withoutLimit, underWay = manyUnderWay } = limits
  const addressName = addressNames()
  const addresses = addressCounts(anonymous)
  const addressPolicy = policyOf(anonymous)
  const keyPolicies = policies()
  const share = fairShare(underWay)
  const uncounted = new Set(exempt)
  app.server.on('connection', connected)
  if (sharing) shareCounts(app, addresses, sharing)
  app.decorateRequest('quota', null)

  /** What is over is told; all else begins when it is its turn. */
  function admit(reply: FastifyReply, client: string, failure: Failure | undefined, done: Done): void {
    try {
      if (failure) throw failure
      // While its key was looked up the client may have gone, of which nothing is told any more.
      let isOver = reply.raw.destroyed
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
      const refuse = () => done(error as Error)
      if (error instanceof Failure && error.code === 'unavailable') holdBack(refuse)
      else refuse()
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
    const { used, secondsLeft } = addresses.count(name, Date.now())
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

function exceeded(policy: keyof KeyQuotas, max: number, seconds: number): Failure {
  const message = `The ${max} requests of this ${policy} are used up: try again in ${seconds} seconds.`
  const headers = { 'Retry-After': String(seconds) }
  return new Failure('rate-limited', message, { headers, extensions: { policy } })
}
