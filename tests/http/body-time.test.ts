import { connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operation } from '../../src/http/operation.ts'
import { createServer } from '../../src/http/server.ts'
import { Failure } from '../../src/shared/failure.ts'
import { atEnd } from '../support/cleanup.ts'
import { checkProblem } from '../support/contract.ts'
import { memoryLog } from '../support/log.ts'

const bodyTimes = { wholeMs: 300, idleMs: 300 }
const facts = { tag: 'Things', summary: 'x', description: 'x', access: 'public' as const }

describe('the time of a body', () => {
  let address: string

  beforeEach(async () => {
    const app = createServer({
      logger: memoryLog().logger,
      publicUrl: () => 'https://news.example',
      trustedProxies: [],
      bodyTimes,
    })
    app.post('/whole', { schema: { body: z.json() } }, async () => ({}))
    const stream = { request: 'application/x-ndjson', line: z.json() }
    app.post('/stream', operation({ ...facts, id: 'readStream', stream }, {}), async (request) => {
      let bytes = 0
      for await (const chunk of request.body as Readable) bytes += chunk.length
      return { bytes }
    })
    app.post('/begun', operation({ ...facts, id: 'answerStream', stream }, {}), async (request, reply) =>
      reply.type('application/x-ndjson').send(Readable.from(echo(request.body as Readable)) as never),
    )
    app.post(
      '/unread',
      { onRequest: async () => Promise.reject(new Failure('unauthorized', 'No.')) },
      () => ({}),
    )
    address = await app.listen({ host: '127.0.0.1', port: 0 })
    atEnd(() => app.close())
  })

  /** Sends a byte every so often; answers what came back and after how long the connection was closed. */
  async function dripped(
    path: string,
    { type, bytes, everyMs }: { type: string; bytes: number; everyMs: number },
  ) {
    const { hostname, port } = new URL(address)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    const began = performance.now()
    const closed = closing(socket)
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${bytes}\r\n\r\n`,
    )
    for (let sent = 0; sent < bytes && !socket.destroyed && socket.writable; sent++) {
      socket.write('1')
      await sleep(everyMs)
    }
    const stop = setTimeout(() => socket.destroy(), 3000)
    const text = await closed
    clearTimeout(stop)
    return { text, status: Number(text.split(' ')[1]), tookMs: performance.now() - began }
  }

  it('is 10 seconds for an ordinary one: a byte now and then gets 408 as a problem, and the connection ends', async () => {
    const { text, status, tookMs } = await dripped('/whole', {
      type: 'application/json',
      bytes: 100,
      everyMs: 50,
    })
    expect(status).toBe(408)
    expect(tookMs).toBeLessThan(2000)
    expect(text.toLowerCase()).toContain('connection: close')
    const problem = text.slice(text.indexOf('\r\n\r\n') + 4)
    checkProblem({ request: 'a slow body', status, headers: headersOf(text), text: problem })
    expect(JSON.parse(problem)).toMatchObject({ detail: 'The body did not come within 0.3 seconds.' })
  })

  it('is as long as it moves for one that is read as a stream', async () => {
    const { text, status, tookMs } = await dripped('/stream', {
      type: 'application/x-ndjson',
      bytes: 12,
      everyMs: 60,
    })
    expect([status, text.endsWith('{"bytes":12}')]).toEqual([200, true])
    expect(tookMs).toBeGreaterThan(2 * bodyTimes.wholeMs)
  })

  it('ends at a pause of a stream, with 408', async () => {
    const { status, tookMs } = await dripped('/stream', {
      type: 'application/x-ndjson',
      bytes: 3,
      everyMs: 1000,
    })
    expect(status).toBe(408)
    expect(tookMs).toBeLessThan(3500)
  })

  it('ends at a pause of a stream whose answer has begun, and the connection with it', async () => {
    const { text, status, tookMs } = await dripped('/begun', {
      type: 'application/x-ndjson',
      bytes: 3,
      everyMs: 1000,
    })
    expect([status, text.includes('paused')]).toEqual([200, true])
    expect(tookMs).toBeLessThan(3500)
  })

  it('holds for what was answered before its body came', async () => {
    const { status, tookMs } = await dripped('/unread', { type: 'application/json', bytes: 100, everyMs: 50 })
    expect(status).toBe(401)
    expect(tookMs).toBeLessThan(2000)
  })
})

async function* echo(body: Readable) {
  try {
    for await (const chunk of body) yield chunk
  } catch {
    yield 'paused'
  }
}

function headersOf(text: string) {
  const lines = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n').slice(1)
  return Object.fromEntries(
    lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
}

async function closing(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}
