import { beforeEach, describe, expect, it } from 'vitest'
import {
  broken,
  encoded,
  encodings,
  feed,
  inCharset,
  inTurn,
  limited,
  moved,
  nonsense,
  reset,
  wrongLength,
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

describe('an answer', () => {
  it('comes with its status, headers, body and the bytes that it took', async () => {
    const answer = await get(feed(body))
    expect(answer).toMatchObject({
      status: 200,
      redirects: [],
      downgraded: false,
      bytes: Buffer.byteLength(body),
    })
    expect(answer.headers['content-type']).toBe('application/rss+xml')
    expect(answer.url).toBe(web.url(host, '/feed.xml'))
    expect(text(answer.body)).toBe(body)
  })

  it('is asked for under our name, compressed, and without cookies', async () => {
    await get(inTurn({ headers: { 'set-cookie': 'id=1' } }))
    await client.request({ url: web.url(host, '/feed.xml#top') })
    const [, visit] = web.visits(host, '/feed.xml')
    expect(visit?.headers['user-agent']).toBe('Newsweave/0.0.0 (+https://news.example)')
    expect(visit?.headers['accept-encoding']).toBe('gzip, deflate, br, zstd')
    expect(visit?.headers.cookie).toBeUndefined()
  })

  it.each([200, 304, 403, 404, 410, 429, 500, 503])('is one with any status: %i', async (status) => {
    expect(await get(limited('soon', status))).toMatchObject({ status, headers: { 'retry-after': 'soon' } })
  })

  it('is 304 without a body when its validators are sent back to the byte', async () => {
    for (const etag of ['"a"', 'W/"weak"', 'without quotes', '"Zürich\u0080ÿ"', '"a"-gzip', "'single'"]) {
      const lastModified = 'Mon, 23 Nov 2026 06:08:00 +0000 (UTC)'
      const page = feed(body, { etag, 'last-modified': lastModified })
      const { headers } = await get(page)
      const sent = {
        'if-none-match': headers.etag as string,
        'if-modified-since': headers['last-modified'] as string,
      }
      const again = await client.request({ url: web.url(host, '/feed.xml'), headers: sent })
      expect(again, etag).toMatchObject({ status: 304, bytes: 0, body: new Uint8Array() })
      expect(web.visits().at(-1)?.headers['if-modified-since']).toBe(lastModified)
    }
  })

  it('keeps the bytes as they are under whatever charset is declared', async () => {
    const gbk = Buffer.from([0xb5, 0xc6, 0xcb, 0xfe])
    const answer = await get(inCharset('utf-8', gbk))
    expect(Buffer.from(answer.body)).toEqual(gbk)
  })

  it('of a POST is the first, whatever it says', async () => {
    web.put(host, '/hub', moved('/elsewhere', 307))
    const answer = await client.request({
      url: web.url(host, '/hub'),
      method: 'POST',
      body: 'hub.mode=subscribe',
    })
    expect(answer.status).toBe(307)
    expect(web.visits().map(({ path, body }) => [path, body])).toEqual([['/hub', 'hub.mode=subscribe']])
  })
})

describe('a compressed body', () => {
  it.each(encodings)('is decoded: %s', async (encoding) => {
    const answer = await get(encoded(encoding, body))
    expect(text(answer.body)).toBe(body)
    expect(answer.bytes).toBeLessThan(200)
  })

  it('may be missing where there is none', async () => {
    const answer = await get({ headers: { 'content-encoding': 'gzip' } })
    expect(answer.body).toHaveLength(0)
  })

  const varied = Array.from({ length: 5000 }, (_, index) => index * 7919).join()

  it.each(encodings)('fails where it is cut off: %s', async (encoding) => {
    await expect(get(broken(encoding, varied, 'cut'))).rejects.toMatchObject({ code: 'bad-encoding' })
  })

  it.each(['gzip', 'deflate'] as const)('fails where its checksum tells of damage: %s', async (encoding) => {
    await expect(get(broken(encoding, varied))).rejects.toMatchObject({ code: 'bad-encoding' })
  })

  it('fails where it is not what it says, or what nobody asked for', async () => {
    for (const encoding of ['gzip', 'br', 'zstd', 'deflate', 'compress', 'gzip, gzip']) {
      const plain = { headers: { 'content-encoding': encoding }, body }
      await expect(get(plain), encoding).rejects.toMatchObject({ code: 'bad-encoding' })
    }
  })
})

describe('a connection that breaks', () => {
  it.each<[string, Page]>([
    ['in the middle of the body', reset(body, 100)],
    ['before the length that was said', wrongLength(body, 10_000)],
  ])('is no answer: %s', async (_name, page) => {
    await expect(get(page)).rejects.toMatchObject({ code: 'reset' })
  })

  it('is told from a server that speaks no HTTP, no TLS, or is not there', async () => {
    await expect(get(nonsense())).rejects.toMatchObject({ code: 'bad-answer' })
    const secure = web.url(host).replace('http:', 'https:')
    await expect(client.request({ url: secure })).rejects.toMatchObject({ code: 'tls' })
    await expect(client.request({ url: `http://${host}:1/` })).rejects.toMatchObject({ code: 'connect' })
    await expect(client.request({ url: web.url('nowhere.example') })).rejects.toMatchObject({ code: 'dns' })
  })
})
