import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import type { Ingestion } from '../../src/ingestion/ingestion.ts'
import { readDue, startWorker } from '../../src/ingestion/worker.ts'
import { createIngestion } from '../../src/main/ingestion.ts'
import { type Clock, systemClock } from '../../src/shared/clock.ts'
import { addSource } from '../articles/newsroom.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { silent } from '../support/bad-answers.ts'
import { atEnd } from '../support/cleanup.ts'
import { testClock } from '../support/clock.ts'
import { type Engine, engines } from '../support/engines.ts'
import { type FeedServer, startFeedServer } from '../support/feed-server.ts'
import { memoryLog } from '../support/log.ts'
import { type Newsweave, newsweave } from '../support/newsweave.ts'
import { heron, rssOf } from './newsroom.ts'

// Several processes share a database on PostgreSQL alone.
const postgres = engines.find(({ name }) => name === 'postgres') as Engine
const patienceMs = 120_000

describe('several workers', () => {
  let url: string
  let web: FeedServer
  let api: Api
  let database: Database
  const log = memoryLog('warn')

  async function open(clock: Clock) {
    url = await postgres.create()
    database = postgres.connect(url, clock)
    web = await startFeedServer(clock)
    api = await startApi(database, { clock })
    log.entries.length = 0
  }

  /** A worker as another process has it: with a handle, a client and threads of its own. */
  function another(clock: Clock): Ingestion {
    const outside = {
      database: postgres.connect(url, clock),
      logger: log.logger,
      publicUrl: () => undefined,
      allow: ['127.0.0.1'],
      userAgent: 'Newsweave tests',
    }
    const ingestion = createIngestion(outside, { clock, lookup: web.lookup, pause: async () => {} })
    atEnd(ingestion.close)
    return ingestion
  }

  const add = (host: string) =>
    addSource(api, { name: host, homeUrl: web.url(host), feedUrl: web.url(host, '/feed.xml') })
  const source = async (id: string) => (await api.get(`/v1/sources/${id}`)).body
  const titles = async () =>
    (await api.get('/v1/articles?fields=title')).body.data.map(({ title }: { title: string }) => title)

  it(
    'read sixty feeds at once, and none twice',
    async () => {
      await open(systemClock)
      const hosts = Array.from({ length: 60 }, (_, number) => `outlet-${number}.example`)
      for (const host of hosts) {
        const items = [heron(1, { link: web.url(host, '/heron-1') })]
        web.put(host, '/feed.xml', { body: rssOf(items) })
        await add(host)
      }
      const workers = [another(systemClock), another(systemClock), another(systemClock)].map(startWorker)
      const read = async () => (await api.get('/v1/articles?total=exact&limit=1')).body.page.total
      await expect.poll(read, { timeout: patienceMs, interval: 200 }).toBe(hosts.length)
      await Promise.all(workers.map((worker) => worker.stop(10_000)))
      expect(
        web
          .visits()
          .map(({ host }) => host)
          .sort(),
      ).toEqual(hosts.toSorted())
      expect(log.entries).toEqual([])
    },
    patienceMs,
  )

  it('take over what one had that was stopped, and what that one brings late is not written', async () => {
    const clock = testClock()
    await open(clock)
    let held: ServerResponse | undefined
    web.put('lighthouse.example', '/feed.xml', (response) => {
      held = response
    })
    const id = await add('lighthouse.example')
    const [first, second] = [another(clock), another(clock)]
    const worker = startWorker(first)
    await expect.poll(() => held, { timeout: 20_000 }).toBeDefined()
    await worker.stop(100)

    web.put('lighthouse.example', '/feed.xml', { body: rssOf([heron(2)]) })
    clock.advance(60_000)
    expect(await readDue(second)).toBe(0)
    clock.advance(5 * 60_000)
    expect(await readDue(second)).toBe(1)
    const before = await source(id)

    held?.end(rssOf([heron(1)]))
    await expect
      .poll(() => log.entries, { timeout: 20_000 })
      .toMatchObject([{ level: 40, msg: expect.stringMatching(/lease/) }])
    expect(await titles()).toEqual(['Heron 2'])
    expect(await source(id)).toEqual(before)
    expect((await api.get(`/v1/sources/${id}/fetches`)).body.data).toHaveLength(1)
  })
})

