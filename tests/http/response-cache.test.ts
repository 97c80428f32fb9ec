import { beforeAll, describe, expect, it, vi } from 'vitest'
import { keptAnswers } from '../../src/http/kept-answers.ts'
import { loadSample } from '../../src/main/sample.ts'
import { addKey } from '../partners/keyring.ts'
import { type Api, startApi } from '../support/api.ts'
import type { Headers } from '../support/contract.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { withGoneClients } from '../support/gone-client.ts'
import { memoryLog } from '../support/log.ts'

const origin = 'https://front.example'
/** Of the request, or of how many bytes are there when the headers are sent. */
const passing = ['date', 'x-request-id', 'ratelimit', 'connection', 'transfer-encoding']

const lasting = ({ headers }: { headers: Headers }) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !passing.includes(name))
      .filter(([name]) => name !== 'content-length' || headers['content-encoding'] === undefined)
      .sort(),
  )

onEveryEngine('an answer that is kept ready', (engine) => {
  let on: Api
  let off: Api
  let draft: string

  beforeAll(async () => {
    const database = await engine.open()
    await loadSample(database)
    on = await startApi(database, { cache: true, corsOrigins: [origin] })
    off = await startApi(database, { cache: false, corsOrigins: [origin] })
    const [{ source }] = (await on.get('/v1/articles?limit=1')).body.data
    const body = {
      sourceId: source.id,
      url: 'https://a.example/draft',
      title: 'Not yet',
      language: 'en',
      publishedAt: '2026-11-01T00:00:00Z',
      state: 'draft',
    }
    const created = await on.post('/v1/articles', { body })
    expect(created.status).toBe(201)
    draft = `/v1/articles/${created.body.id}`
  })

  const addresses = () => [
    '/v1/articles',
    '/v1/articles?limit=1&fields=title',
    '/v1/articles?tagsAny=nothing',
    '/v1/articles?typo=1',
    '/v1/tags',
    '/v1/sources',
    '/v1/articles/none',
    draft,
  ]
  const requests: Headers[] = [
    {},
    { 'accept-encoding': 'gzip' },
    { 'accept-encoding': 'br, gzip' },
    { 'accept-encoding': 'identity' },
    { 'accept-encoding': 'gzip', 'x-no-compression': '1' },
    { 'if-none-match': '*' },
    { 'if-none-match': '*', 'accept-encoding': 'zstd' },
    { origin },
    { origin: 'https://other.example' },
  ]

  it('is what is answered where nothing is kept: status, headers and bytes', async () => {
    for (const url of addresses()) {
      for (const key of [undefined, null, 'no key'] as const) {
        for (const headers of requests) {
          for (const method of ['HEAD', 'GET']) {
            const expected = await off.request(method, url, { key, headers })
            for (const time of ['first', 'again', 'and again']) {
              const answer = await on.request(method, url, { key, headers })
              const about = `${method} ${url} ${key} ${JSON.stringify(headers)} ${time}`
              expect(answer.status, about).toBe(expected.status)
              expect(lasting(answer), about).toEqual(lasting(expected))
              if (answer.status < 400) expect(answer.body, about).toEqual(expected.body)
            }
          }
        }
      }
    }
  })

  it('has the bytes of the first in every encoding, and how many there are', async () => {
    const { bytes } = await off.get('/v1/articles?sort=newest')
    for (const encoding of ['gzip', 'br', 'zstd']) {
      const headers = { 'accept-encoding': encoding }
      const first = await on.get('/v1/articles?sort=newest', { headers })
      const again = await on.get('/v1/articles?sort=newest', { headers })
      expect(again.bytes.equals(first.bytes)).toBe(true)
      expect(again.headers['content-encoding']).toBe(encoding)
      expect(JSON.stringify(again.body)).toBe(bytes.toString())
    }
  })

  it('is kept from a 304, too', async () => {
    const url = '/v1/articles?limit=7'
    const { etag } = (await off.get(url)).headers
    const known = { 'if-none-match': `W/${etag}` }
    expect((await on.get(url, { headers: known })).status).toBe(304)
    const again = await on.get(url, { headers: known })
    expect([again.status, again.headers.etag, again.bytes.length]).toEqual([304, etag, 0])
    expect((await on.get(url)).body).toEqual((await off.get(url)).body)
    expect((await on.get(url)).body).toEqual((await off.get(url)).body)
  })

  it('of a request with a key is never that of one without', async () => {
    for (let time = 0; time < 3; time++) {
      expect((await on.get(draft)).status).toBe(200)
      expect((await on.get(draft)).headers['cache-control']).toBe('private, no-cache')
      expect((await on.get(draft, { key: null })).status).toBe(404)
      expect((await on.get('/v1/articles', { key: null })).headers['cache-control']).toBe('public, no-cache')
      expect((await on.get('/v1/articles')).headers['cache-control']).toBe('private, no-cache')
    }
  })

  it('is not sent once something was written, by whomever', async () => {
    const url = '/v1/tags?limit=100'
    const slugs = async () => (await on.get(url)).body.data.map(({ slug }: { slug: string }) => slug)
    for (const [writer, slug] of [
      [on, 'written-here'],
      [off, 'written-there'],
    ] as const) {
      for (let time = 0; time < 3; time++) expect(await slugs()).not.toContain(slug)
      expect((await writer.post('/v1/tags', { body: { slug, name: slug } })).status).toBe(201)
      expect(await slugs()).toContain(slug)
    }
  })

  it('is counted, logged and measured as any other', async () => {
    const log = memoryLog('info')
    const database = await engine.open()
    const api = await startApi(database, { logger: log.logger, rateLimits: { anonymous: 4, key: 9 } })
    const left: (string | undefined)[] = []
    const statuses: number[] = []
    const ids = new Set<string | undefined>()
    for (let time = 0; time < 5; time++) {
      const { status, headers } = await api.get('/v1/articles', { key: null })
      statuses.push(status)
      left.push(headers.ratelimit?.match(/r=(\d+)/)?.[1])
      ids.add(headers['x-request-id'])
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429])
    expect(left).toEqual(['3', '2', '1', '0', '0'])
    expect(ids.size).toBe(5)
    const lines = log.entries.filter(({ msg }) => msg === 'request completed')
    expect(lines.map(({ status }) => status)).toEqual(statuses)
    expect(new Set(lines.map(({ requestId }) => requestId))).toEqual(ids)
    const metrics = String((await api.get('/metrics')).body)
    expect(metrics).toContain('_count{method="GET",route="/v1/articles",status="200"} 4\n')
  })
})

