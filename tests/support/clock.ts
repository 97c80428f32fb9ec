import type { Clock } from '../../src/shared/clock.ts'

export type TestClock = Clock & {
  set(time: string): void
  advance(ms: number): void
}

/** A clock that stands still until a test moves it. */
export function testClock(start = '2026-11-23T06:08:00.000Z'): TestClock {
  let now = Date.parse(start)
  return Object.assign(() => new Date(now), {
    set(time: string) {
      now = Date.parse(time)
    },
    advance(ms: number) {
      now += ms
    },
  })
}
