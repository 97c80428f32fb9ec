import { describe, expect, it } from 'vitest'
import { connected, mayWork, turn, worksWaiting } from '../../src/shared/turns.ts'

const hold = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
}
const eventLoop = () => new Promise(setImmediate)

describe('works of many parts', () => {
  it('run for some milliseconds in a turn of the event loop, however many they are, and each when it is its turn', async () => {
    const partMs = 3
    const done = new Map<number, number>()
    async function work(number: number) {
      for (let part = 0; part < 4; part++) {
        await turn()
        hold(partMs)
        done.set(number, part + 1)
      }
    }
    const works = Array.from({ length: 20 }, (_, number) => work(number))
    let turnsOfLoop = 0
    let isOver = false
    const watching = (async () => {
      for (; !isOver; turnsOfLoop++) {
        await eventLoop()
        const parts = [...done.values()]
        if (done.size === works.length) expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1)
      }
    })()
    expect(worksWaiting()).toBe(20)
    await Promise.all(works)
    isOver = true
    await watching
    expect(worksWaiting()).toBe(0)
    // 240 ms in all, of which a turn has 10 and what is left of a part, and more turns where the machine is busy.
    expect(turnsOfLoop).toBeGreaterThan(15)
  })

  it('wait while connections come, and not for ever', async () => {
    await eventLoop()
    await eventLoop()
    expect(mayWork(performance.now())).toBe(true)
    let isOver = false
    const coming = (async () => {
      while (!isOver) {
        connected()
        await eventLoop()
      }
    })()
    await eventLoop()
    expect(mayWork(performance.now())).toBe(false)
    const begun = performance.now()
    await turn()
    expect(performance.now() - begun).toBeGreaterThan(15)
    isOver = true
    await coming
  })

  it('go on two turns behind a connection that came alone', async () => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    connected()
    expect(mayWork(performance.now())).toBe(false)
    for (let turns = 0; turns < 3; turns++) await eventLoop()
    // As of when it was asked first: not because enough time has passed.
    expect(mayWork(0)).toBe(true)
  })
})
