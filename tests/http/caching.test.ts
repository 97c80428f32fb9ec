import { Readable } from 'node:stream'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { addConditionalGet, addEncodedEntityTags, entityTag } from '../../src/http/caching.ts'
import { addCompression } from '../../src/http/compression.ts'
import { addHead } from '../../src/http/head.ts'
import { createServer, type Server } from '../../src/http/server.ts'
import { atEnd } from '../support/cleanup.ts'
import { memoryLog } from '../support/log.ts'

const large = JSON.stringify({ text: '新闻'.repeat(2000) })

describe('a conditional GET', () => {
  let app: Server

  beforeEach(async () => {
    app = createServer({ logger: memoryLog().logger, publicUrl: () => 'http://x.test', trustedProxies: [] })
    app.decorateRequest('actor', null)
    app.addHook('onRequest', async (request) => {
      if (request.headers.authorization) request.actor = { keyId: 'k' } as never
    })
    addConditionalGet(app)
    await addCompression(app)
    addEncodedEntityTags(app)
    addHead(app)
    let n = 0
    app.get('/same', async () => ({ a: 1 }))
    app.get('/other', async () => ({ n: n++ }))
    app.get('/large', async (_request, reply) => reply.type('application/json').send(Buffer.from(large)))
    app.get('/own', async (_request, reply) => reply.header('etag', '"v7-own"').send({ a: 1 }))
    app.get('/kept', async (_request, reply) => reply.header('cache-control', 'public, max-age=60').send({}))
    app.get('/stream', async (_request, reply) => reply.type('application/json').send(Readable.from(['{}'])))
    app.get('/missing', async (_request, reply) => reply.code(404).send({}))
    app.post('/same', async () => ({ a: 1 }))
    atEnd(() => app.close())
  })

  const get = async (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    app.inject({ method, url, headers })
  const tagOf = async (url: string, headers = {}) => String((await get(url, headers)).headers.etag)

  it('has a strong tag of its bytes, and is asked again each time', async () => {
    const { headers } = await get('/same')
    expect(headers.etag).toBe(entityTag('{"a":1}'))
    expect(headers.etag).toMatch(/^"[\w-]+"$/)
    expect(headers['cache-control']).toBe('public, no-cache')
    expect(await tagOf('/same')).toBe(headers.etag)
    expect(await tagOf('/other')).not.toBe(await tagOf('/other'))
  })

  it('is private to whoever sends a key', async () => {
    expect((await get('/same', { authorization: 'Bearer k' })).headers['cache-control']).toBe(
      'private, no-cache',
    )
  })

  it('leaves a tag or a lifetime that the route gave', async () => {
    expect(await tagOf('/own')).toBe('"v7-own"')
    expect((await get('/kept')).headers['cache-control']).toBe('public, max-age=60')
  })

  it.each([
    ['the tag', (tag: string) => tag],
    ['the weak tag', (tag: string) => `W/${tag}`],
    ['a list with it', (tag: string) => `"a", ${tag}, W/"b"`],
    ['a list without blanks', (tag: string) => `"a",${tag}`],
    ['a list with it weakly', (tag: string) => `"a",W/${tag}`],
    ['any', () => '*'],
    ['the tag of a compressed answer', (tag: string) => `${tag.slice(0, -1)}-gzip"`],
  ])('answers 304 to %s, with the tag and no body', async (_what, header) => {
    for (const url of ['/same', '/own', '/large']) {
      const tag = await tagOf(url)
      const reply = await get(url, { 'if-none-match': header(tag) })
      expect(reply.statusCode).toBe(304)
      expect(reply.body).toBe('')
      const known = header(tag).endsWith('-gzip"') ? header(tag) : tag
      expect(reply.headers).toMatchObject({ etag: known, 'cache-control': 'public, no-cache' })
      expect(reply.headers).not.toHaveProperty('content-length')
      expect(reply.headers).not.toHaveProperty('content-type')
    }
  })

  it.each(['"other"', 'W/"other"', '"a", "b"', '', ',', '"', '"*"', 'w/"x"'])(
    'answers in full to %j',
    async (header) => {
      expect((await get('/same', { 'if-none-match': header })).statusCode).toBe(200)
    },
  )

  it('answers in full to a tag that is not quoted, or only the beginning of its own', async () => {
    const tag = await tagOf('/same')
    for (const header of [
      tag.slice(1, -1),
      `${tag.slice(0, -2)}"`,
      tag.toLowerCase().replace(/[a-z]/, 'Z'),
    ]) {
      expect((await get('/same', { 'if-none-match': header })).statusCode, header).toBe(200)
    }
  })

  it('answers HEAD as GET', async () => {
    const tag = await tagOf('/same')
    const full = await get('/same', {}, 'HEAD')
    expect(full).toMatchObject({ statusCode: 200, body: '' })
    expect(full.headers.etag).toBe(tag)
    const known = await get('/same', { 'if-none-match': tag }, 'HEAD')
    expect(known).toMatchObject({ statusCode: 304, body: '' })
    expect(known.headers).toMatchObject({ etag: tag })
    expect(known.headers).not.toHaveProperty('content-length')
  })

  it('is only for what succeeds and reads', async () => {
    const missing = await get('/missing', { 'if-none-match': '*' })
    expect(missing.statusCode).toBe(404)
    expect(missing.headers).not.toHaveProperty('etag')
    const written = await app.inject({ method: 'POST', url: '/same', headers: { 'if-none-match': '*' } })
    expect(written.statusCode).toBe(200)
    expect(written.headers).not.toHaveProperty('etag')
  })

  it('does not wait for the end of a stream to make a tag of it', async () => {
    const reply = await get('/stream')
    expect(reply.headers).not.toHaveProperty('etag')
    expect(reply.headers['cache-control']).toBe('public, no-cache')
  })

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ])('gives each encoding a tag of its own (%s), all of which are good', async (encoding, unpack) => {
    const plain = await get('/large')
    const packed = await get('/large', { 'accept-encoding': encoding })
    expect(packed.headers['content-encoding']).toBe(encoding)
    expect(packed.headers.vary).toMatch(/accept-encoding/i)
    expect(String(unpack(packed.rawPayload))).toBe(large)
    const tag = String(packed.headers.etag)
    expect(tag).toBe(`${String(plain.headers.etag).slice(0, -1)}-${encoding}"`)
    for (const accepted of [encoding, 'identity']) {
      const headers = { 'if-none-match': tag, 'accept-encoding': accepted }
      expect((await get('/large', headers)).statusCode).toBe(304)
    }
  })

  it('leaves small answers as they are', async () => {
    expect((await get('/same', { 'accept-encoding': 'br' })).headers).not.toHaveProperty('content-encoding')
  })
})
