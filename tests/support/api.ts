import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Database } from '../../src/database/database.ts'
import type { Server } from '../../src/http/server.ts'
import { type AppOptions, createApp } from '../../src/main/app.ts'
import { createIngestion } from '../../src/main/ingestion.ts'
import { createDelivering } from '../../src/main/webhooks.ts'
import { atEnd } from './cleanup.ts'
import {
  checkDeclared,
  checkProblem,
  type DeclaredAnswers,
  fault,
  type Headers,
  type Reply,
} from './contract.ts'
import { memoryLog } from './log.ts'

export const adminKey = 'test-admin-key'
const publicUrl = 'http://newsweave.test'

type RequestOptions = {
  /** Sent as JSON, unless it is text or bytes. */
  body?: unknown
  headers?: Headers
  /** The administrator's where nothing is said; `null` for none. */
  key?: string | null
  /** A 5xx is what the test is about. */
  mayFail?: boolean
}

export type ApiReply = {
  status: number
  /** Those that tests send on are typed as present: one that is missing fails the test that sends it. */
  headers: Headers & { etag: string; location: string }
  /** Parsed, where it is JSON; else the text. */
  // biome-ignore lint/suspicious/noExplicitAny: the contract check has held it to the schema of its route.
  body: any
  bytes: Buffer
}

type Shorthand = (url: string, options?: RequestOptions) => Promise<ApiReply>

export type Api = {
  app: Server
  log: ReturnType<typeof memoryLog>
  request(method: string, url: string, options?: RequestOptions): Promise<ApiReply>
  get: Shorthand
  head: Shorthand
  post: Shorthand
  put: Shorthand
  patch: Shorthand
  delete: Shorthand
  /** Listens on a free port of the loopback and answers the address. */
  listen(): Promise<string>
  /** `fetch`, for clients over real HTTP, with the same check of each answer. */
  fetch: typeof fetch
}

/**
 * The whole program but its listener and its log, on a database of the test. Every reply passes one check: a failure is a
 * problem document that shows nothing of the inside, a success is what its route declares, and nothing is a 5xx.
 */
export async function startApi(database: Database, options: Partial<AppOptions> = {}): Promise<Api> {
  const log = memoryLog('warn')
  let address: string | undefined
  const { logger } = log
  const userAgent = 'Newsweave tests'
  const outside = { database, logger, allow: [], userAgent }
  const ingestion =
    options.ingestion ?? closedAtEnd(createIngestion({ ...outside, publicUrl: () => undefined }))
  const delivering =
    options.delivering ?? closedAtEnd(createDelivering({ ...outside, publicUrl: () => publicUrl }))
  const app = await createApp({
    database,
    logger,
    ingestion,
    delivering,
    publicUrl: () => address ?? publicUrl,
    readAccess: 'open',
    trustedProxies: [],
    adminKey,
    rateLimits: { anonymous: 1_000_000, key: 1_000_000 },
    cache: true,
    corsOrigins: '*',
    ...options,
  })
  const declared = rememberDeclaredAnswers(app)
  atEnd(() => app.close())

  function check(reply: Reply, mayFail = false): void {
    const { request, status, headers, text } = reply
    const id = headers['x-request-id'] ?? ''
    if (status >= 500 && !mayFail) throw fault(request, status, 'was not expected', `${text}\n${log.text()}`)
    if (status >= 400 && !request.startsWith('HEAD')) checkProblem(reply)
    if (/^application\/json\b/.test(headers['content-type'] ?? '') && text !== '' && declared.has(id)) {
      checkDeclared(reply, declared.get(id))
    }
    declared.delete(id)
  }

  async function request(method: string, url: string, { body, headers, key, mayFail }: RequestOptions = {}) {
    const reply = await app.inject({
      method: method as 'GET',
      url: url.replace(publicUrl, ''),
      headers: { ...keyHeader(key), ...bodyHeader(method, body), ...headers },
      ...(body !== undefined && { payload: isRaw(body) ? body : JSON.stringify(body) }),
    })
    const answer = {
      request: `${method} ${url}`,
      status: reply.statusCode,
      headers: reply.headers as ApiReply['headers'],
      text: decoded(reply.rawPayload, reply.headers['content-encoding']),
    }
    check(answer, mayFail)
    return { ...answer, body: parsed(answer), bytes: reply.rawPayload }
  }

  const shorthand =
    (method: string): Shorthand =>
    (url, options) =>
      request(method, url, options)

  return {
    app,
    log,
    request,
    get: shorthand('GET'),
    head: shorthand('HEAD'),
    post: shorthand('POST'),
    put: shorthand('PUT'),
    patch: shorthand('PATCH'),
    delete: shorthand('DELETE'),
    async listen() {
      address = await app.listen({ host: '127.0.0.1', port: 0 })
      return address
    },
    async fetch(input, init) {
      const response = await fetch(input, init)
      const copy = response.clone()
      const asked = input instanceof Request ? input : new Request(input, init)
      check({
        request: `${asked.method} ${asked.url}`,
        status: copy.status,
        headers: Object.fromEntries(copy.headers),
        text: await copy.text(),
      })
      return response
    },
  }
}

function closedAtEnd<Closing extends { close(): Promise<void> }>(closing: Closing): Closing {
  atEnd(closing.close)
  return closing
}

/** What the route of each request declares, by the request's id. */
function rememberDeclaredAnswers(app: Server): Map<string, DeclaredAnswers> {
  const declared = new Map<string, DeclaredAnswers>()
  app.addHook('onSend', async (request) => {
    const { schema, config } = request.routeOptions
    if (config.operation) declared.set(request.id, schema?.response as DeclaredAnswers)
  })
  return declared
}

const isRaw = (body: unknown): body is string | Buffer => typeof body === 'string' || Buffer.isBuffer(body)

function keyHeader(key: string | null = adminKey): Headers {
  return key === null ? {} : { authorization: `Bearer ${key}` }
}

function bodyHeader(method: string, body: unknown): Headers {
  if (body === undefined) return {}
  return { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }
}

const decoders: Record<string, (bytes: Buffer) => Buffer> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
}

function decoded(bytes: Buffer, encoding: unknown): string {
  const decode = decoders[String(encoding)]
  return String(decode && bytes.length > 0 ? decode(bytes) : bytes)
}

function parsed({ headers, text }: Reply): unknown {
  const isJson = /^application\/([a-z.]+\+)?json\b/.test(headers['content-type'] ?? '')
  return isJson && text !== '' ? JSON.parse(text) : text
}
