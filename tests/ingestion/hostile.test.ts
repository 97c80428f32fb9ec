import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Ingestion } from '../../src/ingestion/ingestion.ts'
import { readDue } from '../../src/ingestion/worker.ts'
import { createWorkshop } from '../../src/ingestion/workshop.ts'
import {
  dripping,
  drippingHeaders,
  endless,
  headersOnly,
  manyHeaders,
  moved,
  nonsense,
  reset,
  silent,
  wrongLength,
} from '../support/bad-answers.ts'
import { atEnd } from '../support/cleanup.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { watchEventLoop } from '../support/event-loop.ts'
import type { Answer } from '../support/feed-server.ts'
import { hostileFeeds } from './hostile-feeds.ts'
import { heron, longText, type Reading, rssOf, startReading } from './newsroom.ts'

/** For how long one feed may keep all others waiting, of the CPU: twice what it took on a slow machine. */
const longestHoldMs = 100

/** Two thousand articles are a minute's work of a machine that has others to serve. */
const patienceMs = 180_000

onEveryEngine('hostile feeds', (engine) => {
  let reading: Reading
  let loop: ReturnType<typeof watchEventLoop>
  let patient: Ingestion
  let count = 0

  beforeAll(async () => {
    reading = await startReading(engine)
    // On a busy machine what is in no hurry takes its time; what the limit is for is tested with the workshop.
    const workshop = createWorkshop({ size: 1, timeoutMs: 30_000, maxMemoryMb: 512 })
    atEnd(workshop.close)
    patient = { ...reading.ingestion, workshop }
    // Loads what is loaded at its first use.
    reading.web.put('first.example', '/feed.xml', { body: rssOf([heron(1)]) })
    await reading.add('first.example')
    await readDue(patient)
    loop = watchEventLoop()
    atEnd(loop.stop)
    await askAlways(await reading.api.listen())
  })

  afterEach(() => {
    expect(reading.log.entries).toEqual([])
  })

  const titles = async (id: string): Promise<string[]> =>
    (await reading.api.get(`/v1/articles?limit=100&fields=title&source=${id}`)).body.data
      .map(({ title }: { title: string }) => title)
      .sort()
  const lastFetch = async (id: string) => (await reading.api.get(`/v1/sources/${id}/fetches`)).body.data[0]

  // Two thousand articles are half a minute of the slower engine, and say nothing of it that other tests do not.
  const feeds = Object.entries(hostileFeeds).filter(
    ([name]) => engine.name === 'sqlite' || name !== '100,000 items',
  )
  describe.each(feeds)('with %s', (_name, { answer, error, dropped, titles: expected }) => {
    it(
      'are read as far as they can be, and others with them',
      async () => {
        const [bad, good] = [`bad-${++count}.example`, `good-${count}.example`]
        reading.web.put(bad, '/feed.xml', answer)
        reading.web.put(good, '/feed.xml', { body: rssOf([heron(1)]) })
        const [id, other] = [
          await reading.add(bad, undefined, { extraction: 'never' }),
          await reading.add(good),
        ]
        loop.longestHoldMs()
        reading.clock.advance(60_000)
        await readDue(patient)
        const held = loop.longestHoldMs()
        const fetched = await lastFetch(id)
        expect(fetched.error ?? '').toMatch(error ?? /^$/)
        if (expected) expect(await titles(id)).toEqual(expected.map((title) => expect.stringMatching(title)))
        if (dropped)
          expect(fetched.dropped).toContainEqual(
            expect.objectContaining({ why: expect.stringMatching(dropped) }),
          )
        expect(await titles(other)).toEqual(['Heron 1'])
        expect(held).toBeLessThan(longestHoldMs)
      },
      patienceMs,
    )
  })
})

const sentence = 'The harbour office, which had been closed for years, opened its doors again on Monday. '
/** Within all bounds, and seconds of work. */
const heavy = `<title>Heavy</title><article>${`<div><p>${sentence}<b>${sentence}</b></p></div>`.repeat(16_000)}</article>`
const page = { extraction: 'always' }
const whole = `<!doctype html><title>Heron 1</title><article><h1>Heron 1</h1>${longText}</article>`

