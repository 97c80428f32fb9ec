import { beforeEach, describe, expect, it } from 'vitest'
import { leaseMs } from '../../src/ingestion/ingestion.ts'
import { pollFeed } from '../../src/ingestion/poll.ts'
import { Abandoned } from '../../src/shared/abandoned.ts'
import { type ClaimedFeed, claimFeeds } from '../../src/sources/polling.ts'
import { feed, inTurn, limited, moved } from '../support/bad-answers.ts'
import { onEveryEngine } from '../support/engines.ts'
import type { Answer } from '../support/feed-server.ts'
import { heron, longText, type Reading, rssOf, startReading } from './newsroom.ts'

const host = 'lighthouse.example'

onEveryEngine('reading feeds', (engine) => {
  let reading: Reading

  beforeEach(async () => {
    reading = await startReading(engine)
  })

  const titles = async () =>
    (await reading.api.get('/v1/articles?limit=100&fields=title')).body.data
      .map(({ title }: { title: string }) => title)
      .sort()
  const source = async (id: string) => (await reading.api.get(`/v1/sources/${id}`)).body
  const fetches = async (id: string) => (await reading.api.get(`/v1/sources/${id}/fetches`)).body.data
  const minutesUntilNext = async (id: string) => {
    const { health } = await source(id)
    return Math.round((Date.parse(health.nextFetchAt) - Date.parse(health.lastFetchAt)) / 60_000)
  }

  it('makes articles of a feed, once', async () => {
    reading.web.put(host, '/feed.xml', feed(rssOf([heron(1), heron(2)])))
    const id = await reading.add(host)
    expect(await reading.read()).toBe(1)
    expect(await titles()).toEqual(['Heron 1', 'Heron 2'])
    expect(await source(id)).toMatchObject({
      state: 'active',
      format: 'rss',
      articleCount: 2,
      health: { httpStatus: 200, consecutiveFailures: 0, lastError: null },
    })
    expect(await fetches(id)).toMatchObject([
      { outcome: 'read', cause: 'schedule', items: 2, created: 2, dropped: [] },
    ])
    expect(await reading.read()).toBe(0)
  })

  it('asks for what is new alone, with the validators as they came', async () => {
    reading.web.put(
      host,
      '/feed.xml',
      feed(rssOf([heron(1)]), { etag: 'W/"odd \\ one"', 'last-modified': 'Mon, 23 Nov 2026 05:00:00 +0000' }),
    )
    const id = await reading.add(host)
    await reading.read()
    await reading.later(150)
    const [first, second] = reading.web.visits(host)
    expect(first?.headers).not.toHaveProperty('if-none-match')
    expect(second?.headers).toMatchObject({
      'if-none-match': 'W/"odd \\ one"',
      'if-modified-since': 'Mon, 23 Nov 2026 05:00:00 +0000',
      'user-agent': 'Newsweave tests',
    })
    expect((await fetches(id)).map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'notModified',
      'read',
    ])
  })

  it('takes the same bytes for nothing new, whatever the validators say', async () => {
    reading.web.put(host, '/feed.xml', {
      answer: ({ count }): Answer => ({ headers: { etag: `"${count}"` }, body: rssOf([heron(1)]) }),
    })
    const id = await reading.add(host)
    await reading.read()
    await reading.later(150)
    expect((await fetches(id))[0].outcome).toBe('notModified')
  })

  it('follows edits and new items, and keeps what the feed no longer has', async () => {
    reading.web.put(
      host,
      '/feed.xml',
      inTurn(
        { body: rssOf([heron(1), heron(2)]) },
        { body: rssOf([heron(3), heron(2, { title: 'Heron 2, corrected' })]) },
      ),
    )
    const id = await reading.add(host)
    await reading.read()
    await reading.later(150)
    expect(await titles()).toEqual(['Heron 1', 'Heron 2, corrected', 'Heron 3'])
    expect((await fetches(id))[0]).toMatchObject({ items: 2, created: 1, updated: 1, unchanged: 0 })
  })

  it('leaves a whole site alone that answers 429, as long as it says', async () => {
    reading.web.put(host, '/a.xml', inTurn(limited('7200'), { body: rssOf([heron(1)]) }))
    reading.web.put(host, '/b.xml', { body: rssOf([heron(2)]) })
    reading.web.put('quarry.example', '/feed.xml', { body: rssOf([heron(3)]) })
    const [a] = [
      await reading.add(host, '/a.xml'),
      await reading.add(host, '/b.xml'),
      await reading.add('quarry.example'),
    ]
    await reading.read()
    expect(await titles()).toEqual(['Heron 3'])
    expect(await source(a)).toMatchObject({ state: 'active', health: { httpStatus: 429 } })
    expect((await fetches(a))[0].outcome).toBe('postponed')
    await reading.later(118)
    expect(reading.web.visits(host)).toHaveLength(1)
    await reading.later(10)
    expect(await titles()).toEqual(['Heron 1', 'Heron 2', 'Heron 3'])
  })

  it('leaves the one feed alone that answers 503, and reads others of its site', async () => {
    reading.web.put(host, '/a.xml', limited('7200', 503))
    reading.web.put(host, '/b.xml', { body: rssOf([heron(2)]) })
    const a = await reading.add(host, '/a.xml')
    await reading.add(host, '/b.xml')
    await reading.read()
    expect(await titles()).toEqual(['Heron 2'])
    expect(await minutesUntilNext(a)).toBe(120)
  })

  it('tries a feed that fails less and less, and for ever, and is told why', async () => {
    reading.web.put(host, '/feed.xml', { status: 500, body: 'Oh.' })
    const id = await reading.add(host)
    const waits: number[] = []
    for (let attempt = 0; attempt < 9; attempt++) {
      await reading.later(25 * 60)
      waits.push(await minutesUntilNext(id))
    }
    expect(waits).toEqual([12, 24, 48, 96, 192, 384, 768, 1152, 1152])
    expect(await source(id)).toMatchObject({
      state: 'failing',
      health: { consecutiveFailures: 9, lastError: 'The server answered 500.', httpStatus: 500 },
    })
    reading.web.put(host, '/feed.xml', { body: rssOf([heron(1)]) })
    await reading.later(25 * 60)
    expect(await source(id)).toMatchObject({
      state: 'active',
      health: { consecutiveFailures: 0, lastError: null },
    })
  })

  it('gives up a feed that is gone, and says so', async () => {
    reading.web.put(host, '/feed.xml', { status: 410, body: 'Gone.' })
    const id = await reading.add(host)
    await reading.read()
    await reading.later(10_000)
    expect(reading.web.visits(host)).toHaveLength(1)
    expect((await source(id)).state).toBe('gone')
  })

  it('follows a feed that has moved for good after three polls, and one that moves for now never', async () => {
    reading.web.put(host, '/old.xml', moved('/new.xml', 301))
    reading.web.put(host, '/new.xml', feed(rssOf([heron(1)])))
    reading.web.put(host, '/now.xml', moved('/there.xml', 302))
    reading.web.put(host, '/there.xml', feed(rssOf([heron(2)])))
    const [old, now] = [await reading.add(host, '/old.xml'), await reading.add(host, '/now.xml')]
    for (let poll = 0; poll < 4; poll++) await reading.later(150)
    expect((await source(old)).feedUrl).toBe(reading.web.url(host, '/new.xml'))
    expect(reading.web.visits(host, '/old.xml')).toHaveLength(3)
    expect((await source(now)).feedUrl).toBe(reading.web.url(host, '/now.xml'))
    expect(await titles()).toEqual(['Heron 1', 'Heron 2'])
  })

  it('leaves a feed where it is that claims to have moved to another site, and tells an editor', async () => {
    reading.web.put(host, '/feed.xml', moved(reading.web.url('squatter.example', '/feed.xml'), 301))
    reading.web.put('squatter.example', '/feed.xml', feed(rssOf([heron(1)])))
    const id = await reading.add(host)
    for (let poll = 0; poll < 5; poll++) await reading.later(150)
    const { feedUrl, health } = await source(id)
    expect(feedUrl).toBe(reading.web.url(host, '/feed.xml'))
    expect(health.lastError).toMatch(/has moved to .*squatter/)
  })

  it('asks a site that feeds of others lead to as seldom as if they were its own', async () => {
    for (const outlet of ['quarry.example', 'dukou.example']) {
      reading.web.put(outlet, '/feed.xml', moved(reading.web.url('feeds.example', `/${outlet}`), 302))
      reading.web.put('feeds.example', `/${outlet}`, feed(rssOf([heron(1, { title: outlet })])))
      await reading.add(outlet)
    }
    await reading.read()
    await reading.later(1)
    expect(await titles()).toEqual(['dukou.example', 'quarry.example'])
    const [one, other] = reading.web.visits('feeds.example').map(({ at }) => Date.parse(at)) as [
      number,
      number,
    ]
    expect(Math.abs(other - one)).toBeGreaterThanOrEqual(2000)
  })

  it('tells what is no feed, and which address is refused', async () => {
    reading.web.put(host, '/page', {
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><title>x</title>',
    })
    const page = await reading.add(host, '/page')
    const inside = (
      await reading.api.post('/v1/sources', {
        body: { name: 'Inside', homeUrl: 'http://10.0.0.1/', feedUrl: 'http://169.254.169.254/feed' },
      })
    ).body.id
    await reading.read()
    expect((await source(page)).health.lastError).toMatch(/HTML page/)
    expect((await source(inside)).health.lastError).toMatch(/refused-address/)
  })

  it('fetches at once what somebody asks for', async () => {
    reading.web.put(host, '/feed.xml', feed(rssOf([heron(1)])))
    const id = await reading.add(host)
    await reading.read()
    expect((await reading.api.post(`/v1/sources/${id}/fetches`)).status).toBe(202)
    reading.clock.advance(3000)
    expect(await reading.read()).toBe(1)
    expect((await fetches(id))[0].cause).toBe('request')
  })

  describe('with pages', () => {
    const page = `<!doctype html><title>Heron 1 - Lighthouse</title><article><h1>Heron 1</h1>${longText}
      <p>It is the page that says this. ${'And this as well, at some length. '.repeat(20)}</p></article>`
    const short = () =>
      rssOf([heron(1, { html: '<p>In short.</p>', link: reading.web.url(host, '/heron-1') })])

    it('takes the text of a page where the feed has a summary only, one request at a time', async () => {
      reading.web.put(host, '/feed.xml', feed(short()))
      reading.web.put(host, '/heron-1', { headers: { 'content-type': 'text/html' }, body: page })
      await reading.add(host)
      await reading.read()
      const [{ id, summary }] = (await reading.api.get('/v1/articles')).body.data
      expect(summary).toBe('In short.')
      expect((await reading.api.get(`/v1/articles/${id}`)).body.body.text).toMatch(/page that says this/)
      const times = reading.web.visits(host).map(({ at }) => Date.parse(at))
      const gaps = times.slice(1).map((time, index) => time - (times[index] as number))
      expect(reading.web.visits(host).map(({ path }) => path)).toEqual([
        '/feed.xml',
        '/robots.txt',
        '/heron-1',
      ])
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2000)
    })

    it('keeps the summary where robots.txt, the source or the server forbids more', async () => {
      reading.web.put(host, '/feed.xml', feed(short()))
      reading.web.put(host, '/heron-1', { headers: { 'content-type': 'text/html' }, body: page })
      reading.web.put(host, '/robots.txt', { body: 'User-agent: *\nDisallow: /heron' })
      const id = await reading.add(host)
      await reading.read()
      expect(reading.web.visits(host, '/heron-1')).toEqual([])
      expect((await fetches(id))[0].dropped).toMatchObject([
        { stage: 'page', why: expect.stringMatching(/robots/) },
      ])
      expect(await titles()).toEqual(['Heron 1'])
    })

    it('reads a feed once whose pages are all forbidden, however many there are', async () => {
      const items = Array.from({ length: 25 }, (_, number) =>
        heron(number, { html: 'In short.', link: reading.web.url(host, `/heron-${number}`) }),
      )
      reading.web.put(host, '/feed.xml', feed(rssOf(items)))
      reading.web.put(host, '/robots.txt', { body: 'User-agent: *\nDisallow: /' })
      await reading.add(host)
      await reading.read()
      expect(await titles()).toHaveLength(25)
      await reading.later(10)
      expect(reading.web.visits(host, '/feed.xml')).toHaveLength(1)
    })

    it('leaves its own site alone when a page of it asks for that, and reads the pages later', async () => {
      const items = [1, 2, 3].map((number) =>
        heron(number, { html: 'In short.', link: reading.web.url(host, `/heron-${number}`) }),
      )
      reading.web.put(host, '/feed.xml', feed(rssOf(items)))
      reading.web.put(host, '/heron-1', { headers: { 'content-type': 'text/html' }, body: page })
      reading.web.put(host, '/heron-2', limited('36000'))
      await reading.add(host)
      await reading.read()
      expect(reading.web.visits(host).map(({ path }) => path)).toEqual([
        '/feed.xml',
        '/robots.txt',
        '/heron-1',
        '/heron-2',
      ])
      expect(await titles()).toEqual(['Heron 1', 'Heron 2', 'Heron 3'])
      await reading.later(9 * 60)
      expect(reading.web.visits(host)).toHaveLength(4)
      for (const number of [2, 3])
        reading.web.put(host, `/heron-${number}`, { headers: { 'content-type': 'text/html' }, body: page })
      await reading.later(2 * 60)
      const asked = reading.web.visits(host).slice(4)
      expect(asked.map(({ path }) => path)).toEqual(['/feed.xml', '/heron-2', '/heron-3'])
      expect(await titles()).toEqual(['Heron 1', 'Heron 2', 'Heron 3'])
      await reading.later(3 * 60)
      expect(reading.web.visits(host, '/heron-2')).toHaveLength(2)
    })

    it('waits for as long as robots.txt asks between two pages, up to a minute', async () => {
      const items = [1, 2].map((number) =>
        heron(number, { html: 'In short.', link: reading.web.url(host, `/heron-${number}`) }),
      )
      reading.web.put(host, '/feed.xml', feed(rssOf(items)))
      reading.web.put(host, '/robots.txt', { body: 'User-agent: *\nCrawl-delay: 600' })
      const times: number[] = []
      for (const number of [1, 2])
        reading.web.put(host, `/heron-${number}`, (response) => {
          times.push(reading.clock().getTime())
          response.writeHead(200, { 'content-type': 'text/html' }).end(page)
        })
      await reading.add(host)
      await reading.read()
      expect(times).toHaveLength(2)
      expect((times[1] as number) - (times[0] as number)).toBe(60_000)
    })

    it('leaves a site alone that holds its robots.txt back, and reads the page later', async () => {
      const link = reading.web.url(host, '/heron-1')
      reading.web.put(host, '/feed.xml', feed(rssOf([heron(1, { html: 'In short.', link })])))
      reading.web.put(host, '/robots.txt', { status: 503, headers: { 'retry-after': '36000' } })
      reading.web.put(host, '/heron-1', { headers: { 'content-type': 'text/html' }, body: page })
      await reading.add(host)
      await reading.read()
      await reading.later(9 * 60)
      expect(reading.web.visits(host)).toHaveLength(2)
      reading.web.put(host, '/robots.txt', { status: 404 })
      await reading.later(2 * 60)
      expect(reading.web.visits(host, '/heron-1')).toHaveLength(1)
    })

    it.each<[string, Answer]>([
      ['answers 502', { status: 502 }],
      ['breaks the connection', (response) => response.socket?.destroy()],
    ])('reads a page later whose server %s for now', async (_, answer) => {
      const link = reading.web.url(host, '/heron-1')
      reading.web.put(
        host,
        '/feed.xml',
        feed(rssOf([heron(1, { html: 'In short.', link })]), { etag: '"heron"' }),
      )
      reading.web.put(host, '/heron-1', answer)
      await reading.add(host)
      await reading.read()
      expect(await titles()).toEqual(['Heron 1'])
      reading.web.put(host, '/heron-1', { headers: { 'content-type': 'text/html' }, body: page })
      await reading.later(3 * 60)
      const [{ id }] = (await reading.api.get('/v1/articles?fields=id')).body.data
      expect((await reading.api.get(`/v1/articles/${id}`)).body.body.text.length).toBeGreaterThan(600)
      await reading.later(3 * 60)
      expect(reading.web.visits(host, '/heron-1')).toHaveLength(2)
    })

    it('reads pages that were not tried before it tries those again that failed', async () => {
      const items = Array.from({ length: 25 }, (_, number) =>
        heron(number, { html: 'In short.', link: reading.web.url(host, `/heron-${number}`) }),
      )
      reading.web.put(host, '/feed.xml', feed(rssOf(items)))
      for (let number = 0; number < 25; number++)
        reading.web.put(
          host,
          `/heron-${number}`,
          number < 20 ? { status: 503 } : { headers: { 'content-type': 'text/html' }, body: page },
        )
      await reading.add(host)
      await reading.read()
      await reading.later(10)
      for (let number = 20; number < 25; number++)
        expect(reading.web.visits(host, `/heron-${number}`)).toHaveLength(1)
      expect(await titles()).toHaveLength(25)
    })

    it('gives a page up that is held back again and again, and asks for the feed by its validators from then on', async () => {
      const link = reading.web.url(host, '/heron-1')
      const rss = rssOf([heron(1, { html: 'In short.', link })])
      reading.web.put(host, '/feed.xml', feed(rss, { etag: '"heron"' }))
      reading.web.put(host, '/heron-1', { status: 503, headers: { 'retry-after': '60' } })
      await reading.add(host)
      for (let poll = 0; poll < 8; poll++) await reading.later(24 * 60)
      expect(reading.web.visits(host, '/heron-1')).toHaveLength(4)
      const sent = reading.web.visits(host, '/feed.xml').map(({ headers }) => headers['if-none-match'])
      expect(sent.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined])
      expect(new Set(sent.slice(4))).toEqual(new Set(['"heron"']))
    })

    it('asks a site that pages of others lead to as seldom as if they were its own', async () => {
      const shared = 'pages.example'
      for (const [number, outlet] of ['quarry.example', 'dukou.example'].entries()) {
        const link = reading.web.url(outlet, '/heron')
        reading.web.put(outlet, '/feed.xml', feed(rssOf([heron(number, { html: 'In short.', link })])))
        reading.web.put(outlet, '/heron', moved(reading.web.url(shared, `/heron-${number}`), 302))
        reading.web.put(shared, `/heron-${number}`, { headers: { 'content-type': 'text/html' }, body: page })
        await reading.add(outlet)
      }
      await reading.read()
      await reading.later(3 * 60)
      await reading.later(3 * 60)
      const [one, other] = reading.web
        .visits(shared)
        .filter(({ path }) => path !== '/robots.txt')
        .map(({ at }) => Date.parse(at))
        .sort() as [number, number]
      expect(other - one).toBeGreaterThanOrEqual(2000)
    })

    it('keeps nothing of a poll whose feed has passed on to another worker meanwhile', async () => {
      const { database } = reading.ingestion
      const claim = () => database.write((tx) => claimFeeds(tx, { limit: 1, leaseMs }))
      reading.web.put(host, '/feed.xml', feed(short()))
      reading.web.put(host, '/heron-1', { headers: { 'content-type': 'text/html' }, body: page })
      reading.web.put(host, '/robots.txt', async (response) => {
        reading.clock.advance(2 * leaseMs)
        await claim()
        response.end()
      })
      await reading.add(host)
      const [claimed] = (await claim()) as [ClaimedFeed]
      await expect(pollFeed(reading.ingestion, claimed)).rejects.toBeInstanceOf(Abandoned)
      expect(await titles()).toEqual([])
    })

    it('fetches the pages of a long feed over several polls, and loses none', async () => {
      const items = Array.from({ length: 45 }, (_, number) =>
        heron(number, { html: 'In short.', link: reading.web.url(host, `/heron-${number}`) }),
      )
      reading.web.put(host, '/feed.xml', feed(rssOf(items)))
      for (const number of items.keys())
        reading.web.put(host, `/heron-${number}`, { headers: { 'content-type': 'text/html' }, body: page })
      await reading.add(host)
      await reading.read()
      expect((await titles()).length).toBe(20)
      await reading.later(10)
      await reading.later(10)
      expect((await titles()).length).toBe(45)
    })
  })
})
