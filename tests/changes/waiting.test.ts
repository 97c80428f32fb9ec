import { beforeEach, expect, it } from 'vitest'
import type { ChangeType } from '../../src/changes/change.ts'
import { recordChange } from '../../src/changes/changes.ts'
import { readOrWait, watchChanges } from '../../src/changes/waiting.ts'
import type { Database } from '../../src/database/database.ts'
import { onEveryEngine } from '../support/engines.ts'

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

onEveryEngine('waiting for changes', (engine) => {
  let url: string
  let database: Database
  let listeners: number
  let controller: AbortController

  beforeEach(async () => {
    url = await engine.create()
    database = counting(engine.connect(url))
    listeners = 0
    controller = new AbortController()
  })

  function counting(inner: Database): Database {
    return {
      ...inner,
      onCommit(listener) {
        const stop = inner.onCommit(listener)
        listeners++
        return () => {
          listeners--
          stop()
        }
      },
    }
  }

  const record = (handle: Database, type: ChangeType) =>
    handle.write((tx) => recordChange(tx, { type, id: 'some-id' }))

  async function timed<T>(work: Promise<T>): Promise<{ answer: T; ms: number }> {
    const start = performance.now()
    const answer = await work
    return { answer, ms: performance.now() - start }
  }

  const wait = (
    watch = watchChanges(database),
    { ms = 10_000, after = 0, types = undefined as ChangeType[] | undefined } = {},
  ) => timed(readOrWait(database, watch, { after, limit: 10, types }, ms, controller.signal))

  it('answers at once where there is something', async () => {
    await record(database, 'tag.created')
    const { answer, ms } = await wait()
    expect(answer.changes).toHaveLength(1)
    expect(ms).toBeLessThan(1000)
  })

  it('wakes with a commit of this process', async () => {
    const watch = watchChanges(database)
    const waiting = wait(watch)
    await expect.poll(() => watch.waiting()).toBe(1)
    await record(database, 'tag.created')
    const { answer, ms } = await waiting
    expect(answer).toMatchObject({ changes: [{ seq: 1 }], lastSeq: 1 })
    expect(ms).toBeLessThan(900)
    expect([watch.waiting(), listeners]).toEqual([0, 0])
  })

  it('notices a commit of another process within a second or so', async () => {
    const waiting = wait()
    await sleep(50)
    await record(engine.connect(url), 'tag.created')
    const { answer, ms } = await waiting
    expect(answer.changes).toHaveLength(1)
    expect(ms).toBeLessThan(3000)
  })

  it('sleeps on while only other types change, and moves past them', async () => {
    const waiting = wait(undefined, { ms: 500, types: ['tag.deleted'] })
    await sleep(50)
    await record(database, 'tag.created')
    await record(database, 'source.created')
    const { answer, ms } = await waiting
    expect(answer).toEqual({ changes: [], lastSeq: 2, more: false })
    expect(ms).toBeGreaterThan(450)
  })

  it('wakes for the type that was asked for, behind others', async () => {
    const waiting = wait(undefined, { types: ['tag.deleted'] })
    await sleep(50)
    await record(database, 'tag.created')
    await sleep(50)
    await record(database, 'tag.deleted')
    const { answer, ms } = await waiting
    expect(answer).toMatchObject({ changes: [{ seq: 2, type: 'tag.deleted' }], lastSeq: 2 })
    expect(ms).toBeLessThan(3000)
  })

  it('wakes all who wait, and each with its own answer', async () => {
    const watch = watchChanges(database)
    const all = Promise.all([
      wait(watch),
      wait(watch, { types: ['tag.created'] }),
      wait(watch, { types: ['tag.deleted'], ms: 400 }),
    ])
    await sleep(50)
    await record(database, 'tag.created')
    const [any, created, deleted] = await all
    expect(any.answer.changes).toHaveLength(1)
    expect(created.answer.changes).toHaveLength(1)
    expect(deleted.answer).toMatchObject({ changes: [], lastSeq: 1 })
    expect([watch.waiting(), listeners]).toEqual([0, 0])
  })

  it('never sleeps through a commit, however close', async () => {
    const watch = watchChanges(database)
    for (let after = 0; after < 100; after++) {
      const waiting = wait(watch, { after })
      await record(database, 'tag.created')
      const { answer, ms } = await waiting
      expect(answer.changes.map((change) => change.seq)).toEqual([after + 1])
      expect(ms).toBeLessThan(900)
    }
  })

  it('answers nothing when the time is over, and leaves nothing behind', async () => {
    const watch = watchChanges(database)
    const { answer, ms } = await wait(watch, { ms: 200 })
    expect(answer).toEqual({ changes: [], lastSeq: 0, more: false })
    expect(ms).toBeGreaterThan(150)
    expect(ms).toBeLessThan(2000)
    expect([watch.waiting(), listeners]).toEqual([0, 0])
  })

  it('ends when the client goes, and leaves nothing behind', async () => {
    const watch = watchChanges(database)
    const waiting = wait(watch)
    await sleep(50)
    controller.abort()
    expect((await waiting).ms).toBeLessThan(2000)
    expect([watch.waiting(), listeners]).toEqual([0, 0])
  })

  it('ends when the server closes, and begins no more', async () => {
    const watch = watchChanges(database)
    const waiting = wait(watch)
    await sleep(50)
    watch.close()
    expect((await waiting).answer.changes).toEqual([])
    expect((await wait(watch)).ms).toBeLessThan(1000)
    expect(listeners).toBe(0)
  })

  it('lets only so many wait', async () => {
    const watch = watchChanges(database, 2)
    const waiting = [wait(watch), wait(watch)]
    await expect.poll(() => watch.waiting()).toBe(2)
    await expect(wait(watch)).rejects.toMatchObject({
      code: 'unavailable',
      details: { headers: { 'Retry-After': '5' } },
    })
    await record(database, 'tag.created')
    for (const { answer } of await Promise.all(waiting)) expect(answer.changes).toHaveLength(1)
  })

  it('does not wait for who is beyond the end of the log', async () => {
    const { answer, ms } = await wait(undefined, { after: 5 })
    expect(answer).toEqual({ changes: [], lastSeq: 0, more: false })
    expect(ms).toBeLessThan(1000)
  })

  it('answers the failure of the database to who waits', async () => {
    let broken = false
    const flaky: Database = {
      ...database,
      all: (statement) => (broken ? Promise.reject(new Error('disk on fire')) : database.all(statement)),
      one: (statement) => (broken ? Promise.reject(new Error('disk on fire')) : database.one(statement)),
    }
    const waiting = readOrWait(flaky, watchChanges(flaky), { after: 0, limit: 1 }, 10_000, controller.signal)
    await sleep(50)
    broken = true
    const failed = expect(waiting).rejects.toThrow('disk on fire')
    await record(database, 'tag.created')
    await failed
  })
})
