import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../src/shared/clock.ts'
import { atEnd } from './cleanup.ts'

/** One request, as it came. `count` is 1 for the first to this page. */
export type Visit = {
  at: string
  method: string
  host: string
  path: string
  headers: IncomingMessage['headers']
  body: string
  count: number
}

export type Headers = Record<string, string | string[]>
/** What a page answers: plainly, or by hand on the response, as only bad servers do. */
export type Answer = PlainAnswer | ((response: ServerResponse, visit: Visit) => void)
export type PlainAnswer = { status?: number; headers?: Headers; body?: string | Uint8Array }
export type Page = Answer | { answer: (visit: Visit) => Answer }

export type FeedServer = {
  port: number
  /** The address of a page of a site, such as `http://lighthouse.example:4123/feed.xml`. */
  url(host: string, path?: string): string
  /** Puts a page on a site, or another in its place; its visits are counted from 1 again. */
  put(host: string, path: string, page: Page): void
  /** All visits so far, or those to one page. */
  visits(host?: string, path?: string): Visit[]
  /** For `createOutboundClient`: the sites that have pages are on loopback, and no others exist. */
  lookup(host: string): Promise<string[]>
  close(): Promise<void>
}

/** By host and path. */
type Pages = Map<string, { page: Page; count: number }>

/**
 * A web of invented sites on one port of loopback, which can be as bad as the real one; see `bad-answers.ts`. Closes
 * itself at the end of the test or file that opened it.
 */
export async function startFeedServer(clock: Clock): Promise<FeedServer> {
  const pages: Pages = new Map()
  const seen: Visit[] = []
  const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const { visit, page } = await visitOf(pages, { request, at: clock().toISOString() })
    seen.push(visit)
    reply(response, visit, page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const web: FeedServer = {
    port,
    url: (host, path = '/') => `http://${host}:${port}${path}`,
    put(host, path, page) {
      pages.set(host + path, { page, count: 0 })
    },
    visits: (host, path) =>
      seen.filter((visit) => (host ?? visit.host) === visit.host && (path ?? visit.path) === visit.path),
    async lookup(host) {
      if (![...pages.keys()].some((key) => key.startsWith(`${host}/`)))
        throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
      return ['127.0.0.1']
    },
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  atEnd(web.close)
  return web
}

const nothingHere: Page = { status: 404, body: 'There is no such page.' }

/** A page without a query answers for every query that has no page of its own. */
async function visitOf(
  pages: Pages,
  { request, at }: { request: IncomingMessage; at: string },
): Promise<{ visit: Visit; page: Page }> {
  const { method = '', url: path = '/', headers } = request
  const host = (headers.host ?? '').replace(/:\d+$/, '')
  const hosted = pages.get(host + path) ?? pages.get(host + path.split('?')[0])
  const count = hosted ? ++hosted.count : 1
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString()
  return { visit: { at, method, host, path, headers, body, count }, page: hosted?.page ?? nothingHere }
}

function reply(response: ServerResponse, visit: Visit, page: Page): void {
  const answer = typeof page === 'object' && 'answer' in page ? page.answer(visit) : page
  if (typeof answer === 'function') {
    answer(response, visit)
    return
  }
  const { status = 200, headers = {}, body = '' } = answer
  const bytes = Buffer.from(body as string)
  const length = bytes.length > 0 || status === 200 ? { 'content-length': String(bytes.length) } : {}
  response.writeHead(status, { ...length, ...headers })
  response.end(bytes)
}
