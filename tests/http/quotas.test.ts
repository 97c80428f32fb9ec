import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { fairShare } from '../../src/http/fair-share.ts'
import { keyUsage, storedUsage } from '../../src/partners/usage.ts'
import { addKey } from '../partners/keyring.ts'
import { type Api, startApi } from '../support/api.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { withGoneClients } from '../support/gone-client.ts'

const noon = new Date('2026-11-23T12:00:10.000Z')
const fail = (error: unknown) => {
  throw error
}

onEveryEngine('quotas of keys', (engine) => {
  let url: string
  let database: Database
  const rateLimits = { anonymous: 1000, key: 8, keyDay: 20 }

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: noon })
    url = await engine.create()
    database = engine.connect(url)
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const ask = async (api: Api, key: string, times: number) => {
    const statuses: number[] = []
    for (let count = 0; count < times; count++) statuses.push((await api.get('/v1/me', { key })).status)
    return statuses
  }
  const start = () => startApi(engine.connect(url), { rateLimits })

  it('are of a minute and of a day, and 429 says which is used up', async () => {
    const api = await start()
    const { key } = await addKey(api)
    const first = await api.get('/v1/me', { key })
    expect(first.headers['ratelimit-policy']).toBe('"default";q=8;w=60, "day";q=20;w=86400')
    expect(first.headers.ratelimit).toBe('"default";r=7;t=50, "day";r=19;t=43190')
    await ask(api, key, 7)
    const refused = await api.get('/v1/me', { key })
    expect(refused.status).toBe(429)
    expect(refused.body).toMatchObject({
      policy: 'minute',
      detail: expect.stringContaining('of this minute'),
    })
    expect(refused.headers['retry-after']).toBe('50')
    for (const minute of [1, 2]) {
      vi.setSystemTime(noon.getTime() + minute * 60_000)
      await ask(api, key, 6)
    }
    vi.setSystemTime(noon.getTime() + 3 * 60_000)
    const over = await api.get('/v1/me', { key })
    expect(over.status).toBe(429)
    expect(over.body).toMatchObject({ policy: 'day', detail: expect.stringContaining('of this day') })
    expect(over.headers['retry-after']).toBe(String(43_190 - 180))
    vi.setSystemTime(new Date('2026-11-24T00:00:00Z'))
    expect(await ask(api, key, 1)).toEqual([200])
  })

  it('are those of the key where an administrator says so, from the next request on', async () => {
    const api = await start()
    const { key, path } = await addKey(api, { requestsPerMinute: 2, requestsPerDay: 3 })
    expect((await api.get('/v1/me', { key })).body.limits).toEqual({
      requestsPerMinute: 2,
      requestsPerDay: 3,
    })
    expect(await ask(api, key, 2)).toEqual([200, 429])
    const { headers } = await api.get(path)
    const changed = await api.patch(path, {
      body: { requestsPerMinute: 100, name: 'Other' },
      headers: { 'if-match': headers.etag },
    })
    expect(changed.body).toMatchObject({ name: 'Other', requestsPerMinute: 100, requestsPerDay: 3 })
    expect(await ask(api, key, 2)).toEqual([200, 429])
    await api.patch(path, { body: { requestsPerDay: null } })
    expect((await api.get('/v1/me', { key })).body.limits).toEqual({
      requestsPerMinute: 100,
      requestsPerDay: 20,
    })
    const stale = await api.patch(path, { body: { name: 'x' }, headers: { 'if-match': headers.etag } })
    expect(stale.status).toBe(412)
    const rotated = await api.post(`${path}/rotation`, { body: {} })
    expect(rotated.body).toMatchObject({ requestsPerMinute: 100, requestsPerDay: null, usage: [] })
  })

  it('are counted on after a restart, and shown by day', async () => {
    const before = await start()
    const { id, key, path } = await addKey(before)
    await ask(before, key, 5)
    await before.app.close()
    await database.run(sql`
      insert into key_usage (key_id, day, requests, minute, minute_requests) values
        (${id}, '2026-11-20', 7, 0, 0), (${id}, '2026-10-01', 9, 0, 0), (${id}, '2025-11-01', 3, 0, 0)`)
    const api = await start()
    const me = await api.get('/v1/me', { key })
    expect(me.body.usage).toEqual({
      requestsThisMinute: 6,
      remaining: 2,
      requestsToday: 6,
      remainingToday: 14,
      days: [
        { day: '2026-11-20', requests: 7 },
        { day: '2026-11-23', requests: 6 },
      ],
    })
    await api.app.close()
    const again = await start()
    expect((await again.get(path)).body.usage.at(-1)).toEqual({ day: '2026-11-23', requests: 6 })
    const days = await database.all(sql`select day from key_usage where key_id = ${id} order by day`)
    expect(days).toEqual([{ day: '2026-10-01' }, { day: '2026-11-20' }, { day: '2026-11-23' }])
  })

  it('are shared by two processes on one database', async () => {
    const quotas = { minute: 1000, day: 100 }
    const [one, two] = [keyUsage(database, fail), keyUsage(engine.connect(url), fail)]
    let taken = 0
    for (let second = 0; second < 30; second++) {
      for (const process of [one, two]) {
        for (let count = 0; count < 5; count++) {
          const { exceeded } = await process.count('k', quotas, noon.getTime() + second * 1000)
          if (!exceeded) taken++
        }
      }
      vi.setSystemTime(noon.getTime() + second * 1000)
      await one.exchange()
      await two.exchange()
    }
    await Promise.all([one.close(), two.close()])
    expect(taken).toBeGreaterThanOrEqual(100)
    // What comes in a second.
    expect(taken).toBeLessThanOrEqual(110)
    expect((await storedUsage(database, ['k'])).get('k')).toEqual([{ day: '2026-11-23', requests: taken }])
  })

  it('are written seldom while they are far away, and never where nothing was counted', async () => {
    let commits = 0
    database.onCommit(() => commits++)
    const usage = keyUsage(database, fail)
    const second = async (at: number) => {
      vi.setSystemTime(noon.getTime() + at * 1000)
      await usage.exchange()
    }
    for (let at = 0; at < 45; at++) {
      await usage.count('k', { minute: 60_000, day: 10_000_000 }, noon.getTime() + at * 1000)
      await second(at)
    }
    // The first of them also removes what is older than a year.
    expect(commits).toBeLessThanOrEqual(4)
    expect(commits).toBeGreaterThanOrEqual(2)
    await usage.exchange()
    const before = commits
    for (let at = 100; at < 160; at++) await second(at)
    expect(commits).toBe(before + 1)
    await usage.close()
    expect(commits).toBe(before + 1)
  })

  it('keep what was counted where it cannot be written, until it can', async () => {
    const errors: unknown[] = []
    let works = false
    const failing: Database = {
      ...database,
      write: (work, options) => (works ? database.write(work, options) : Promise.reject(new Error('full'))),
    }
    const usage = keyUsage(failing, (error) => errors.push(error))
    for (let count = 0; count < 3; count++) await usage.count('k', { minute: 4, day: 4 }, noon.getTime())
    await usage.exchange()
    expect(errors).toHaveLength(1)
    vi.setSystemTime(new Date('2026-11-24T00:00:30Z'))
    await usage.count('k', { minute: 4, day: 4 }, Date.now())
    await usage.exchange()
    works = true
    await usage.close()
    expect((await storedUsage(database, ['k'])).get('k')).toEqual([
      { day: '2026-11-23', requests: 3 },
      { day: '2026-11-24', requests: 1 },
    ])
  })
})

