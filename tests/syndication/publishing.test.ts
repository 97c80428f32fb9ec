import { createHmac } from 'node:crypto'
import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { createOutboundClient } from '../../src/outbound/client.ts'
import { startPublisher } from '../../src/syndication/publisher.ts'
import { gatherMs, noteChanges, type Publishing, tellHub } from '../../src/syndication/publishing.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { startReading } from '../ingestion/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'
import { type FeedServer, startFeedServer } from '../support/feed-server.ts'
import { memoryLog } from '../support/log.ts'
import { formats, linksOf } from './documents.ts'

const host = 'hub.example'
const base = 'http://newsweave.test'
const minute = 60_000
const articles = formats.map((format) => `${base}/v1/feeds/articles.${format}`)
const stories = formats.map((format) => `${base}/v1/feeds/stories.${format}`)
const ofTag = (slug: string) => articles.map((url) => `${url}?tagsAll=${slug}`)

onEveryEngine('a hub', (engine) => {
  let clock: TestClock
  let database: Database
  let web: FeedServer
  let api: Api
  let publishing: Publishing
  let log: ReturnType<typeof memoryLog>
  let sourceId: string

  beforeEach(async () => {
    clock = testClock()
    database = await engine.open(clock)
    web = await startFeedServer(clock)
    web.put(host, '/', { status: 204 })
    log = memoryLog('warn')
    publishing = { database, client: clientOf(web), hub: web.url(host), base, logger: log.logger }
    api = await startApi(database, { websubHub: web.url(host) })
    sourceId = await addSource(api)
    await addTag(api, 'technology')
    await addTag(api, 'chips', { parent: 'technology' })
    await addArticle(api, sourceId)
    while (await noteChanges(database));
  })

  const told = () =>
    web.visits(host).map(({ method, headers, body }) => {
      expect(method).toBe('POST')
      expect(headers['content-type']).toBe('application/x-www-form-urlencoded')
      const sent = new URLSearchParams(body)
      expect(sent.get('hub.mode')).toBe('publish')
      expect(sent.getAll('hub.url')).toHaveLength(1)
      return sent.get('hub.url') as string
    })
  const tell = () => tellHub(publishing, clock().toISOString())
  async function later(ms: number): Promise<string[]> {
    while (await noteChanges(database));
    clock.advance(ms)
    const before = told().length
    while ((await tell()) > 0);
    return told().slice(before).sort()
  }

  it('is told nothing of what was there before it was named', async () => {
    expect(await later(minute)).toEqual([])
  })

  it('is told of the feeds that an article concerns, those of its tags and of the tags above included', async () => {
    await addArticle(api, sourceId, { tags: ['chips'] })
    expect(await later(gatherMs)).toEqual([...articles, ...ofTag('chips'), ...ofTag('technology')].sort())
  })

  it('is told of each feed once, however much changes in a breath', async () => {
    for (let count = 0; count < 30; count++) {
      const { id } = await addArticle(api, sourceId)
      await api.patch(`/v1/articles/${id}`, { body: { title: `Heron ${count}` } })
    }
    expect(await later(gatherMs - 1)).toEqual([])
    expect(await later(1)).toEqual([...articles].sort())
    expect(await later(minute)).toEqual([])
  })

  it('is told of what leaves a feed, and of stories', async () => {
    const [a, b] = [await addArticle(api, sourceId, { tags: ['chips'] }), await addArticle(api, sourceId)]
    await later(gatherMs)
    await api.put(`/v1/articles/${a.id}/withdrawal`, { body: { reason: 'copyright' } })
    expect(await later(gatherMs)).toEqual([...articles, ...ofTag('chips'), ...ofTag('technology')].sort())
    await api.delete(`/v1/articles/${a.id}/withdrawal`)
    await later(gatherMs)
    await api.post('/v1/stories', { body: { articleIds: [a.id, b.id] } })
    expect(await later(gatherMs)).toEqual([...stories].sort())
  })

  it('is told again what it does not take, a few times, and then with the next change', async () => {
    web.put(host, '/', { answer: () => ({ status: 503 }) })
    await addArticle(api, sourceId)
    expect(await later(gatherMs)).toHaveLength(3)
    expect(await later(9_000)).toEqual([])
    expect(await later(1_000)).toHaveLength(3)
    for (const pause of [minute, 5 * minute, 30 * minute]) expect(await later(pause)).toHaveLength(3)
    expect(await later(24 * 60 * minute)).toEqual([])
    expect(log.text()).toContain('The hub answered 503.')
    web.put(host, '/', { status: 202 })
    await addArticle(api, sourceId)
    expect(await later(gatherMs)).toEqual([...articles].sort())
  })

  it('is told of what changes while it is told', async () => {
    await addArticle(api, sourceId)
    while (await noteChanges(database));
    clock.advance(gatherMs)
    const request: Publishing['client']['request'] = async (input) => {
      await addArticle(api, sourceId)
      while (await noteChanges(database));
      return publishing.client.request(input)
    }
    await tellHub({ ...publishing, client: { request } }, clock().toISOString())
    expect(told()).toHaveLength(3)
    expect(await later(gatherMs)).toHaveLength(3)
    expect(await later(minute)).toEqual([])
  })

  it('is told by another process what one that died had taken', async () => {
    await addArticle(api, sourceId)
    while (await noteChanges(database));
    clock.advance(gatherMs)
    const request = () => Promise.reject(new Error('killed'))
    await expect(tellHub({ ...publishing, client: { request } }, clock().toISOString())).rejects.toThrow(
      'killed',
    )
    expect(await later(minute)).toEqual([])
    expect(await later(5 * minute)).toEqual([...articles].sort())
  })

  it('is told once by two processes', async () => {
    await addArticle(api, sourceId, { tags: ['chips'] })
    await Promise.all([noteChanges(database), noteChanges(database)])
    while (await noteChanges(database));
    clock.advance(gatherMs)
    await Promise.all([tell(), tell(), tell()])
    expect(told().sort()).toEqual([...articles, ...ofTag('chips'), ...ofTag('technology')].sort())
  })

  it('on an address that is not public is not reached unless that is allowed', async () => {
    await addArticle(api, sourceId)
    while (await noteChanges(database));
    clock.advance(gatherMs)
    await tellHub({ ...publishing, client: clientOf(web, []) }, clock().toISOString())
    expect(web.visits(host)).toEqual([])
    expect(log.text()).toContain('the hub could not be told')
  })

  it('is named by the feeds that it is told of, and by no others', async () => {
    const named = async (path: string) => {
      const answer = await api.get(`/v1/feeds/${path}`)
      const inHeader = String(answer.headers.link).includes(`<${web.url(host)}>; rel="hub"`)
      expect(linksOf(answer).hub).toBe(inHeader ? web.url(host) : undefined)
      if (inHeader) expect(linksOf(answer).self).toBe(`${base}/v1/feeds/${path}`)
      return inHeader
    }
    await api.patch('/v1/tags/chips', { body: { aliases: ['silicon'] } })
    for (const path of ['articles.atom', 'stories.atom', 'articles.atom?tagsAll=chips'])
      expect(await named(path), path).toBe(true)
    for (const path of [
      'articles.atom?limit=1',
      'articles.atom?tagsAll=silicon',
      'articles.atom?tagsAll=chips,technology',
      'articles.atom?tagsAll=chips&content=full',
      'articles.atom?tagsAny=chips',
      'articles.atom?archive=2026-11',
      'stories.atom?sort=newest',
    ])
      expect(await named(path), path).toBe(false)
    const json = await api.get('/v1/feeds/articles.json')
    expect(json.body.hubs).toEqual([{ type: 'WebSub', url: web.url(host) }])
    const without = await startApi(database)
    expect(linksOf(await without.get('/v1/feeds/articles.atom')).hub).toBeUndefined()
  })
})

