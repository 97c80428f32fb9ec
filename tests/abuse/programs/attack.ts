import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

/** What bad clients do, in a process of their own, so that who measures is not kept busy by them. */
const [kind = '', address = '', key = '', many = '10'] = process.argv.slice(2)
const { hostname, port } = new URL(address)
const count = Number(many)
const statuses = new Map<string, number>()
let open = 0

function dial(localAddress?: string): Promise<Socket> {
  const socket = connect({ port: Number(port), host: hostname, ...(localAddress && { localAddress }) })
  socket.on('close', () => open--)
  socket.on('data', (bytes) => {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(bytes.toString('latin1', 0, 20))?.[1]
    if (status) statuses.set(status, (statuses.get(status) ?? 0) + 1)
  })
  return new Promise((resolve) => {
    socket.on('error', () => resolve(socket))
    socket.on('connect', () => resolve(socket))
    open++
  })
}

const head = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'Host: newsweave.test', `Authorization: Bearer ${key}`, ...headers, '', ''].join(
    '\r\n',
  )
const json = (body: string | Buffer, ...headers: string[]) =>
  Buffer.concat([
    Buffer.from(
      head('POST /v1/tags', 'Content-Type: application/json', `Content-Length: ${body.length}`, ...headers),
    ),
    Buffer.from(body),
  ])

/** One byte a second on each of many sockets; those that are closed are opened again. */
async function drip(start: string, byte: string): Promise<void> {
  const sockets: Socket[] = []
  for (;;) {
    for (let index = 0; index < count; index++) {
      const socket = sockets[index]
      if (socket && !socket.destroyed) socket.write(byte)
      else {
        sockets[index] = await dial()
        sockets[index]?.write(start)
      }
    }
    await sleep(1000)
  }
}

/** The same bytes again and again, a few connections at a time, from one address or from one each. */
async function repeat(bytes: () => Buffer | string, { pauseMs = 0, apart = false } = {}): Promise<void> {
  const one = async (_: unknown, index: number) => {
    for (;;) {
      const socket = await dial(apart ? `127.0.${1 + (index >> 8)}.${1 + (index & 127)}` : undefined)
      const done = new Promise((resolve) => socket.once('close', resolve).once('data', resolve))
      socket.write(bytes())
      await Promise.race([done, sleep(5000)])
      socket.destroy()
      await sleep(pauseMs)
    }
  }
  await Promise.all(Array.from({ length: count }, one))
}

async function resetMidBody(): Promise<void> {
  const one = async () => {
    for (;;) {
      const socket = await dial()
      socket.write(json('x'.repeat(100_000)).subarray(0, 5000))
      await sleep(5)
      socket.resetAndDestroy()
    }
  }
  await Promise.all(Array.from({ length: count }, one))
}

const bomb = (): Buffer => {
  const body = gzipSync(Buffer.alloc(256 * 1024 ** 2), { level: 9 })
  return Buffer.concat([
    Buffer.from(
      head(
        'POST /v1/articles/import',
        'Content-Type: application/x-ndjson',
        'Content-Encoding: gzip',
        `Content-Length: ${body.length}`,
      ),
    ),
    body,
  ])
}
const lines = (number: number) => Array.from({ length: number }, (_, index) => `X-${index}: ${'y'.repeat(8)}`)
let asked = 0

/** What no kept answer serves. */
const search = () =>
  `GET /v1/articles?q=chip*&facets=tag,source&highlight=true&publishedAfter=2020-01-01T00:00:00.${String(asked++).padStart(6, '0')}Z`

const attacks: Record<string, () => Promise<void>> = {
  'slow headers': () => drip('GET /v1/articles HTTP/1.1\r\nHost: newsweave.test\r\nX-Slow: ', 'a'),
  'slow bodies': () =>
    drip(head('POST /v1/tags', 'Content-Type: application/json', 'Content-Length: 100000'), ' '),
  'idle sockets': () => drip('', ''),
  'header floods': () => repeat(() => head('GET /v1/articles', ...lines(asked++ % 2 ? 700 : 4000))),
  'resets mid-body': resetMidBody,
  'deep JSON': () => repeat(() => json('['.repeat(500_000) + ']'.repeat(500_000))),
  'huge addresses': () =>
    repeat(() => head(`GET /v1/articles?q=${'%e8%8a%af+'.repeat(asked++ % 2 ? 99 : 1500)}`)),
  'decompression bombs': () => {
    const bytes = bomb()
    return repeat(() => bytes, { pauseMs: 100 })
  },
  'a flood of searches': () => repeat(() => head(search())),
  'a flood of searches from everywhere': () =>
    repeat(() => `${search()} HTTP/1.1\r\nHost: newsweave.test\r\n\r\n`, { apart: true }),
}

process.on('SIGTERM', () => {
  console.log(JSON.stringify({ open, statuses: Object.fromEntries(statuses) }))
  process.exit(0)
})
console.log('attacking')
await attacks[kind]?.()
