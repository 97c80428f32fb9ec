import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, it } from 'vitest'
import { readChanges, recordChange } from '../../src/changes/changes.ts'
import { readOrWait, watchChanges } from '../../src/changes/waiting.ts'
import type { Database } from '../../src/database/database.ts'
import { startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { readEvents } from '../support/events.ts'
import { runProgram } from '../support/process.ts'

const program = new URL('programs/write-changes.ts', import.meta.url)
const writers = 12
const writesEach = 30

onEveryEngine('changes of several processes', (engine) => {
  let url: string
  let database: Database

  beforeEach(async () => {
    url = await engine.create()
    database = engine.connect(url)
  })

  it('reach a reader by pages, by long polls and by a stream without a gap, in order, each once', async () => {
    const api = await startApi(database)
    const address = await api.listen()
    const stream = await readEvents(`${address}/v1/changes/stream`)
    const processes = ['a', 'b'].map((name) =>
      runProgram(program, [url, name, String(writers), String(writesEach)]),
    )
    let isWriting = true
    const readers = Promise.all([byPages(() => isWriting), byWaiting(() => isWriting)])
    let committed = 0
    for (const { printed, ended, output } of processes) {
      await printed('committed')
      expect(await ended).toBe(0)
      committed += Number(/committed (\d+)/.exec(output())?.[1])
    }
    isWriting = false
    await stream.until(() => stream.changes().length >= committed)
    const all = Array.from({ length: committed }, (_, index) => index + 1)
    for (const seen of await readers) expect(seen).toEqual(all)
    expect(stream.changes().map(({ seq }) => seq)).toEqual(all)
    const ids = new Set(stream.changes().map(({ type, resource }) => `${type} ${resource.id}`))
    expect(ids.size).toBe(committed)
  })

  async function byPages(isWriting: () => boolean): Promise<number[]> {
    const seen: number[] = []
    for (let after = 0; ; ) {
      const isLast = !isWriting()
      const page = await readChanges(database, { after, limit: 7 })
      seen.push(...page.changes.map(({ seq }) => seq))
      after = page.lastSeq
      if (isLast && !page.more) return seen
      await sleep(1)
    }
  }

  async function byWaiting(isWriting: () => boolean): Promise<number[]> {
    const watch = watchChanges(database)
    const seen: number[] = []
    for (let after = 0; ; ) {
      const isLast = !isWriting()
      const range = { after, limit: 50 }
      const page = await readOrWait(database, watch, range, isLast ? 0 : 500, new AbortController().signal)
      seen.push(...page.changes.map(({ seq }) => seq))
      after = page.lastSeq
      if (isLast && !page.more) return seen
    }
  }

  it('wake who waits at once where the engine announces commits, and within a second or so elsewhere', async () => {
    const watch = watchChanges(database)
    const other = engine.connect(url)
    const delays: number[] = []
    for (let after = 0; after < 9; after++) {
      const { signal } = new AbortController()
      const waiting = readOrWait(database, watch, { after, limit: 10 }, 10_000, signal)
      await sleep(after === 0 ? 500 : 50)
      await other.write((tx) => recordChange(tx, { type: 'tag.created', id: 'some-id' }))
      const committed = performance.now()
      expect((await waiting).changes.map(({ seq }) => seq)).toEqual([after + 1])
      delays.push(performance.now() - committed)
    }
    const median = delays.sort((a, b) => a - b)[4]
    expect(median).toBeLessThan(database.onAnnouncement ? 200 : 1500)
  })
})
