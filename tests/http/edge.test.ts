import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { pino } from 'pino'
import { beforeAll, describe, expect, it } from 'vitest'
import { exposedHeaders } from '../../src/http/cors.ts'
import { loadSample } from '../../src/main/sample.ts'
import { type Api, startApi } from '../support/api.ts'
import { type Engine, engines } from '../support/engines.ts'
import { memoryLog } from '../support/log.ts'

const [engine] = engines as [Engine]
let api: Api
let origins: Api

beforeAll(async () => {
  const database = await engine.open()
  await loadSample(database)
  api = await startApi(database)
  origins = await startApi(database, { corsOrigins: ['https://front.example'] })
})

describe('compression', () => {
  const decoders = { br: brotliDecompressSync, zstd: zstdDecompressSync, gzip: gunzipSync }

  it.each(Object.entries(decoders))(
    'sends %s to whoever accepts it, with a tag of its own',
    async (encoding, decode) => {
      const plain = await api.get('/v1/articles')
      const packed = await api.get('/v1/articles', { headers: { 'accept-encoding': encoding } })
      expect(packed.headers['content-encoding']).toBe(encoding)
      expect(packed.headers.vary).toContain('accept-encoding')
      expect(decode(packed.bytes).toString()).toBe(plain.bytes.toString())
      expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2)
      expect(packed.headers.etag).toBe(plain.headers.etag.replace(/"$/, `-${encoding}"`))
      for (const etag of [plain.headers.etag, packed.headers.etag]) {
        const again = await api.get('/v1/articles', {
          headers: { 'if-none-match': etag, 'accept-encoding': encoding },
        })
        expect(again.status).toBe(304)
        expect(again.bytes.length).toBe(0)
      }
    },
  )

  it('sends what is small, and what nobody wants packed, as it is', async () => {
    for (const [url, accepted] of [
      ['/healthz', 'br'],
      ['/v1/articles', 'identity'],
      ['/v1/articles', 'snappy'],
    ]) {
      const { headers } = await api.get(url as string, { headers: { 'accept-encoding': accepted as string } })
      expect(headers['content-encoding']).toBeUndefined()
    }
  })

  it('takes the tag of a packed answer for a write', async () => {
    const { headers } = await api.get('/v1/tags/chips', { headers: { 'accept-encoding': 'gzip' } })
    const { status } = await api.patch('/v1/tags/chips', {
      headers: { 'if-match': headers.etag },
      body: { description: 'What everything runs on.' },
    })
    expect(status).toBe(200)
  })

  it('reads no packed body, and says so', async () => {
    const { status, headers, body } = await api.post('/v1/tags', {
      headers: { 'content-encoding': 'gzip' },
      body: { slug: 'packed', name: 'Packed' },
    })
    expect(status).toBe(415)
    expect(headers['accept-encoding']).toBe('identity')
    expect(body.detail).toContain('Content-Encoding')
  })
})

describe('CORS', () => {
  const origin = 'https://front.example'
  const preflight = {
    origin,
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization,if-match,content-type',
  }

  it('lets every page read answers, refusals and what their headers say', async () => {
    for (const url of ['/v1/articles', '/v1/articles/none', '/v1/articles?nonsense=1', '/nowhere']) {
      const { headers } = await api.get(url, { key: null, headers: { origin } })
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers['access-control-expose-headers']).toBe(exposedHeaders.join(', '))
      expect(headers['access-control-allow-credentials']).toBeUndefined()
    }
    expect(exposedHeaders).toEqual(
      expect.arrayContaining([
        'ETag',
        'Link',
        'Location',
        'RateLimit',
        'Retry-After',
        'X-Request-Id',
        'Idempotency-Replayed',
      ]),
    )
  })

  it('lets every page ask whether it may write, without a key', async () => {
    const { status, headers } = await api.request('OPTIONS', '/v1/articles/one', {
      key: null,
      headers: preflight,
    })
    expect(status).toBe(204)
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD, POST, PUT, PATCH, DELETE')
    expect(headers['access-control-allow-headers']).toBe('authorization,if-match,content-type')
    expect(headers['access-control-max-age']).toBe('86400')
  })

  it('lets only the pages named read, where some are', async () => {
    const allowed = await origins.get('/v1/articles', { headers: { origin } })
    expect(allowed.headers['access-control-allow-origin']).toBe(origin)
    expect(allowed.headers.vary).toContain('Origin')
    const other = await origins.get('/v1/articles', { headers: { origin: 'https://evil.example' } })
    expect(other.headers['access-control-allow-origin']).toBeUndefined()
    expect(other.headers.vary).toContain('Origin')
  })

  it('answers what only looks like a preflight with what the address takes', async () => {
    const options = async (url: string) => {
      const { status, headers } = await api.request('OPTIONS', url, { key: null })
      expect(status).toBe(204)
      return headers.allow
    }
    expect(await options('/v1/articles')).toBe('GET, HEAD, POST')
    expect(await options('/v1/articles/import?x=1')).toBe('POST')
    expect(await options('/v1/articles/one')).toBe('DELETE, GET, HEAD, PATCH')
    expect(await options('/v1/nothing')).toBeUndefined()
  })
})

describe('the log', () => {
  it('has a line for each request at "info", without the query, and with the id of the key', async () => {
    const log = memoryLog('info')
    const logged = await startApi(await engine.open(), { logger: log.logger })
    const { headers } = await logged.get('/v1/articles?limit=3')
    await logged.get('/v1/articles/none?fields=title', { key: null })
    expect(log.entries.filter(({ msg }) => msg === 'request completed')).toEqual([
      expect.objectContaining({
        level: pino.levels.values.info,
        method: 'GET',
        path: '/v1/articles',
        status: 200,
        requestId: headers['x-request-id'],
        durationMs: expect.any(Number),
        keyId: expect.any(String),
      }),
      expect.objectContaining({ path: '/v1/articles/none', status: 404 }),
    ])
    expect(log.text()).not.toMatch(/limit=3|fields=title|test-admin-key/)
  })

  it('says nothing of requests above "info"', async () => {
    const log = memoryLog('warn')
    const logged = await startApi(await engine.open(), { logger: log.logger })
    await logged.get('/v1/articles')
    expect(log.entries).toEqual([])
  })
})
