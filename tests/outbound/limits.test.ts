import { beforeEach, describe, expect, it } from 'vitest'
import {
  bomb,
  broken,
  dripping,
  drippingHeaders,
  encoded,
  encodings,
  endless,
  feed,
  headersOnly,
  manyHeaders,
  silent,
} from '../support/bad-answers.ts'
import type { Page } from '../support/feed-server.ts'
import { host, type Outside, startOutside, text } from './outside.ts'

const body = `<rss><channel><title>灯塔日报</title></channel></rss>${'<!-- -->'.repeat(500)}`
let web: Outside['web']
let client: Outside['client']
let get: Outside['get']

beforeEach(async () => {
  ;({ web, client, get } = await startOutside())
})

describe('what is too large', () => {
  it.each(encodings)('is not unpacked: 128 MB of nothing as %s', async (encoding) => {
    const page = bomb(encoding, 128)
    const before = process.memoryUsage.rss()
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss())
    }, 1)
    // A failure would print the whole body.
    const outcome = get(page).then(
      ({ body }) => body.length,
      (error) => error.code,
    )
    expect(await outcome).toBe('too-large')
    clearInterval(watch)
    most = Math.max(most, process.memoryUsage.rss())
    expect(most - before).toBeLessThan(50 * 1024 ** 2)
  })

  it('is not read: a body without end, or one that says so before', async () => {
    await expect(get(endless())).rejects.toMatchObject({ code: 'too-large' })
    await expect(get({ body: 'a'.repeat(101) }, { maxBytes: 100 })).rejects.toMatchObject({
      code: 'too-large',
    })
    expect((await get({ body: 'a'.repeat(100) }, { maxBytes: 100 })).bytes).toBe(100)
  })

  it('is cut for those who want its beginning', async () => {
    const answer = await get(encoded('gzip', body), { maxDecodedBytes: 10, cut: true })
    expect(text(answer.body)).toBe(body.slice(0, 10))
  })

  it('hides no status: what an error says is cut, or left out', async () => {
    const large = await get({ ...bomb('gzip', 16), status: 503 })
    expect(large.status).toBe(503)
    expect(large.body).toHaveLength(64 * 1024)
    const damaged = await get({ ...broken('gzip', 'Too many requests.'), status: 429 })
    expect(damaged).toMatchObject({ status: 429, body: new Uint8Array() })
  })

  it('may be headers', async () => {
    await expect(get(manyHeaders(1024 ** 2))).rejects.toMatchObject({ code: 'too-large' })
    expect((await get(manyHeaders(40_000))).status).toBe(200)
  })
})

describe('what takes too long', () => {
  it.each<[string, Page]>([
    ['no answer', silent()],
    ['headers without a body', headersOnly()],
  ])('ends by the limit of its part: %s', async (_name, page) => {
    const timeouts = { headersMs: 300, betweenBytesMs: 300 }
    await expect(get(page, { timeouts })).rejects.toMatchObject({ code: 'timeout' })
  })

  it.each<[string, Page]>([
    ['headers that drip', drippingHeaders(50)],
    ['a body that drips', dripping(50)],
  ])('ends by the limit of the whole: %s', async (_name, page) => {
    const timeouts = { headersMs: 60_000, betweenBytesMs: 1000, wholeMs: 1500 }
    const started = performance.now()
    await expect(get(page, { timeouts })).rejects.toMatchObject({ code: 'timeout' })
    expect(performance.now() - started).toBeGreaterThan(1400)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('ends when the caller says so, with the reason given', async () => {
    const reason = new Error('The server stops.')
    await expect(get(silent(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const stopping = new AbortController()
    setTimeout(() => stopping.abort(reason), 100)
    await expect(get(dripping(50), { signal: stopping.signal })).rejects.toBe(reason)
  })

  it('does not keep others waiting behind it for longer', async () => {
    const slow = get(silent(), { timeouts: { wholeMs: 300 } })
    web.put(host, '/quick.xml', feed(body))
    const quick = client.request({ url: web.url(host, '/quick.xml') })
    await expect(slow).rejects.toMatchObject({ code: 'timeout' })
    expect((await quick).status).toBe(200)
  })
})