onEveryEngine('our own subscriber', (engine) => {
  it('has an article of ours through a hub, moments after it was published', async () => {
    const database = await engine.open()
    const hub = await startFeedServer(() => new Date())
    hub.put(host, '/', { status: 202 })
    const api = await startApi(database, { websubHub: hub.url(host) })
    const address = await api.listen()
    const sourceId = await addSource(api)
    const client = clientOf(hub)
    const publisher = startPublisher({
      database,
      client,
      hub: hub.url(host),
      base: address,
      logger: memoryLog('warn').logger,
    })
    atEnd(publisher.stop)

    // The other newsroom reads our feed, served to it under a name of its own web, and asks the hub that it names.
    const reader = await startReading(engine, 'http://reader.test')
    const topic = `${address}/v1/feeds/articles.atom`
    const served = async () => (await api.get('/v1/feeds/articles.atom')).bytes
    const named = (bytes: Buffer) => String(bytes).replaceAll(hub.url(host), reader.web.url(host))
    reader.web.put(host, '/', { status: 202 })
    reader.web.put('newsweave.example', '/feed.xml', {
      headers: { 'content-type': 'application/atom+xml' },
      body: named(await served()),
    })
    await reader.add('newsweave.example')
    await reader.read()
    const asked = new URLSearchParams(reader.web.visits(host)[0]?.body)
    expect(asked.get('hub.topic')).toBe(topic)
    const callback = (asked.get('hub.callback') ?? '').replace('http://reader.test', '')
    const verification = { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.challenge': 'x' }
    expect((await reader.api.get(`${callback}?${new URLSearchParams(verification)}`)).status).toBe(200)

    // Only once the log is followed is anything told.
    await expect.poll(async () => noteChanges(database), { timeout: 10_000 }).toBe(false)
    await addArticle(api, sourceId, {
      title: 'Heron 2 leaves the lab',
      body: { html: '<p>Half a watt.</p>' },
    })
    await expect
      .poll(() => hub.visits(host).map(({ body }) => new URLSearchParams(body).get('hub.url')), {
        timeout: 15_000,
      })
      .toContain(topic)
    const pushed = await served()
    const signature = createHmac('sha256', asked.get('hub.secret') ?? '')
      .update(pushed)
      .digest('hex')
    const headers = { 'content-type': 'application/atom+xml', 'x-hub-signature': `sha256=${signature}` }
    expect((await reader.api.post(callback, { body: pushed, headers, key: null })).status).toBe(202)
    const { body } = await reader.api.get('/v1/articles?fields=title')
    expect(body.data.map(({ title }: { title: string }) => title)).toEqual(['Heron 2 leaves the lab'])
  })
})

function clientOf(web: FeedServer, allow = ['127.0.0.1']) {
  const client = createOutboundClient({ allow, userAgent: 'Newsweave tests', lookup: web.lookup })
  atEnd(client.close)
  return client
}
