import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { atEnd } from '../support/cleanup.ts'

export type Asked = { method: string; url: string; headers: IncomingMessage['headers']; body: string }
export type Answer =
  | { status?: number; headers?: Record<string, string>; body?: unknown; cut?: true }
  | 'reset'

/** A server on loopback that answers as the test says, request by request, and the last answer from then on. */
export async function startAnswering(...answers: (Answer | ((asked: Asked) => Answer))[]) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const seen = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: await text(request),
    }
    const next = answers[Math.min(asked.length, answers.length - 1)] as Answer | ((asked: Asked) => Answer)
    asked.push(seen)
    reply(response, typeof next === 'function' ? next(seen) : next)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer === 'reset') return void response.socket?.destroy()
  const { status = 200, headers = {}, body = {}, cut } = answer
  const isText = typeof body === 'string'
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers })
  const sent = isText ? body : JSON.stringify(body)
  if (cut) response.write(sent, () => response.socket?.destroy())
  else response.end(sent)
}
