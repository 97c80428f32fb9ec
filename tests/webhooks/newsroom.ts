import { createDelivering } from '../../src/main/webhooks.ts'
import type { Delivering } from '../../src/webhooks/delivering.ts'
import { deliverDue } from '../../src/webhooks/worker.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import type { Engine } from '../support/engines.ts'
import { type FeedServer, type Page, startFeedServer, type Visit } from '../support/feed-server.ts'
import { memoryLog } from '../support/log.ts'

export const receiver = 'receiver.example'
export const publicUrl = 'http://newsweave.test'

export type Made = { id: string; secret: string; path: string }

export type Telling = {
  clock: TestClock
  web: FeedServer
  api: Api
  delivering: Delivering
  log: ReturnType<typeof memoryLog>
  sourceId: string
  article(members?: Record<string, unknown>): Promise<string>
  /** Makes a webhook at a page of the receiver, which answers as the page says, or with 204. */
  hook(
    members?: Record<string, unknown>,
    page?: Page,
    options?: { key?: string; host?: string },
  ): Promise<Made>
  /** Makes all deliveries and attempts that are due now. */
  deliver(): Promise<number>
  /** Lets time pass, and delivers what is due by then. */
  later(ms: number): Promise<number>
  /** What was sent to a page of the receiver. */
  sent(path?: string, host?: string): { visit: Visit; payload: Payload }[]
  // biome-ignore lint/suspicious/noExplicitAny: held to the schema of its route already.
  deliveries(hook: Made, query?: string): Promise<any[]>
}

type Payload = {
  type: string
  timestamp: string
  data: {
    seq: number | null
    resource: { type: string; id: string; url: string | null }
    revision: number | null
  }
}

let count = 0

/** The program telling receivers on loopback of changes, at a clock that only tests move. */
export async function startTelling(engine: Engine, clock = testClock()): Promise<Telling> {
  const database = await engine.open(clock)
  const web = await startFeedServer(clock)
  const log = memoryLog('warn')
  const outside = { database, logger: log.logger, allow: ['127.0.0.1'], userAgent: 'Newsweave tests' }
  const delivering = createDelivering(
    { ...outside, publicUrl: () => publicUrl },
    { clock, random: () => 0.5, lookup: web.lookup },
  )
  atEnd(delivering.close)
  const api = await startApi(database, { clock, delivering })
  const sourceId = await addSource(api)
  const deliver = () => deliverDue(delivering)
  return {
    clock,
    web,
    api,
    delivering,
    log,
    sourceId,
    article: async (members = {}) => (await addArticle(api, sourceId, members)).id,
    async hook(members = {}, page = { status: 204 }, { key, host = receiver } = {}) {
      const path = `/hook/${++count}`
      web.put(host, path, page)
      const body = { url: web.url(host, path), ...members }
      const answer = await api.post('/v1/webhooks', { body, ...(key !== undefined && { key }) })
      if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
      return { id: answer.body.id, secret: answer.body.secret, path }
    },
    deliver,
    later(ms) {
      clock.advance(ms)
      return deliver()
    },
    sent: (path, host = receiver) =>
      web.visits(host, path).map((visit) => ({ visit, payload: JSON.parse(visit.body) })),
    async deliveries({ id }, query = '') {
      return (await api.get(`/v1/webhooks/${id}/deliveries${query}`)).body.data
    },
  }
}

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
