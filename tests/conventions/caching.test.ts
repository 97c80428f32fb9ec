import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Headers } from '../support/contract.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { type Operation, operation, reads } from './document.ts'
import { type Valid, validRequest } from './requests.ts'
import { type Answered, next, openRoom, type Room } from './room.ts'

const thresholdBytes = 1024
const decoders = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync }
const encodings = Object.entries(decoders)
/** Of the request, not of what was asked for. */
const passing = ['date', 'x-request-id', 'ratelimit', 'connection', 'keep-alive', 'transfer-encoding']

const validated = reads.filter(({ responses }) => responses[304])
const streams = reads.filter(({ responses }) => !responses[304])
const encodedStreams = streams.filter(({ id }) => id !== 'streamChanges')

onEveryEngine('the answer to', (engine) => {
  let room: Room
  const valid = new Map<string, Valid>()
  const get = (read: Operation, headers = {}, method = 'GET') =>
    room.ask(read, { ...valid.get(read.id), headers, method })

  beforeAll(async () => {
    room = await openRoom(engine)
    await fill(room)
    for (const read of reads) valid.set(read.id, await validRequest(room, read))
  })

  describe.each(validated)('GET $path', (read) => {
    it('has a strong validator, and says who may keep it', async () => {
      const { headers } = await get(read)
      expect(headers.etag).toMatch(/^"[\x21\x23-\x7e]+"$/)
      expect(headers['cache-control']).toMatch(/^(no-store|(public|private), (no-cache|max-age=\d+))$/)
      if (isKept({ headers })) expect((await get(read)).headers.etag).toBe(headers.etag)
    })

    it('is 304 to whoever has it, and whole to others', async () => {
      const first = await get(read)
      const { etag } = first.headers
      if (isKept(first)) {
        for (const known of [etag, `W/${etag}`, `"x", ${etag}`, `W/"x" ,W/${etag}`, '*', ` ${etag} `]) {
          const answer = await get(read, { 'if-none-match': known })
          expect(answer.status, known).toBe(304)
          expect(answer.bytes).toHaveLength(0)
          // Told with the answer that the client has (RFC 9110, 15.4.5).
          for (const name of ['content-type', 'content-length', 'link']) {
            expect(answer.headers[name], name).toBeUndefined()
          }
          for (const name of ['etag', 'cache-control', 'vary']) {
            expect(answer.headers[name], name).toBe(first.headers[name])
          }
        }
      }
      for (const other of ['"x"', 'W/"x"', '""', 'x', etag.slice(1, -1), etag.slice(0, -2), ',', '"*"']) {
        const answer = await get(read, { 'if-none-match': other })
        expect(answer.status, other).toBe(200)
      }
    })

    it('is encoded as accepted where that is worth it, under a validator of its own', async () => {
      const plain = await get(read)
      expect(listed(plain.headers.vary), 'vary').toContain('accept-encoding')
      for (const [encoding, decode] of encodings) {
        const encoded = await get(read, { 'accept-encoding': encoding })
        expect(listed(encoded.headers.vary)).toContain('accept-encoding')
        if (plain.bytes.length < thresholdBytes) {
          expect(encoded.headers['content-encoding']).toBeUndefined()
          if (isKept(plain)) expect(encoded.headers.etag).toBe(plain.headers.etag)
          continue
        }
        expect(encoded.headers['content-encoding']).toBe(encoding)
        if (!isKept(plain)) continue
        expect(decode(encoded.bytes).equals(plain.bytes)).toBe(true)
        expect(encoded.headers.etag).not.toBe(plain.headers.etag)
        const again = await get(read, { 'accept-encoding': encoding, 'if-none-match': encoded.headers.etag })
        expect(again.status).toBe(304)
        // A cache renews the answer that this names (RFC 9111, 4.3.4).
        expect(again.headers.etag).toBe(encoded.headers.etag)
      }
    })

    it('varies with the key, where it has to do with keys', async () => {
      const told = listed((await get(read)).headers.vary).includes('authorization')
      expect(told).toBe(read.access !== 'public')
    })
  })

  describe.each(reads)('HEAD $path', (read) => {
    it('has the headers of GET and no body', async () => {
      for (const headers of [{}, { 'accept-encoding': 'gzip' }, { 'if-none-match': '*' }]) {
        // The first, so that it is not the answer to GET that was kept.
        const head = await get(read, headers, 'HEAD')
        const whole = await get(read, headers)
        expect(head.bytes).toHaveLength(0)
        expect(head.status).toBe(whole.status)
        // What is only told while the content is made may be left out (RFC 9110, 9.3.2).
        if (streams.includes(read)) delete whole.headers['content-encoding']
        if (isKept(whole)) expect(lasting(head)).toEqual(lasting(whole))
        else expect(Object.keys(lasting(head))).toEqual(Object.keys(lasting(whole)))
      }
    })
  })

  it('an event stream is sent event by event, not encoded, and nobody stores it', async () => {
    const { headers } = await get(operation('streamChanges'), { 'accept-encoding': 'br, gzip, zstd' })
    expect(headers['content-encoding']).toBeUndefined()
    expect(headers['cache-control']).toBe('no-store')
    expect(listed(headers.vary)).toContain('authorization')
  })

  it.each(encodedStreams)('GET $path is encoded as accepted', async (read) => {
    const plain = await get(read)
    expect(plain.headers['cache-control']).toBe('private, no-cache')
    expect(listed(plain.headers.vary)).toEqual(expect.arrayContaining(['accept-encoding', 'authorization']))
    for (const [encoding, decode] of encodings) {
      const encoded = await get(read, { 'accept-encoding': encoding })
      expect(encoded.headers['content-encoding']).toBe(encoding)
      expect(decode(encoded.bytes).equals(plain.bytes)).toBe(true)
    }
  })

  it.each([
    ['br', 'br'],
    ['gzip, br, zstd', 'br'],
    ['br;q=0.1, gzip;q=0.9', 'gzip'],
    ['br;q=0, zstd', 'zstd'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
    ['compress, deflate', undefined],
    ['nonsense;;;q=x,,', undefined],
    ['', undefined],
  ])('lists, with Accept-Encoding: %s, is encoded as %s', async (accepted, expected) => {
    const { headers } = await get(operation('listArticles'), { 'accept-encoding': accepted })
    expect(headers['content-encoding']).toBe(expected)
  })

  it('a list that has nothing to tell is not encoded', async () => {
    const headers = { 'accept-encoding': 'br, gzip, zstd' }
    const empty = { query: { tagsAny: 'nothing' }, headers }
    expect((await room.ask(operation('listArticles'), empty)).headers['content-encoding']).toBeUndefined()
  })

  it('lines that are taken one by one is sent at once, not encoded', async () => {
    const importing = operation('importArticles')
    const headers = { 'content-type': 'application/x-ndjson', 'accept-encoding': 'gzip' }
    const answer = await room.ask(importing, { ...(await validRequest(room, importing)), headers })
    expect(answer.headers['content-encoding']).toBeUndefined()
  })

  it('whoever has the same representation in another encoding is 304', async () => {
    const { etag } = (await get(operation('listArticles'), { 'accept-encoding': 'gzip' })).headers
    const headers = { 'accept-encoding': 'br', 'if-none-match': etag }
    expect((await get(operation('listArticles'), headers)).status).toBe(304)
  })
})

describe('where pages of some origins are let in', () => {
  const origin = 'https://reader.example'
  let room: Room

  beforeAll(async () => {
    room = await openRoom(engines[0] as Engine, { corsOrigins: [origin, 'https://other.example'] })
  })

  it.each(reads)('the answer to GET $path varies with the origin', async (read) => {
    const valid = await validRequest(room, read)
    const origins: Headers[] = [{ origin }, { origin: 'https://foreign.example' }, {}]
    const others: Headers[] = [{}, { 'if-none-match': '*' }, { 'accept-encoding': 'br' }]
    for (const headers of origins) {
      for (const more of others) {
        const answer = await room.ask(read, { ...valid, headers: { ...headers, ...more } })
        expect(listed(answer.headers.vary)).toContain('origin')
        const allowed = headers.origin === origin ? origin : undefined
        expect(answer.headers['access-control-allow-origin']).toBe(allowed)
        expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
      }
    }
    const refused = await room.ask(read, { ...valid, query: { typo: '1' }, key: 'x', headers: { origin } })
    if (refused.status < 400) return
    expect(refused.headers['access-control-allow-origin']).toBe(origin)
    expect(listed(refused.headers.vary)).toContain('origin')
  })
})

/** Enough of everything for lists that are worth encoding, and go on behind the first page. */
async function fill(room: Room): Promise<void> {
  for (let count = 0; count < 21; count++) {
    await room.article({ tags: [await room.tag()], summary: `Number ${next()}` })
    await room.source()
    await room.partner()
  }
}

/** Two answers may differ where nobody is to keep them: figures of the moment. */
const isKept = ({ headers }: Pick<Answered, 'headers'> | { headers: Record<string, string> }) =>
  headers['cache-control'] !== 'no-store'

const listed = (header = '') =>
  header
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())

const lasting = ({ headers }: Answered) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !passing.includes(name))
      .sort(),
  )