describe('servers and pages that mean harm', () => {
  let reading: Reading
  let hurried: Ingestion

  beforeEach(async () => {
    reading = await startReading(engines[0] as Engine)
    const { client } = reading.ingestion
    const timeouts = { headersMs: 500, betweenBytesMs: 500, wholeMs: 2000 }
    hurried = {
      ...reading.ingestion,
      client: { ...client, request: (input) => client.request({ timeouts, ...input }) },
    }
  })

  const source = async (id: string) => (await reading.api.get(`/v1/sources/${id}`)).body

  it.each<[string, Answer, RegExp]>([
    ['never answers', silent(), /timeout/],
    ['sends headers and no more', headersOnly(), /timeout/],
    ['drips its headers', drippingHeaders(50), /timeout/],
    ['drips its body', dripping(50), /timeout/],
    ['never ends', endless(), /too-large/],
    ['floods us with headers', manyHeaders(200_000), /too-large/],
    ['breaks the connection', reset(rssOf([heron(1)]), 100), /reset/],
    ['ends too early', wrongLength(rssOf([heron(1)]), 100_000), /reset|bad-answer/],
    ['speaks no HTTP', nonsense(), /bad-answer/],
    ['leads in a circle', moved('/feed.xml'), /too-many-redirects/],
    ['leads to a file', moved('file:///etc/passwd'), /bad-redirect/],
    ['leads to the inside', moved('http://169.254.169.254/'), /refused-address/],
  ])('a server that %s is told of, and others are read', async (_what, answer, reason) => {
    reading.web.put('bad.example', '/feed.xml', answer)
    reading.web.put('good.example', '/feed.xml', { body: rssOf([heron(1)]) })
    const [bad, good] = [await reading.add('bad.example'), await reading.add('good.example')]
    await readDue(hurried)
    expect((await source(bad)).health).toMatchObject({
      consecutiveFailures: 1,
      lastError: expect.stringMatching(reason),
    })
    expect((await source(good)).articleCount).toBe(1)
    expect(reading.log.entries).toEqual([])
  })

  it('redirects that go on and on are not followed', async () => {
    reading.web.put('bad.example', '/feed.xml', { answer: ({ path }) => moved(`/feed.xml?${path.length}`) })
    const id = await reading.add('bad.example')
    await readDue(hurried)
    expect((await source(id)).health.lastError).toMatch(/too-many-redirects/)
    expect(reading.web.visits('bad.example').length).toBeLessThan(10)
  })

  it.each([
    ['takes too long to read', heavy, { timeoutMs: 300, maxMemoryMb: 512 }, /more than 300 ms/],
    ['takes too much memory', heavy, { timeoutMs: 30_000, maxMemoryMb: 40 }, /too much memory/],
  ])('a page that %s is given up, and the item is kept', async (_what, body, limits, reason) => {
    const workshop = createWorkshop({ size: 1, ...limits })
    atEnd(workshop.close)
    const items = [heron(1, { link: reading.web.url('bad.example', '/heron-1') })]
    reading.web.put('bad.example', '/feed.xml', { body: rssOf(items) })
    reading.web.put('bad.example', '/heron-1', { headers: { 'content-type': 'text/html' }, body })
    const id = await reading.add('bad.example', '/feed.xml', page)
    await readDue({ ...reading.ingestion, workshop })
    const [fetched] = (await reading.api.get(`/v1/sources/${id}/fetches`)).body.data
    expect(fetched).toMatchObject({ outcome: 'read', created: 1 })
    expect(fetched.dropped).toContainEqual(
      expect.objectContaining({ stage: 'page', why: expect.stringMatching(reason) }),
    )
    expect(reading.log.entries).toEqual([])
    reading.web.put('good.example', '/feed.xml', {
      body: rssOf([heron(2, { link: reading.web.url('good.example', '/heron-2') })]),
    })
    reading.web.put('good.example', '/heron-2', { headers: { 'content-type': 'text/html' }, body: whole })
    const good = await reading.add('good.example', '/feed.xml', page)
    await readDue({ ...reading.ingestion, workshop: reading.ingestion.workshop })
    expect((await source(good)).articleCount).toBe(1)
  })
})

/** Somebody who reads all the while, over real HTTP, and is always answered. */
async function askAlways(address: string): Promise<void> {
  const stopped = new AbortController()
  const ask = async () => {
    for (let turn = 0; !stopped.signal.aborted; turn++) {
      const { status } = await fetch(address + (turn % 2 ? '/v1/articles' : '/healthz'))
      if (status !== 200) throw new Error(`The API answered ${status}.`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const asking = ask()
  atEnd(async () => {
    stopped.abort()
    await asking
  })
}
