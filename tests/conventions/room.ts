import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import type { Scope } from '../../src/http/access.ts'
import type { AppOptions } from '../../src/main/app.ts'
import { createIngestion } from '../../src/main/ingestion.ts'
import { createDelivering } from '../../src/main/webhooks.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { dispatchAll } from '../../src/webhooks/dispatching.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { addKey, addPartner } from '../partners/keyring.ts'
import { type Api, type ApiReply, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import type { Headers } from '../support/contract.ts'
import type { Engine } from '../support/engines.ts'
import { type FeedServer, startFeedServer } from '../support/feed-server.ts'
import { memoryLog } from '../support/log.ts'
import { checkDocumented, checkTaken } from './answers.ts'
import type { Operation } from './document.ts'

export type Asked = {
  params?: Record<string, string>
  query?: Record<string, string> | string
  body?: unknown
  headers?: Headers
  key?: string | null
  method?: string
}
export type Answered = ApiReply & { request: string }

/** An app, and ways to make what an operation acts upon: each time something new that nobody else writes to. */
export type Room = Awaited<ReturnType<typeof openRoom>>

let count = 0
/** A number that no other has, for names and addresses. */
export const next = () => ++count

export async function openRoom(engine: Engine, options: Partial<AppOptions> = {}) {
  const database = await engine.open()
  const web = await startFeedServer(systemClock)
  web.put('lighthouse.example', '/feed.xml', { body: '<rss><channel><title>x</title></channel></rss>' })
  web.put('lighthouse.example', '/hook', { status: 204 })
  const outside = outsideOf(database)
  const delivering = createDelivering({ ...outside, publicUrl: () => '' }, { lookup: web.lookup })
  atEnd(delivering.close)
  const api = await startApi(database, { ingestion: ingestionOf(outside, web), delivering, ...options })
  const sourceId = await addSource(api, { name: 'Lighthouse Daily', language: 'en' })
  return {
    database,
    api,
    sourceId,
    feedUrl: web.url('lighthouse.example', '/feed.xml'),
    receiverUrl: web.url('lighthouse.example', '/hook'),
    ...makers(api, sourceId),
    ...webhookMakers(api, delivering, web.url('lighthouse.example', '/hook')),
    /** Asks an operation, and holds the answer to the document. */
    async ask(operation: Operation, { params, query, method, ...options }: Asked = {}): Promise<Answered> {
      const url = urlOf(operation.path, params, query)
      const answer = await api.request(method ?? operation.method, url, options)
      const told = { ...answer, request: `${method ?? operation.method} ${url}` }
      checkDocumented(operation, told)
      checkTaken(operation, options.body, told)
      return told
    },
    seq: () => lastSeq(database),
  }
}

/** The outside world is one feed, and one receiver. */
function outsideOf(database: Database) {
  const { logger } = memoryLog('warn')
  return { database, logger, allow: ['127.0.0.1'], userAgent: 'Newsweave tests' }
}

function ingestionOf(outside: ReturnType<typeof outsideOf>, web: FeedServer) {
  const ingestion = createIngestion({ ...outside, publicUrl: () => undefined }, { lookup: web.lookup })
  atEnd(ingestion.close)
  return ingestion
}

function makers(api: Api, sourceId: string) {
  const article = async (members = {}): Promise<string> =>
    (await addArticle(api, sourceId, { url: `https://lighthouse.example/${next()}`, ...members })).id
  return {
    article,
    source: async (members = {}) => addSource(api, { name: `Source ${next()}`, ...members }),
    async tag(members = {}): Promise<string> {
      const slug = `tag-${next()}`
      await made(api, '/v1/tags', { slug, name: slug, ...members })
      return slug
    },
    link: async (id: string): Promise<string> =>
      (await made(api, `/v1/articles/${id}/related`, newLink())).id,
    async story(): Promise<{ id: string; articleIds: string[] }> {
      const articleIds = [await article(), await article()]
      return { id: (await made(api, '/v1/stories', { articleIds })).id, articleIds }
    },
    partner: () => addPartner(api),
    async partnerKey() {
      const { id: keyId, partnerId: id } = await addKey(api)
      return { id, keyId }
    },
    key: async (scopes: Scope[]) => (await addKey(api, { scopes })).key,
  }
}

function webhookMakers(api: Api, delivering: ReturnType<typeof createDelivering>, url: string) {
  return {
    webhook: async (key?: string | null): Promise<string> =>
      (await made(api, '/v1/webhooks', { url, types: ['tag.created'] }, key)).id,
    /** Made of a change, as the worker makes it. */
    async delivery(id: string): Promise<string> {
      const slug = `tag-${next()}`
      await made(api, '/v1/tags', { slug, name: slug })
      await dispatchAll(delivering)
      return (await api.get(`/v1/webhooks/${id}/deliveries?limit=1`)).body.data[0].id
    },
  }
}

export const newLink = () => ({
  kind: 'background',
  note: 'How it began.',
  target: { url: `https://elsewhere.example/${next()}`, title: 'Heron 1, a year on' },
})

async function made(api: Api, url: string, body: unknown, key?: string | null) {
  const answer = await api.post(url, { body, ...(key !== undefined && { key }) })
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** Moves with everything that is written to the newsroom. */
async function lastSeq(database: Database): Promise<number> {
  const head = await database.one<{ seq: number }>(sql`select seq from change_head`)
  return head?.seq ?? 0
}

export function urlOf(
  path: string,
  params: Record<string, string> = {},
  query: Record<string, string> | string = '',
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_match, name) => encodeURIComponent(params[name] ?? ''))
  const search = String(typeof query === 'string' ? query : new URLSearchParams(query))
  return search === '' ? filled : `${filled}?${search}`
}