describe('a process that reads feeds, beside one that serves the API', () => {
  let url: string
  let web: FeedServer
  let database: Database
  const host = '127.0.0.1'

  beforeEach(async () => {
    url = await postgres.create()
    database = postgres.connect(url)
    web = await startFeedServer(systemClock)
  })

  async function start(roles: string): Promise<{ program: Newsweave; address: string }> {
    const env = { DATABASE_URL: url, OUTBOUND_ALLOW: host, ADMIN_KEY: adminKey, LOG_LEVEL: 'warn' }
    const program = newsweave(['start', '--port', '0', '--empty', '--roles', roles], { env })
    const [, address = ''] = await program.printed(/ready at (http:\S+)/)
    return { program, address }
  }

  async function addFeed(address: string): Promise<string> {
    const answer = await fetch(`${address}/v1/sources`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'Lighthouse',
        homeUrl: web.url(host),
        feedUrl: web.url(host, '/feed.xml'),
      }),
    })
    expect(answer.status).toBe(201)
    return ((await answer.json()) as { id: string }).id
  }

  const json = async (address: string) =>
    // biome-ignore lint/suspicious/noExplicitAny: what it is like is tested elsewhere.
    (await (await fetch(address)).json()) as any
  const articles = async (address: string): Promise<number> =>
    (await json(`${address}/v1/articles`)).data.length
  const errors = ({ stderr }: Newsweave) =>
    stderr()
      .split('\n')
      .filter((line) => /"level":(50|60)/.test(line))

  it(
    'writes what that one shows, and ends within its grace without blaming the feed',
    async () => {
      const api = await start('api')
      const reader = await start('ingestion')
      web.put(host, '/feed.xml', { body: rssOf([heron(1)]) })
      const id = await addFeed(api.address)
      await expect.poll(() => articles(api.address), { timeout: patienceMs, interval: 200 }).toBe(1)
      expect((await fetch(`${reader.address}/healthz`)).status).toBe(200)
      expect((await fetch(`${reader.address}/v1/articles`)).status).toBe(404)
      expect(web.visits(host, '/feed.xml')).toHaveLength(1)

      web.put(host, '/feed.xml', silent())
      await dueNow()
      await expect.poll(() => web.visits(host, '/feed.xml').length, { timeout: 20_000 }).toBe(2)
      const stopped = performance.now()
      reader.program.process.kill('SIGTERM')
      expect(await reader.program.ended).toBe(0)
      expect(performance.now() - stopped).toBeLessThan(15_000)
      const { health } = await json(`${api.address}/v1/sources/${id}`)
      expect(health).toMatchObject({ consecutiveFailures: 0, lastError: null })
      expect([...errors(reader.program), ...errors(api.program)]).toEqual([])
    },
    patienceMs,
  )

  it(
    'may be killed at any moment: another reads the feed when its lease is over',
    async () => {
      const api = await start('api')
      const killed = await start('ingestion')
      web.put(host, '/feed.xml', silent())
      await addFeed(api.address)
      await expect.poll(() => web.visits(host, '/feed.xml').length, { timeout: 20_000 }).toBe(1)
      killed.program.process.kill('SIGKILL')
      expect(await killed.program.ended).toBe('SIGKILL')

      web.put(host, '/feed.xml', { body: rssOf([heron(1), heron(2)]) })
      const next = await start('ingestion')
      await sleep(3000)
      expect(web.visits(host, '/feed.xml')).toHaveLength(1)
      await leasesAreOver()
      await expect.poll(() => articles(api.address), { timeout: patienceMs, interval: 200 }).toBe(2)
      expect(errors(next.program)).toEqual([])
    },
    patienceMs,
  )

  const past = '2000-01-01T00:00:00.000Z'
  async function dueNow(): Promise<void> {
    await database.run(sql`update feed set due_at = ${past}`)
  }
  async function leasesAreOver(): Promise<void> {
    await database.run(sql`update feed set leased_until = ${past}`)
    await database.run(sql`update feed_host set free_at = ${past}`)
  }
})
