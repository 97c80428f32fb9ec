import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import {
  adoptFeeds,
  type ClaimedFeed,
  claimFeeds,
  claimPushed,
  endPoll,
  keepFeed,
  readLag,
  releaseHost,
  releaseHostOf,
} from '../../src/sources/polling.ts'
import { addSource, changeSource } from '../../src/sources/sources.ts'
import { testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'

const minute = 60_000

onEveryEngine('feeds that are due', (engine) => {
  let clock: ReturnType<typeof testClock>
  let database: Database
  /** Another process. */
  let other: Database

  beforeEach(async () => {
    clock = testClock()
    const url = await engine.create()
    database = engine.connect(url, clock)
    other = engine.connect(url, clock)
  })

  const add = (host: string, path = 'feed.xml') =>
    database.write(
      async (tx) =>
        (
          await addSource(tx, {
            name: host,
            homeUrl: `https://${host}/`,
            feedUrl: `https://${host}/${path}`,
          })
        ).id,
    )
  const claim = (by: Database, limit = 10) => by.write((tx) => claimFeeds(tx, { limit, leaseMs: 5 * minute }))
  const state = (dueInMs: number) => ({
    due_at: new Date(clock().getTime() + dueInMs).toISOString(),
    etag: '"1"',
    last_modified: null,
    content_hash: null,
    facts: null,
    moved_to: null,
    moved_count: 0,
    hub_url: null,
    topic_url: null,
  })
  const success = { success: true, error: null, httpStatus: 200, format: 'rss', gone: false }
  const failure = {
    success: false,
    error: 'The server answered 500.',
    httpStatus: 500,
    format: null,
    gone: false,
  }
  const end = (feed: ClaimedFeed, result: Omit<Parameters<typeof endPoll>[2], 'state'>) =>
    database.write(async (tx) => {
      await endPoll(tx, feed, { state: state(30 * minute), ...result })
      await releaseHost(tx, feed.host, 2000)
    })
  const stateOf = async (id: string) =>
    (await database.one<{ state: string }>(sql`select state from source where id = ${id}`))?.state

  it('are claimed by one worker each, however many ask at once', async () => {
    for (let index = 0; index < 30; index++) await add(`outlet-${index}.example`)
    const claims: ClaimedFeed[][] = []
    // What one is just looking at the others pass over, and find at their next look.
    for (let look = 0; look < 2; look++)
      claims.push(...(await Promise.all([database, other, database, other].map((by) => claim(by, 20)))))
    const ids = claims.flat().map((feed) => feed.source_id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toHaveLength(30)
  })

  it('pass on to another worker when the one that has them is dead, and to nobody before', async () => {
    await add('lighthouse.example')
    const [first] = (await claim(database)) as [ClaimedFeed]
    clock.advance(4 * minute)
    expect(await claim(other)).toEqual([])
    expect(await database.write((tx) => keepFeed(tx, first, 5 * minute))).toBe(true)
    clock.advance(4 * minute)
    expect(await claim(other)).toEqual([])
    clock.advance(2 * minute)
    expect((await claim(other)).map((feed) => feed.source_id)).toEqual([first.source_id])
    expect(await database.write((tx) => keepFeed(tx, first, 5 * minute))).toBe(false)
  })

  it('are one of a site at a time, with a pause between two', async () => {
    await add('lighthouse.example', 'a.xml')
    await add('www.lighthouse.example', 'b.xml')
    const [first, ...none] = (await claim(database)) as [ClaimedFeed]
    expect(none).toEqual([])
    expect(await claim(other)).toEqual([])
    await end(first, success)
    expect(await claim(other)).toEqual([])
    clock.advance(2000)
    expect(await claim(other)).toHaveLength(1)
  })

  it('wait as long as their site asked for, while others are read', async () => {
    await add('lighthouse.example', 'a.xml')
    await add('lighthouse.example', 'b.xml')
    await add('quarry.example')
    const claimed = await claim(database)
    expect(claimed.map((feed) => feed.host)).toEqual(['lighthouse.example', 'quarry.example'])
    await database.write((tx) => releaseHost(tx, 'lighthouse.example', 60 * minute, 'Too Many Requests'))
    clock.advance(59 * minute)
    expect((await claim(database)).map((feed) => feed.host)).toEqual(['quarry.example'])
    clock.advance(minute)
    expect((await claim(database)).map((feed) => feed.host)).toEqual(['lighthouse.example'])
  })

  it('come again when their time has come, with what was kept of them', async () => {
    await add('lighthouse.example')
    const [feed] = (await claim(database)) as [ClaimedFeed]
    await end(feed, success)
    clock.advance(29 * minute)
    expect(await claim(database)).toEqual([])
    expect(await readLag(database, clock())).toEqual({ due: 0, lagSeconds: 0 })
    clock.advance(3 * minute)
    expect(await readLag(database, clock())).toEqual({ due: 1, lagSeconds: 120 })
    expect(await claim(database)).toMatchObject([{ etag: '"1"', consecutive_failures: 0 }])
  })

  it('are none of a source that is paused or gone', async () => {
    const id = await add('lighthouse.example')
    const [feed] = (await claim(database)) as [ClaimedFeed]
    await end(feed, { ...failure, httpStatus: 410, gone: true })
    expect(await stateOf(id)).toBe('gone')
    clock.advance(60 * minute)
    expect(await claim(database)).toEqual([])
    const change = (patch: object) =>
      database.write((tx) => changeSource(tx, async () => {}, { id, patch, accepted: undefined }), {
        alone: true,
      })
    await change({ state: 'active' })
    const [again] = (await claim(database)) as [ClaimedFeed]
    await change({ state: 'paused' })
    await end(again, failure)
    expect(await stateOf(id)).toBe('paused')
    clock.advance(60 * minute)
    expect(await claim(database)).toEqual([])
  })

  it('make a source failing after three failures, and active after a success, and tell of that in the log', async () => {
    const id = await add('lighthouse.example')
    const states: (string | undefined)[] = []
    for (const result of [failure, failure, failure, failure, success]) {
      const [feed] = (await claim(database)) as [ClaimedFeed]
      await end(feed, result)
      states.push(await stateOf(id))
      clock.advance(60 * minute)
    }
    expect(states).toEqual(['active', 'active', 'failing', 'failing', 'active'])
    const changes = await database.all<{ type: string }>(sql`select type from change order by seq`)
    expect(changes.map(({ type }) => type)).toEqual(['source.created', 'source.updated', 'source.updated'])
  })

  it('follow their feed where it has moved, unless another source is there', async () => {
    const id = await add('lighthouse.example')
    await add('quarry.example', 'taken.xml')
    for (const [followTo, expected] of [
      ['https://quarry.example/taken.xml', 'https://lighthouse.example/feed.xml'],
      ['https://lighthouse.example/new.xml', 'https://lighthouse.example/new.xml'],
    ]) {
      const feed = (await claim(database)).find(({ source_id }) => source_id === id) as ClaimedFeed
      await end(feed, { ...success, followTo })
      const row = await database.one(sql`select feed_url from source where id = ${id}`)
      expect(row).toEqual({ feed_url: expected })
      clock.advance(60 * minute)
    }
  })

  it('are taken for a push, or due at once where a worker has them', async () => {
    const id = await add('lighthouse.example')
    const push = () => database.write((tx) => claimPushed(tx, id, 5 * minute))
    const pushed = (await push()) as ClaimedFeed
    expect(await claim(other)).toEqual([])
    await end(pushed, success)
    clock.advance(40 * minute)
    const [polled] = (await claim(other)) as [ClaimedFeed]
    expect(await push()).toBeUndefined()
    await end(polled, success)
    expect(await database.write((tx) => claimPushed(tx, 'nobody', minute))).toBeUndefined()
  })

  it('keep their host as long as a worker has them, however long that takes', async () => {
    await add('lighthouse.example', 'a.xml')
    await add('lighthouse.example', 'b.xml')
    const [first] = (await claim(database)) as [ClaimedFeed]
    for (let page = 0; page < 3; page++) {
      clock.advance(4 * minute)
      expect(await database.write((tx) => keepFeed(tx, first, 5 * minute))).toBe(true)
      expect(await claim(other)).toEqual([])
    }
  })

  it('do not open a host that is to be left alone by being pushed', async () => {
    const id = await add('lighthouse.example', 'a.xml')
    await add('lighthouse.example', 'b.xml')
    const [limited] = (await claim(database)) as [ClaimedFeed]
    await end(limited, failure)
    await database.write((tx) => releaseHost(tx, 'lighthouse.example', 60 * minute, 'Too Many Requests'))
    const pushed = (await database.write((tx) => claimPushed(tx, id, 5 * minute))) as ClaimedFeed
    await database.write(async (tx) => {
      await keepFeed(tx, pushed, 5 * minute)
      await endPoll(tx, pushed, { state: state(0), ...success })
      await releaseHostOf(tx, pushed, 2000)
    })
    clock.advance(59 * minute)
    expect(await claim(other)).toEqual([])
  })

  it('are those of older versions, too', async () => {
    await add('lighthouse.example')
    await database.run(sql`delete from feed`)
    expect(await claim(database)).toEqual([])
    await database.write(adoptFeeds)
    expect(await claim(database)).toHaveLength(1)
  })
})
