import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { publicAddress } from './zone.ts'

/** A connection to where nothing may connect, and what was asked for on it. */
export type Hit = { address: string; port: number; host: string; asked: string }
export type Visit = { method: string; host: string; path: string; body: string }
export type Page = { status?: number; headers?: Record<string, string>; body?: string }

export type Web = {
  visits: Visit[]
  hits: Hit[]
  /** Puts a page on the public web. What has none is a page all the same. */
  put(url: string, page: Page): string
}

/** Of protocols that no page is asked for by: whoever connects there meant harm. */
const otherPorts = [22, 25]
const anyPage =
  '<!doctype html><title>A heron</title><article><h1>A heron</h1><p>It left in the morning.</p></article>'

/**
 * Answers at every address of the namespace: at the public one as the web, at all others, and at other ports, as the canary, which
 * counts each connection.
 */
export async function startWeb(): Promise<Web> {
  const pages = new Map<string, Page>()
  const web: Web = {
    visits: [],
    hits: [],
    put(url, page) {
      const { host, pathname } = new URL(url)
      pages.set(host + pathname, page)
      return url
    },
  }
  const opened = new WeakMap<Socket, Hit>()
  const onConnection = (socket: Socket) => {
    const hit = hitOf(socket)
    if (hit) opened.set(socket, hit)
    if (hit) web.hits.push(hit)
    socket.on('error', () => {})
  }
  for (const port of [80, ...otherPorts]) {
    const server = createHttpServer(async (request, response) => {
      const hit = opened.get(request.socket)
      if (hit) note(web, hit, request)
      else await visit(web, request)
      answer(response, hit ? { body: anyPage } : pageFor(pages, request))
    })
    server.on('connection', onConnection)
    await new Promise<void>((resolve) => server.listen(port, '::', resolve))
  }
  await listenForTls(onConnection, opened)
  return web
}

function hitOf({ localAddress = '', localPort = 0 }: Socket): Hit | undefined {
  const address = localAddress.replace('::ffff:', '')
  return address === publicAddress && localPort === 80
    ? undefined
    : { address, port: localPort, host: '', asked: '' }
}

/** A connection may be used for more than one request. */
function note(web: Web, hit: Hit, { headers: { host = '' }, url: asked = '' }: IncomingMessage): void {
  if (hit.asked === '') Object.assign(hit, { host, asked })
  else web.hits.push({ ...hit, host, asked })
}

/** What is asked for is not told before a connection is secure, but for the name of the server. */
function listenForTls(onConnection: (socket: Socket) => void, opened: WeakMap<Socket, Hit>): Promise<void> {
  const server = createServer((socket) => {
    onConnection(socket)
    socket.once('data', (hello) => {
      const hit = opened.get(socket)
      const [host = ''] = /[\w-]+\.example/.exec(hello.toString('latin1')) ?? []
      if (hit) hit.host = host
      socket.destroy()
    })
  })
  return new Promise((resolve) => server.listen(443, '::', resolve))
}

async function visit(web: Web, request: IncomingMessage): Promise<void> {
  const { method = '', headers, url = '' } = request
  let body = ''
  for await (const chunk of request) body += chunk
  web.visits.push({ method, host: headers.host ?? '', path: url, body })
}

const pageFor = (pages: Map<string, Page>, { headers, url }: IncomingMessage): Page =>
  pages.get(`${headers.host}${url}`) ?? (url === '/robots.txt' ? { status: 404 } : { body: anyPage })

function answer(response: ServerResponse, { status = 200, headers, body = '' }: Page): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)
}
