import { describe, expect, it } from 'vitest'
import { type Facts, nextAttempt, nextPoll } from '../../src/ingestion/schedule.ts'

const now = new Date('2026-11-23T06:08:00.000Z')
const minutes = (date: Date) => (date.getTime() - now.getTime()) / 60_000
const quiet: Facts = { ttlMinutes: null, skipHours: [], skipDays: [], times: [] }
const plain = { intervalMinutes: null, freshForMs: 0, retryAfterMs: null, isPushed: false, random: 0 }

/** Times of items, one every so many hours up to now, the oldest first. */
function every(hours: number, count = 30): Facts {
  const times = Array.from({ length: count }, (_, index) =>
    new Date(now.getTime() - (count - 1 - index) * hours * 3_600_000).toISOString(),
  )
  return { ...quiet, times }
}

describe('the next poll of a feed', () => {
  it('comes after a quarter of the mean gap between its items, from 15 minutes to two hours', () => {
    expect(minutes(nextPoll(now, every(4), plain))).toBeCloseTo(58, 0)
    expect(minutes(nextPoll(now, every(0.1), plain))).toBe(15)
    expect(minutes(nextPoll(now, every(100), plain))).toBe(120)
    expect(minutes(nextPoll(now, quiet, plain))).toBe(120)
  })

  it('comes later the longer a lively feed has been silent', () => {
    const silentForDays = (days: number) => {
      const later = new Date(now.getTime() + days * 86_400_000)
      return (nextPoll(later, every(0.5), plain).getTime() - later.getTime()) / 60_000
    }
    expect(silentForDays(0)).toBe(15)
    expect(silentForDays(1)).toBeGreaterThan(15)
    expect(silentForDays(20)).toBe(120)
  })

  it('does not believe items that are dated in the future', () => {
    const times = [...every(4).times, '2027-01-01T00:00:00.000Z']
    expect(minutes(nextPoll(now, { ...quiet, times }, plain))).toBeCloseTo(58, 0)
  })

  it('comes at the interval of an editor, and never before the feed asked for', () => {
    expect(minutes(nextPoll(now, every(4), { ...plain, intervalMinutes: 7 }))).toBe(7)
    expect(minutes(nextPoll(now, { ...quiet, ttlMinutes: 300 }, { ...plain, intervalMinutes: 7 }))).toBe(300)
    expect(minutes(nextPoll(now, every(4), { ...plain, freshForMs: 90 * 60_000 }))).toBe(90)
    expect(minutes(nextPoll(now, every(4), { ...plain, freshForMs: 1e12 }))).toBe(7 * 24 * 60)
  })

  it('comes once a day where a hub pushes', () => {
    expect(minutes(nextPoll(now, every(0.1), { ...plain, isPushed: true }))).toBe(24 * 60)
  })

  it('keeps out of the hours and days that a feed names', () => {
    const busy = { ...every(0.1), skipHours: [6, 7, 8] }
    expect(nextPoll(now, busy, plain).toISOString()).toBe('2026-11-23T09:00:00.000Z')
    const closed = { ...every(0.1), skipDays: ['monday'] }
    expect(nextPoll(now, closed, plain).toISOString()).toBe('2026-11-24T00:00:00.000Z')
    const never = { ...every(0.1), skipHours: Array.from({ length: 24 }, (_, hour) => hour) }
    expect(minutes(nextPoll(now, never, plain))).toBe(15)
  })
})

describe('the next attempt at a feed that failed', () => {
  const waits = (failures: number, retryAfterMs: number | null = null) =>
    minutes(nextAttempt(now, { failures, retryAfterMs, random: 0.5 }))

  it('comes later after each failure, up to a day, and always comes', () => {
    expect([1, 2, 3, 4].map((failures) => waits(failures))).toEqual([15, 30, 60, 120])
    expect(waits(20)).toBe(24 * 60)
    expect(waits(1000)).toBe(24 * 60)
  })

  it('waits as long as the server asks for, a week at most', () => {
    expect(waits(1, 3 * 3_600_000)).toBe(180)
    expect(waits(1, 1000)).toBe(15)
    expect(waits(1, 1e12)).toBe(7 * 24 * 60)
  })
})