it('waits for no answer that is made for a client who has gone', async () => {
  const { database, askAndGo } = withGoneClients(await (engines[0] as Engine).open())
  await loadSample(database)
  const api = await startApi(database)
  const { key } = await addKey(api)
  const headers = { 'accept-encoding': 'gzip' }
  const address = await api.listen()
  await askAndGo(api, `${address}/v1/articles?limit=50`, { ...headers, authorization: `Bearer ${key}` })
  // It would wait for a second.
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  try {
    expect((await api.get('/v1/articles?limit=50', { key, headers })).status).toBe(200)
  } finally {
    vi.useRealTimers()
  }
})

describe('kept answers', () => {
  const answer = (size: number) => ({ body: Buffer.alloc(size), etag: '"a"', link: undefined })
  const form = (size: number) => ({
    status: 200,
    headers: [],
    names: new Set<string>(),
    body: Buffer.alloc(size),
  })

  it('are good for one version', () => {
    const answers = keptAnswers()
    answers.keep('a', 1, answer(10))
    expect(answers.find('a', 1)).toBeDefined()
    expect(answers.find('a', 2)).toBeUndefined()
    answers.keep('a', 2, answer(10))
    expect(answers.find('a', 1)).toBeUndefined()
    expect(answers.find('a', 2)).toBeDefined()
  })

  it('make room for new ones within their bytes, all their forms counted', () => {
    const answers = keptAnswers(10_000)
    for (const key of ['a', 'b', 'c']) answers.keep(key, 1, answer(1000))
    expect(answers.bytes()).toBe(6000)
    answers.keepForm('a', 1, 'gzip', form(500))
    answers.keepForm('a', 1, 'gzip', form(500))
    expect(answers.bytes()).toBe(7500)
    answers.keepForm('c', 1, 'br', form(2500))
    expect(answers.find('a', 1)).toBeUndefined()
    expect(answers.bytes()).toBe(7500)
    answers.keepForm('a', 1, 'br', form(500))
    expect(answers.bytes()).toBe(7500)
    answers.keep('d', 1, answer(100_000))
    expect(answers.bytes()).toBe(0)
  })
})
