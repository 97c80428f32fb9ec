import { describe, expect, it } from 'vitest'
import { cacheLifetimeMs } from '../../src/outbound/cache-lifetime.ts'
import { retryAfterMs } from '../../src/outbound/retry-after.ts'

const now = new Date('2026-11-23T06:08:00Z')
const day = 86_400_000

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Mon, 23 Nov 2026 06:10:00 GMT', 120_000],
    ['Monday, 23-Nov-26 06:10:00 GMT', 120_000],
    ['Mon Nov 23 06:10:00 2026', 120_000],
    ['Sun, 22 Nov 2026 06:10:00 GMT', 0],
  ])('is seconds or a date: %s', (header, ms) => expect(retryAfterMs(header, now)).toBe(ms))

  it('is believed for seven days at most, or as many as are said', () => {
    expect(retryAfterMs('31536000', now)).toBe(7 * day)
    expect(retryAfterMs('9'.repeat(400), now)).toBe(7 * day)
    expect(retryAfterMs('Thu, 31 Dec 2099 23:59:59 GMT', now, 1)).toBe(day)
  })

  it.each([undefined, '', '-5', '1.5', '0x10', 'soon', '2026-11-23', 'Monday'])(
    'says nothing: %s',
    (header) => expect(retryAfterMs(header, now)).toBeUndefined(),
  )
})

describe('how long an answer is fresh', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{ 'cache-control': 'public, max-age=600' }, 600_000],
    [{ 'cache-control': 'Max-Age = "600"' }, 600_000],
    [{ 'cache-control': 's-maxage=60, max-age=600', age: '100' }, 500_000],
    [{ 'cache-control': 'max-age=600', age: '700' }, 0],
    [{ 'cache-control': 'no-cache, max-age=600' }, 0],
    [{ 'cache-control': 'no-store' }, 0],
    [{ 'cache-control': 'max-age=600', expires: 'Mon, 23 Nov 2026 06:09:00 GMT' }, 600_000],
    [{ expires: 'Mon, 23 Nov 2026 06:09:00 GMT' }, 60_000],
    [{ expires: 'Mon, 23 Nov 2026 09:09:00 GMT', date: 'Mon, 23 Nov 2026 09:08:00 GMT' }, 60_000],
    [{ expires: '0' }, 0],
    [{ expires: '-1' }, 0],
    [{ 'cache-control': 'public' }, undefined],
    [{}, undefined],
  ])('is what %j says', (headers, ms) => expect(cacheLifetimeMs(headers, now)).toBe(ms))
})
