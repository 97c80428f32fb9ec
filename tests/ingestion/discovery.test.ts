import { beforeEach, describe, expect, it } from 'vitest'
import { feed } from '../support/bad-answers.ts'
import { type Engine, engines } from '../support/engines.ts'
import { heron, type Reading, rssOf, startReading } from './newsroom.ts'

const host = 'lighthouse.example'
const html = { 'content-type': 'text/html' }

// What is kept plays no part in it, so that one engine will do.
describe('finding the feeds of a site', () => {
  let reading: Reading

  beforeEach(async () => {
    reading = await startReading(engines[0] as Engine)
  })

  const discover = (url: string) => reading.api.post('/v1/sources/discoveries', { body: { url } })
  const found = async (url: string) =>
    (await discover(url)).body.data.map(({ feedUrl }: { feedUrl: string }) => feedUrl)
  const page = (head: string) => ({ headers: html, body: `<!doctype html><html><head>${head}</head></html>` })

  it('tells of a feed itself, as a source can be made of it', async () => {
    reading.web.put(host, '/feed.xml', feed(rssOf([heron(1), heron(2)])))
    const { status, body } = await discover(reading.web.url(host, '/feed.xml'))
    expect(status).toBe(200)
    expect(body.data).toEqual([
      {
        name: 'Lighthouse Daily',
        homeUrl: 'https://lighthouse.example/',
        feedUrl: reading.web.url(host, '/feed.xml'),
        language: null,
        format: 'rss',
        items: 2,
        newestItemAt: '2026-11-23T05:00:00.000Z',
      },
    ])
    const { name, homeUrl, feedUrl, language } = body.data[0]
    const created = await reading.api.post('/v1/sources', { body: { name, homeUrl, feedUrl, language } })
    expect(created.status).toBe(201)
  })

  it('tells of all feeds that a page names, of none twice, and why it leaves one out', async () => {
    const link = (href: string) => `<link rel="alternate" type="application/rss+xml" href="${href}">`
    const links = [link('/a.xml'), link('/b.xml'), link('/a.xml'), link('/none.xml'), link('/page')]
    reading.web.put(host, '/', page(links.join('')))
    reading.web.put(host, '/page', page(''))
    reading.web.put(host, '/a.xml', feed(rssOf([heron(1)])))
    reading.web.put(host, '/b.xml', feed(rssOf([heron(2)])))
    const at = (path: string) => reading.web.url(host, path)
    const { body } = await discover(at('/'))
    expect(body.data).toMatchObject([{ feedUrl: at('/a.xml') }, { feedUrl: at('/b.xml') }])
    expect(body.unreadable).toEqual([
      { feedUrl: at('/none.xml'), reason: 'The server answered 404.' },
      { feedUrl: at('/page'), reason: 'It is no feed that can be read.' },
    ])
  })

  it('reads the first five that a page names, and says so of the others', async () => {
    const paths = ['/1.xml', '/2.xml', '/3.xml', '/4.xml', '/5.xml', '/6.xml']
    const links = paths.map((path) => `<link rel="alternate" type="application/rss+xml" href="${path}">`)
    reading.web.put(host, '/', page(links.join('')))
    for (const path of paths) reading.web.put(host, path, feed(rssOf([heron(1)])))
    const { body } = await discover(reading.web.url(host))
    expect(body.data).toHaveLength(5)
    const feedUrl = reading.web.url(host, '/6.xml')
    expect(body.unreadable).toEqual([{ feedUrl, reason: 'Only the first 5 are read.' }])
    expect(reading.web.visits(host)).toHaveLength(6)
  })

  it('looks at the usual places where a page names none, and goes no further than the first', async () => {
    reading.web.put(host, '/', page(''))
    reading.web.put(host, '/feed', feed(rssOf([heron(1)])))
    reading.web.put(host, '/rss.xml', feed(rssOf([heron(2)])))
    expect(await found(reading.web.url(host))).toEqual([reading.web.url(host, '/feed')])
    expect(reading.web.visits(host).map(({ path }) => path)).toEqual(['/', '/feed'])
  })

  it('is told where it was led', async () => {
    reading.web.put(host, '/old', { status: 301, headers: { location: '/feed.xml' } })
    reading.web.put(host, '/feed.xml', feed(rssOf([heron(1)])))
    expect(await found(reading.web.url(host, '/old'))).toEqual([reading.web.url(host, '/feed.xml')])
  })

  it('finds nothing where there is none', async () => {
    reading.web.put(host, '/', page('<title>Nothing here</title>'))
    expect(await found(reading.web.url(host))).toEqual([])
  })

  it.each([
    ['an address of the inside', 'http://169.254.169.254/latest', /refused-address/],
    ['a site that does not exist', 'http://nowhere.example/', /dns|not found|exist|resolve/i],
  ])('refuses %s, and names the url', async (_what, url, reason) => {
    const { status, body } = await discover(url)
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ in: 'body', path: 'url', message: expect.stringMatching(reason) }])
  })

  it('says what the server answered where that is no page', async () => {
    reading.web.put(host, '/', { status: 500, body: 'Oh.' })
    const { status, body } = await discover(reading.web.url(host))
    expect(status).toBe(422)
    expect(body.errors).toMatchObject([{ path: 'url', message: 'The server answered 500.' }])
  })

  it('does not follow a page to an address of the inside', async () => {
    const link = '<link rel="alternate" type="application/rss+xml" href="http://10.0.0.1/feed.xml">'
    reading.web.put(host, '/', page(link))
    const { body } = await discover(reading.web.url(host))
    const reason = expect.stringMatching(/refused-address/)
    expect(body).toEqual({ data: [], unreadable: [{ feedUrl: 'http://10.0.0.1/feed.xml', reason }] })
  })
})
