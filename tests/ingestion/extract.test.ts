import { beforeEach, describe, expect, it } from 'vitest'
import { type Engine, engines } from '../support/engines.ts'
import { longText, type Reading, startReading } from './newsroom.ts'

const host = 'lighthouse.example'
const html = { 'content-type': 'text/html' }
const page = `<!doctype html><html lang="en"><head><title>Heron 1 - Lighthouse Daily</title>
  <meta property="og:title" content="Heron 1"><meta name="author" content="Mara Quill">
  <meta property="article:published_time" content="2026-11-23T05:00:00Z"></head>
  <body><article><h1>Heron 1</h1>${longText}<p onclick="alert(1)">It is the page that says this. <a href="/more">More</a></p>
  <script>alert(1)</script></article></body></html>`

// Nothing of it is kept, so that one engine will do.
describe('showing what a page would become', () => {
  let reading: Reading

  beforeEach(async () => {
    reading = await startReading(engines[0] as Engine)
  })

  const extract = (body: { url: string; html?: string }) => reading.api.post('/v1/articles/extract', { body })
  const url = () => reading.web.url(host, '/heron-1')

  it('fetches the page and answers the article, sanitised, and keeps nothing', async () => {
    reading.web.put(host, '/heron-1', { headers: html, body: page })
    const { status, body } = await extract({ url: url() })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      url: url(),
      title: 'Heron 1',
      language: 'en',
      authors: [{ name: 'Mara Quill', url: null, role: 'author' }],
      publishedAt: '2026-11-23T05:00:00.000Z',
    })
    expect(body.body.text).toMatch(/page that says this/)
    expect(body.body.html).toContain(`href="${reading.web.url(host, '/more')}"`)
    expect(body.body.html).not.toMatch(/script|onclick/)
    expect((await reading.api.get('/v1/articles')).body.data).toEqual([])
  })

  it('takes the page that is sent, and asks nobody', async () => {
    const { status, body } = await extract({ url: 'https://quarry.example/heron-1', html: page })
    expect(status).toBe(200)
    expect(body.title).toBe('Heron 1')
    expect(reading.web.visits()).toEqual([])
  })

  it('asks robots.txt first, and says where that forbids it', async () => {
    reading.web.put(host, '/heron-1', { headers: html, body: page })
    reading.web.put(host, '/robots.txt', { body: 'User-agent: *\nDisallow: /heron' })
    const { status, body } = await extract({ url: url() })
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ path: 'url', message: expect.stringMatching(/robots\.txt/) }])
    expect(reading.web.visits(host, '/heron-1')).toEqual([])
  })

  it.each([
    ['what is no page', { headers: { 'content-type': 'image/png' }, body: 'x' }, /no page but image\/png/],
    ['what is not there', { status: 404, body: 'No.' }, /answered 404/],
  ])('says so of %s', async (_what, answer, reason) => {
    reading.web.put(host, '/heron-1', answer)
    const { status, body } = await extract({ url: url() })
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ path: 'url', message: expect.stringMatching(reason) }])
  })

  it('refuses addresses of the inside, and names the url', async () => {
    const { status, body } = await extract({ url: 'http://127.0.0.2/' })
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ path: 'url', message: expect.stringMatching(/refused-address/) }])
  })

  it('says that a page without a title and a text is nothing', async () => {
    const { status, body } = await extract({ url: 'https://quarry.example/', html: '<p></p>' })
    expect(status).toBe(409)
    expect(body.detail).toMatch(/neither a title nor a text/)
  })

  it('says so of a page that takes too long to read or cannot be read, and goes on', async () => {
    const deep = '<div>'.repeat(100_000)
    const { status, body } = await extract({ url: 'https://quarry.example/', html: deep })
    expect(status).toBe(409)
    expect(body.detail).toMatch(/nested more than 512 deep/)
    expect((await extract({ url: 'https://quarry.example/heron-1', html: page })).status).toBe(200)
    expect(reading.log.entries).toEqual([])
  })
})
