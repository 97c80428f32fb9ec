import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addressCounts } from '../../src/http/address-counts.ts'
import { makeKey } from '../../src/partners/key.ts'
import { addKey } from '../partners/keyring.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('rate limits', (engine) => {
  const limits = { anonymous: 5, key: 8 }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-23T06:08:00.000Z') })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const start = async (options = {}) => startApi(await engine.open(), { rateLimits: limits, ...options })
  const left = (answer: { headers: Record<string, string> }) => answer.headers.ratelimit
  const from = (api: Api, remoteAddress: string, headers = {}) =>
    api.app.inject({ url: '/v1/articles', remoteAddress, headers })

  it('are told on every answer', async () => {
    const api = await start()
    const { key } = await addKey(api)
    const asked = [
      await api.get('/v1/articles', { key }),
      await api.get('/v1/me', { key }),
      await api.get('/v1/partners', { key }),
      await api.get('/v1/nothing', { key }),
      await api.get('/v1/articles?typo=1', { key }),
      await api.request('PUT', '/v1/me', { key }),
      await api.head('/v1/articles', { key }),
      await api.get('/problems/forbidden', { key }),
      await api.get('/v1/me', { key }),
    ]
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 403, 404, 400, 405, 200, 200, 429])
    expect(asked.map((answer) => left(answer)?.split(', ')[0])).toEqual(
      [7, 6, 5, 4, 3, 2, 1, 0, 0].map((r) => `"default";r=${r};t=60`),
    )
    expect(new Set(asked.map(({ headers }) => headers['ratelimit-policy']))).toEqual(
      new Set(['"default";q=8;w=60, "day";q=1000000000;w=86400']),
    )
  })

  it('are told to who has no key, with the smaller quota', async () => {
    const api = await start()
    const asked = [
      await api.get('/v1/articles', { key: null }),
      await api.get('/v1/me', { key: null }),
      await api.get('/nothing', { key: null }),
      await api.get('/v1/articles/%00', { key: null }),
    ]
    expect(asked.map(({ status }) => status)).toEqual([200, 401, 404, 400])
    expect(asked.map(left)).toEqual([4, 3, 2, 1].map((r) => `"default";r=${r};t=60`))
    expect(asked[1]?.headers['ratelimit-policy']).toBe('"default";q=5;w=60')
  })

  it('are told with 304, too, and from the cache', async () => {
    const api = await start()
    const { headers } = await api.get('/v1/articles', { key: null })
    const again = await api.get('/v1/articles', { key: null, headers: { 'if-none-match': headers.etag } })
    expect(again.status).toBe(304)
    expect(left(again)).toBe('"default";r=3;t=60')
  })

  it('answer 429 with the seconds to wait, and are full again behind them', async () => {
    const api = await start()
    for (let count = 0; count < 5; count++) await api.get('/v1/articles', { key: null })
    vi.setSystemTime(new Date('2026-11-23T06:08:17.200Z'))
    const refused = await api.get('/v1/articles', { key: null })
    expect(refused.status).toBe(429)
    expect(refused.headers['retry-after']).toBe('43')
    expect(left(refused)).toBe('"default";r=0;t=43')
    expect(refused.body.type).toBe('http://newsweave.test/problems/rate-limited')
    vi.setSystemTime(new Date('2026-11-23T06:08:59.999Z'))
    expect((await api.get('/v1/articles', { key: null })).status).toBe(429)
    vi.setSystemTime(new Date('2026-11-23T06:09:00.000Z'))
    const taken = await api.get('/v1/articles', { key: null })
    expect(taken.status).toBe(200)
    expect(left(taken)).toBe('"default";r=4;t=60')
  })

  it('hold for addresses that do not exist', async () => {
    const api = await start()
    const statuses: number[] = []
    for (let count = 0; count < 6; count++) {
      statuses.push((await api.get(`/nothing/${count}`, { key: null })).status)
    }
    expect(statuses).toEqual([404, 404, 404, 404, 404, 429])
  })

  it('count keys that are no good, by address', async () => {
    const api = await start()
    const statuses: number[] = []
    const keys = [makeKey().key, 'nonsense', makeKey().key, 'nw_', makeKey().key, makeKey().key]
    for (const key of keys) statuses.push((await api.get('/v1/articles', { key })).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    expect((await api.get('/v1/articles', { key: null })).status).toBe(429)
  })

  it('hold for each key by itself, whatever its address has used', async () => {
    const api = await start()
    const greedy = await addKey(api)
    const modest = await addKey(api)
    for (let count = 0; count < 9; count++) await api.get('/v1/articles', { key: greedy.key })
    for (let count = 0; count < 6; count++) await api.get('/v1/articles', { key: null })
    expect((await api.get('/v1/articles', { key: greedy.key })).status).toBe(429)
    expect((await api.get('/v1/articles', { key: null })).status).toBe(429)
    const other = await api.get('/v1/me', { key: modest.key })
    expect(other.body.usage).toMatchObject({ requestsThisMinute: 1, remaining: 7, requestsToday: 1 })
    expect(other.body.limits).toEqual({ requestsPerMinute: 8, requestsPerDay: 1_000_000_000 })
  })

  it('hold for an address, and for IPv6 for the /64 that one client has', async () => {
    const api = await start()
    for (const [address, remaining] of [
      ['192.0.2.1', 4],
      ['192.0.2.2', 4],
      ['192.0.2.1', 3],
      ['::ffff:192.0.2.1', 2],
      ['2001:db8:1:2::1', 4],
      ['2001:db8:1:2:ffff::9', 3],
      ['2001:0DB8:1:2:0:0:0:1', 2],
      ['2001:db8:1:3::1', 4],
    ] as const) {
      const { headers } = await from(api, address)
      expect(headers.ratelimit, address).toBe(`"default";r=${remaining};t=60`)
    }
  })

  it('believe a forwarded address from a trusted proxy only', async () => {
    const open = await start()
    const behind = await start({ trustedProxies: ['10.0.0.0/8'] })
    for (const count of [1, 2]) {
      const headers = { 'x-forwarded-for': `198.51.100.${count}` }
      expect((await from(open, '10.0.0.1', headers)).headers.ratelimit).toBe(`"default";r=${5 - count};t=60`)
      expect((await from(behind, '10.0.0.1', headers)).headers.ratelimit).toBe('"default";r=4;t=60')
      const spoofed = await from(behind, '192.0.2.1', headers)
      expect(spoofed.headers.ratelimit).toBe(`"default";r=${5 - count};t=60`)
    }
  })

  it('leave health and metrics alone', async () => {
    const api = await start()
    for (let count = 0; count < 10; count++) {
      for (const url of ['/healthz', '/readyz', '/metrics']) {
        const answer = await api.get(url, { key: null })
        expect(answer.status).toBe(200)
        expect(left(answer)).toBeUndefined()
      }
    }
    expect(left(await api.get('/v1/articles', { key: null }))).toBe('"default";r=4;t=60')
  })
})