describe('requests under way', () => {
  it('are bound for each client, and told at once', async () => {
    const share = fairShare(3)
    let begun = 0
    const enter = (name: string) => share.enter(name, Date.now(), () => begun++)
    const [first] = [enter('a'), enter('a'), enter('a')]
    expect(() => enter('a')).toThrow('under way')
    enter('b')
    expect(begun).toBe(4)
    first?.()
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(() => enter('a')).not.toThrow()
  })

  it('of one who floods begin one at a time while others are about', async () => {
    const share = fairShare(1000)
    const begun: string[] = []
    share.enter('quiet', Date.now(), () => begun.push('quiet'))()
    for (let count = 0; count < 20; count++) share.enter('flood', Date.now(), () => begun.push('flood'))
    expect(begun.filter((name) => name === 'flood')).toHaveLength(1)
    share.enter('other', Date.now(), () => begun.push('other'))
    expect(begun.at(-1)).toBe('other')
    await expect.poll(() => begun.length).toBe(22)
  })

  it('are begun beside those that wait for something themselves, also where these began when nobody else was about', async () => {
    const share = fairShare(1000)
    for (let count = 0; count < 10; count++) share.enter('streams', Date.now(), () => {})
    share.enter('other', Date.now(), () => {})()
    let isBegun = false
    share.enter('streams', Date.now(), () => {
      isBegun = true
    })
    await expect.poll(() => isBegun).toBe(true)
  })

  it('are not begun for a client that has gone', async () => {
    const share = fairShare(1000)
    const begun: string[] = []
    share.enter('quiet', Date.now(), () => begun.push('quiet'))()
    const over = Array.from({ length: 20 }, () => share.enter('a', Date.now(), () => begun.push('a')))
    for (const end of over) end()
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    expect(begun).toEqual(['quiet', 'a'])
  })

  it('are refused where they would wait for longer than a second, for who sent too much alone', async () => {
    const share = fairShare(1000)
    const hold = () => {
      for (const end = performance.now() + 50; performance.now() < end; );
    }
    share.enter('other', Date.now(), () => {})()
    const enter = () => share.enter('flood', Date.now(), hold)
    for (let count = 0; count < 40; count++) enter()
    expect(enter).not.toThrow()
    // Each is begun in a turn of its own, and four of them are worked on for a quarter of a second.
    const begun = performance.now()
    while (performance.now() - begun < 1_500) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(enter).toThrow('More is asked than can be answered')
    let isAnswered = false
    share.enter('other', Date.now(), () => {
      isAnswered = true
    })
    await expect.poll(() => isAnswered).toBe(true)
  })

  it.each(['read anew', 'kept ready'])(
    'are over once they are answered, also where the answer is %s',
    async (how) => {
      const [sqlite] = engines
      const rateLimits = { anonymous: 10_000, key: 10_000, underWay: 3 }
      const cache = how === 'kept ready'
      const api = await startApi(await (sqlite as Engine).open(), { rateLimits, cache })
      const { key } = await addKey(api)
      const address = await api.listen()
      const headers = { authorization: `Bearer ${key}` }
      for (let count = 0; count < 40; count++) {
        const [inside, open, keyed] = [
          await api.get('/v1/articles', { key }),
          await api.fetch(`${address}/v1/articles`),
          await api.fetch(`${address}/v1/articles`, { headers }),
        ]
        expect([inside.status, open.status, keyed.status]).toEqual([200, 200, 200])
      }
      for (let count = 0; count < 10; count++) {
        const stopping = new AbortController()
        const waiting = fetch(`${address}/v1/changes?after=0&types=tag.deleted&wait=20`, {
          headers,
          signal: stopping.signal,
        })
        setTimeout(() => stopping.abort(), 20)
        await expect(waiting).rejects.toThrow()
        // The server may see only a moment later that the client has gone.
        await expect.poll(async () => (await api.get('/v1/articles', { key })).status).toBe(200)
      }
    },
  )

  it('are over where the client has gone while its key was looked up', async () => {
    const { database, askAndGo } = withGoneClients(await (engines[0] as Engine).open())
    const api = await startApi(database, { rateLimits: { anonymous: 10_000, key: 10_000, underWay: 3 } })
    const { key } = await addKey(api)
    const address = await api.listen()
    const headers = { authorization: `Bearer ${key}` }
    for (let count = 0; count < 4; count++) await askAndGo(api, `${address}/v1/articles`, headers)
    await expect.poll(async () => (await api.get('/v1/articles', { key })).status).toBe(200)
  })
})
