import { createHmac } from 'node:crypto'
import { beforeEach, expect, it } from 'vitest'
import { feed } from '../support/bad-answers.ts'
import { onEveryEngine } from '../support/engines.ts'
import type { Visit } from '../support/feed-server.ts'
import { heron, longText, type Reading, rssOf, startReading } from './newsroom.ts'

const host = 'lighthouse.example'
const hub = 'hub.example'
const publicUrl = 'http://newsweave.test'
const dayMinutes = 24 * 60

onEveryEngine('a feed with a hub', (engine) => {
  let reading: Reading
  let id: string

  beforeEach(async () => {
    reading = await startReading(engine, publicUrl)
    reading.web.put(host, '/feed.xml', feed(document(heron(1))))
    reading.web.put(hub, '/', { status: 202, body: 'Later.' })
    id = await reading.add(host)
  })

  const document = (...items: Parameters<typeof rssOf>[0]) =>
    rssOf(
      items,
      `<atom:link rel="hub" href="${reading.web.url(hub)}"/><atom:link rel="self" href="https://lighthouse.example/topic"/>`,
    )
  const asked = (): Record<string, string>[] =>
    reading.web
      .visits(hub)
      .map(({ body }: Visit) => Object.fromEntries([...new URLSearchParams(body)]) as Record<string, string>)
  const lastAsked = () => asked().at(-1) as Record<string, string>
  const callback = () => (lastAsked()['hub.callback'] as string).replace(publicUrl, '')
  const titles = async () =>
    (await reading.api.get('/v1/articles?fields=title')).body.data
      .map(({ title }: { title: string }) => title)
      .sort()
  const fetches = async () => (await reading.api.get(`/v1/sources/${id}/fetches`)).body.data
  const minutesUntilNext = async () => {
    const { health } = (await reading.api.get(`/v1/sources/${id}`)).body
    return Math.round((Date.parse(health.nextFetchAt) - reading.clock().getTime()) / 60_000)
  }

  function verify(members: Record<string, string> = {}, at = callback()) {
    const query = {
      'hub.mode': 'subscribe',
      'hub.topic': 'https://lighthouse.example/topic',
      'hub.challenge': 'heron-and-<quarry>',
      'hub.lease_seconds': '864000',
      ...members,
    }
    return reading.api.get(`${at}?${new URLSearchParams(query)}`, { key: null })
  }

  function push(body: string, headers: Record<string, string>) {
    const type = { 'content-type': 'application/rss+xml' }
    return reading.api.post(callback(), { body, headers: { ...type, ...headers }, key: null })
  }
  const signed = (body: string, algorithm = 'sha256', secret = lastAsked()['hub.secret'] as string) => ({
    'x-hub-signature': `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`,
  })
  async function subscribed(): Promise<void> {
    await reading.read()
    expect((await verify()).status).toBe(200)
  }

  it('is subscribed to after it was read, with a secret and an address that nobody can guess', async () => {
    await reading.read()
    expect(reading.web.visits(hub)).toMatchObject([
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ])
    expect(asked()).toEqual([
      {
        'hub.mode': 'subscribe',
        'hub.topic': 'https://lighthouse.example/topic',
        'hub.callback': expect.stringMatching(`^${publicUrl}/v1/websub/${id}/[\\w-]{43}$`),
        'hub.secret': expect.stringMatching(/^[0-9a-f]{64}$/),
        'hub.lease_seconds': '864000',
      },
    ])
    const answer = await verify({ 'hub.extra': 'of its own' })
    expect(answer.status).toBe(200)
    expect(answer.bytes.toString()).toBe('heron-and-<quarry>')
    expect(answer.headers['content-type']).toMatch(/^text\/plain/)
  })

  it('is subscribed to by its own address where it names no other', async () => {
    const channel = `<atom:link rel="hub" href="${reading.web.url(hub)}"/>`
    reading.web.put(host, '/feed.xml', feed(rssOf([heron(1)], channel)))
    await reading.read()
    expect(lastAsked()['hub.topic']).toBe(reading.web.url(host, '/feed.xml'))
  })

  it('is subscribed to by what its answer names, before what the document does', async () => {
    const other = 'other-hub.example'
    reading.web.put(other, '/', { status: 202 })
    const link = `<${reading.web.url(other, '/')}>; rel="hub", <https://lighthouse.example/header>; rel=self`
    reading.web.put(host, '/feed.xml', {
      headers: { 'content-type': 'application/rss+xml', link },
      body: document(heron(1)),
    })
    await reading.read()
    expect(asked()).toEqual([])
    const [visit] = reading.web.visits(other)
    expect(new URLSearchParams(visit?.body).get('hub.topic')).toBe('https://lighthouse.example/header')
  })

  it.each([307, 308])('is subscribed to where its hub leads with %i', async (status) => {
    const other = 'other-hub.example'
    reading.web.put(hub, '/', { status, headers: { location: reading.web.url(other, '/') } })
    reading.web.put(other, '/', { status: 202 })
    await reading.read()
    const [visit] = reading.web.visits(other)
    expect(visit).toMatchObject({ method: 'POST' })
    expect(visit?.body).toBe(reading.web.visits(hub)[0]?.body)
  })

  it.each(['application/json', 'text/plain', 'application/octet-stream'])(
    'takes a push that calls itself %s for what it is',
    async (type) => {
      await subscribed()
      const body = document(heron(2))
      expect((await push(body, { ...signed(body), 'content-type': type })).status).toBe(202)
      expect(await titles()).toEqual(['Heron 1', 'Heron 2'])
    },
  )

  it('takes a push that does not say what it is', async () => {
    await subscribed()
    const body = document(heron(2))
    const request = {
      method: 'POST',
      headers: signed(body),
      body: new Blob([body]),
    }
    const answer = await fetch((await reading.api.listen()) + callback(), request)
    expect(answer.status).toBe(202)
    expect(await titles()).toEqual(['Heron 1', 'Heron 2'])
  })

  it('keeps what is pushed before any page is asked for, which then is read at once', async () => {
    await subscribed()
    const items = [heron(1), heron(2, { html: 'In short.', link: reading.web.url(host, '/heron-2') })]
    reading.web.put(host, '/heron-2', { headers: { 'content-type': 'text/html' }, body: longText })
    reading.web.put(host, '/feed.xml', feed(document(...items)))
    const body = document(...items)
    expect((await push(body, signed(body))).status).toBe(202)
    expect(await titles()).toEqual(['Heron 1', 'Heron 2'])
    expect(reading.web.visits(host, '/heron-2')).toEqual([])
    await reading.later(1)
    expect(reading.web.visits(host, '/heron-2')).toHaveLength(1)
  })

  it('verifies nothing that was not asked for', async () => {
    await reading.read()
    const guessed = callback().replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    expect((await verify({}, guessed)).status).toBe(404)
    expect((await verify({ 'hub.topic': 'https://quarry.example/topic' })).status).toBe(404)
    expect((await verify({ 'hub.mode': 'unsubscribe' })).status).toBe(404)
    expect((await verify({}, '/v1/websub/nobody/nothing')).status).toBe(404)
    await reading.later(150)
    expect(await minutesUntilNext()).toBeLessThanOrEqual(120)
  })

  it.each(['sha1', 'sha256', 'sha384', 'sha512'])(
    'brings articles by a push signed with %s',
    async (algorithm) => {
      await subscribed()
      const body = document(heron(2))
      expect((await push(body, signed(body, algorithm))).status).toBe(202)
      expect(await titles()).toEqual(['Heron 1', 'Heron 2'])
      expect((await fetches())[0]).toMatchObject({ cause: 'push', outcome: 'read', created: 1 })
      expect(reading.web.visits(host, '/feed.xml')).toHaveLength(1)
    },
  )

  it('is told apart from what others push: their signature is refused and nothing is read', async () => {
    await subscribed()
    const body = document(heron(2))
    const wrong = [
      {},
      signed(body, 'sha256', 'another secret'),
      signed(document(heron(3))),
      signed(body, 'md5'),
      { 'x-hub-signature': 'sha256=' },
      { 'x-hub-signature': 'sha256' },
      { 'x-hub-signature': '=' },
    ]
    for (const headers of wrong) expect((await push(body, headers)).status).toBe(403)
    expect(await titles()).toEqual(['Heron 1'])
    expect(await fetches()).toHaveLength(1)
  })

  it('is as it was after a push, and is read in its turn', async () => {
    await subscribed()
    const before = await minutesUntilNext()
    const body = document(heron(2))
    await push(body, signed(body))
    expect(await minutesUntilNext()).toBe(before)
    await reading.later(before + 1)
    expect((await fetches())[0]).toMatchObject({ cause: 'schedule', outcome: 'notModified' })
  })

  it('says what was wrong where a push is no feed, and is read in its turn', async () => {
    await subscribed()
    const before = await minutesUntilNext()
    const body = '<html><body>Oh.</body></html>'
    expect((await push(body, signed(body))).status).toBe(202)
    expect((await fetches())[0]).toMatchObject({
      cause: 'push',
      outcome: 'failed',
      error: expect.stringMatching(/HTML/),
    })
    expect(await minutesUntilNext()).toBe(before)
  })

  it('is read once a day while the hub pushes, and as before when the subscription has ended', async () => {
    await subscribed()
    await reading.later(150)
    expect(await minutesUntilNext()).toBe(dayMinutes)
    reading.web.put(hub, '/', { status: 500, body: 'Oh.' })
    for (let day = 1; day <= 12; day++) await reading.later(dayMinutes)
    expect(await minutesUntilNext()).toBeLessThanOrEqual(120)
  })

  it('is subscribed to anew before the lease ends, with the same secret', async () => {
    await subscribed()
    for (let day = 1; asked().length === 1; day++) {
      expect(day).toBeLessThan(10)
      await reading.later(dayMinutes)
    }
    const [first, second] = asked()
    expect(second).toEqual(first)
    expect((await verify()).status).toBe(200)
    await reading.later(dayMinutes)
    expect(asked()).toHaveLength(2)
    expect(await minutesUntilNext()).toBe(dayMinutes)
  })

  it('is read as before where the hub gives less than a day', async () => {
    await reading.read()
    await verify({ 'hub.lease_seconds': '3600' })
    await reading.later(150)
    expect(await minutesUntilNext()).toBeLessThanOrEqual(120)
    expect(asked()).toHaveLength(2)
  })

  it('is read as before where the hub refuses, and asks again a day later', async () => {
    await subscribed()
    expect((await verify({ 'hub.mode': 'denied', 'hub.reason': 'No.' })).status).toBe(200)
    await reading.later(150)
    expect(await minutesUntilNext()).toBeLessThanOrEqual(120)
    expect(asked()).toHaveLength(1)
    await reading.later(dayMinutes)
    expect(asked()).toHaveLength(2)
  })

  it('is read all the same where the hub cannot be reached', async () => {
    const channel = '<atom:link rel="hub" href="http://169.254.169.254/hub"/>'
    reading.web.put(host, '/feed.xml', feed(rssOf([heron(1)], channel)))
    await reading.read()
    expect(await titles()).toEqual(['Heron 1'])
    expect((await fetches())[0].outcome).toBe('read')
    expect(reading.log.entries).toMatchObject([
      {
        sourceId: id,
        hub: 'http://169.254.169.254/hub',
        problem: expect.stringContaining('(refused-address)'),
        msg: 'the hub of a feed gave no subscription',
      },
    ])
  })
})

onEveryEngine('without a public address', (engine) => {
  it('no hub is asked', async () => {
    const reading = await startReading(engine)
    const channel = `<atom:link rel="hub" href="${reading.web.url(hub)}"/>`
    reading.web.put(hub, '/', { status: 202, body: 'Later.' })
    reading.web.put(host, '/feed.xml', feed(rssOf([heron(1)], channel)))
    await reading.add(host)
    await reading.read()
    expect(reading.web.visits(host)).toHaveLength(1)
    expect(reading.web.visits(hub)).toEqual([])
  })
})