describe('clients that are counted', () => {
  const start = Date.parse('2026-11-23T06:08:00Z')

  it('begin a new window a minute after the first request of the last, or where the clock was set back', () => {
    const { count } = addressCounts(100)
    expect(count('a', start)).toEqual({ used: 1, secondsLeft: 60 })
    expect(count('a', start + 59_999)).toEqual({ used: 2, secondsLeft: 1 })
    expect(count('a', start + 60_000)).toEqual({ used: 1, secondsLeft: 60 })
    expect(count('a', start)).toEqual({ used: 1, secondsLeft: 60 })
  })

  it('are forgotten past a number of them, the one unseen for longest first', () => {
    const { count } = addressCounts(100, 2)
    count('a', start)
    count('b', start)
    count('a', start + 1000)
    count('c', start + 2000)
    expect(count('a', start + 2000).used).toBe(3)
    expect(count('b', start + 2000).used).toBe(1)
  })

  it('are told to other processes once a hundredth of what they may ask has come, each request once', () => {
    const [here, there] = [addressCounts(300), addressCounts(300)]
    for (const client of ['a', 'a', 'a', 'b', 'b', 'a']) here.count(client, start)
    const told = here.takeUntold()
    expect(told).toEqual([['a', 4]])
    expect(here.takeUntold()).toEqual([])
    there.learn(told, start)
    expect(there.count('a', start).used).toBe(5)
    expect(there.takeUntold()).toEqual([])
    here.count('b', start)
    expect(here.takeUntold()).toEqual([['b', 3]])
  })
})
