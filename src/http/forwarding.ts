import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Agent, IncomingMessage, Server, ServerResponse } from 'node:http'
import { Failure } from '../shared/failure.ts'
import { answerProblem } from './raw-problems.ts'

/** Where another process of this machine takes requests, and what shows that they come from one of ours. */
export type Onward = { port: number; secret: string }

type Take = (request: IncomingMessage, response: ServerResponse) => boolean

/** Names the client of a forwarded request, behind the secret. */
const clientHeader = 'x-newsweave-client'
/** RFC 9110, 7.6.1: of one connection, and no part of the message. `Expect` was answered by the server that was asked. */
const ofConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'expect',
])

/** An import of it would run its getters, one of which loads all of node's own HTTP client: a twentieth of a start. */
const http = process.getBuiltinModule('node:http')

/** What `take` answers true for never reaches the framework. */
function takeBefore(server: Server, take: Take): void {
  const listeners = server.listeners('request')
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    if (take(request, response)) return
    for (const listener of listeners) listener.call(server, request, response)
  })
}

/** Sends the requests that `isMeant` for another process there, whole and as they come, and its answers back. */
export function forwardRequests(
  server: Server,
  {
    isMeant,
    onward,
    publicUrl,
  }: { isMeant: (request: IncomingMessage) => boolean; onward: Onward; publicUrl: () => string },
): void {
  const agent = new http.Agent({ keepAlive: true })
  takeBefore(server, (request, response) => {
    if (!isMeant(request)) return false
    forward(request, response, { agent, onward, base: publicUrl(), isClosing: () => !server.listening })
    return true
  })
  server.on('close', () => agent.destroy())
}

type Way = { agent: Agent; onward: Onward; base: string; isClosing: () => boolean }

function forward(request: IncomingMessage, response: ServerResponse, way: Way): void {
  const { agent, onward, base, isClosing } = way
  const { method, url: path } = request
  const headers = headersOnward(request, onward.secret)
  // A header that was sent twice stays so.
  const asked = http.request({
    host: '127.0.0.1',
    port: onward.port,
    agent,
    method,
    path,
    headers: headers as never,
  })
  asked.on('response', (answer) => {
    const back = endToEnd(answer.rawHeaders)
    if (isClosing() || answer.headers.connection === 'close') back.push('connection', 'close')
    response.writeHead(answer.statusCode ?? 502, back)
    // What is sent slice by slice tells its head before the first.
    if (answer.headers['content-length'] === undefined) response.flushHeaders()
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  asked.on('error', (error) => {
    if (response.headersSent || response.destroyed) return void response.destroy()
    answerProblem(request, response, unreachable(error), base)
  })
  // What the other did not want to read is thrown away, so that its answer can be read.
  asked.on('close', () => request.unpipe(asked).resume())
  response.on('close', () => {
    if (!response.writableFinished) asked.destroy()
  })
  if (hasBody(request)) request.pipe(asked)
  else asked.end()
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined

function headersOnward(request: IncomingMessage, secret: string): string[] {
  const headers = endToEnd(request.rawHeaders)
  if (request.headers['transfer-encoding'] !== undefined) headers.push('transfer-encoding', 'chunked')
  else if (!hasBody(request)) headers.push('content-length', '0')
  // HTTP/1.0 need not name one.
  if (request.headers.host === undefined && request.httpVersion === '1.0') headers.push('host', 'localhost')
  headers.push(clientHeader, `${secret} ${request.socket.remoteAddress ?? ''}`)
  return headers
}

/** Names and values in turn, without those of the connection and one that only we may send. */
function endToEnd(rawHeaders: string[]): string[] {
  const named = new Set<string>()
  const pairs: [string, string][] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = [rawHeaders[index], rawHeaders[index + 1]]
    pairs.push([name, value])
    if (name.toLowerCase() !== 'connection') continue
    for (const one of value.split(',')) named.add(one.trim().toLowerCase())
  }
  const isKept = (name: string) => !ofConnection.has(name) && !named.has(name) && name !== clientHeader
  return pairs.filter(([name]) => isKept(name.toLowerCase())).flat()
}

function unreachable(cause: Error): Failure {
  const message = 'What changes the newsroom cannot be reached at the moment; try again later.'
  const failure = new Failure('unavailable', message, { headers: { 'Retry-After': '5' } })
  failure.cause = cause
  return failure
}

/**
 * Takes forwarded requests and no others: each as from the client who sent it, and by all that holds for it. Answers the secret by
 * which they are known. Connections stay open, since one that closes while a request is on its way leaves its sender in doubt.
 */
export function takeForwarded(server: Server): string {
  const secret = randomBytes(32).toString('base64url')
  server.keepAliveTimeout = 0
  takeBefore(server, (request) => {
    const [sent = '', address] = String(request.headers[clientHeader]).split(' ')
    delete request.headers[clientHeader]
    if (!isSame(sent, secret)) {
      request.socket.destroy()
      return true
    }
    // One request at a time is under way on a connection.
    Object.defineProperty(request.socket, 'remoteAddress', { value: address, configurable: true })
    return false
  })
  return secret
}

function isSame(sent: string, secret: string): boolean {
  const [one, other] = [Buffer.from(sent), Buffer.from(secret)]
  return one.length === other.length && timingSafeEqual(one, other)
}
