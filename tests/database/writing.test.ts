import { AsyncResource } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, it, vi } from 'vitest'
import type { Database, Queries, Transaction } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'

const insert = (tx: Transaction, slug: string) =>
  tx.run(sql`insert into tag_alias (slug, tag_id) values (${slug}, 'one')`)

const slugs = async (q: Queries) =>
  (await q.all<{ slug: string }>(sql`select slug from tag_alias order by slug`)).map(({ slug }) => slug)

/** Where no transaction is in progress: inside one, every outer handle refuses. */
const outside = new AsyncResource('outside')

onEveryEngine('writing', (engine) => {
  let url: string
  let database: Database
  /** Another handle, as another process has it. */
  let other: Database

  beforeEach(async () => {
    url = await engine.create()
    database = engine.connect(url)
    other = engine.connect(url)
    await database.run(sql`
      insert into tag (id, slug, name, names, created_at, updated_at) values ('one', 'one', 'One', '{}', '', '')`)
  })

  it('answers each of many writers only after others can read what it wrote', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `alias-${n}`)
    const unseen: string[] = []
    await Promise.all(
      names.map(async (name) => {
        await database.write((tx) => insert(tx, name))
        if (!(await slugs(other)).includes(name)) unseen.push(name)
      }),
    )
    expect(unseen).toEqual([])
    expect(await slugs(other)).toHaveLength(40)
  })

  it('undoes what a failing writer wrote, and nothing of those who write at the same time', async () => {
    const write = (name: string, fails: boolean) =>
      database.write(async (tx) => {
        await insert(tx, name)
        if (fails) throw new Error(`not ${name}`)
        return name
      })
    const outcomes = await Promise.allSettled([write('a', false), write('b', true), write('c', false)])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await slugs(other)).toEqual(['a', 'c'])
  })

  it('keeps nothing of a writer whose own statement fails, and goes on', async () => {
    await database.write((tx) => insert(tx, 'taken'))
    const failing = database.write(async (tx) => {
      await insert(tx, 'before')
      await insert(tx, 'taken')
    })
    await expect(failing).rejects.toThrow(/unique/i)
    await database.write((tx) => insert(tx, 'after'))
    expect(await slugs(database)).toEqual(['after', 'taken'])
  })

  it('shows a transaction its own writes, and nobody else before the commit', async () => {
    const seen = await database.write(async (tx) => {
      await insert(tx, 'new')
      return { inside: await slugs(tx), outside: await outside.runInAsyncScope(slugs, null, other) }
    })
    expect(seen).toEqual({ inside: ['new'], outside: [] })
  })

  it('gives every write of a transaction one time, that of the clock', async () => {
    const clock = testClock('2026-11-23T06:08:00.000Z')
    const timed = engine.connect(url, clock)
    const times = await timed.write(async (tx) => {
      const first = tx.now
      clock.advance(1000)
      return [first, tx.now]
    })
    expect(times).toEqual(['2026-11-23T06:08:00.000Z', '2026-11-23T06:08:00.000Z'])
    expect(await timed.write(async (tx) => tx.now)).toBe('2026-11-23T06:08:01.000Z')
  })

  it('throws at once where the outer handle is used in a transaction, instead of waiting for itself', async () => {
    const uses: (() => Promise<unknown>)[] = [
      () => database.one(sql`select 1 as one`),
      () => database.all(sql`select 1 as one`),
      () => database.run(sql`delete from tag_alias`),
      () => database.write(async () => {}),
    ]
    for (const use of uses) {
      await expect(database.write(use)).rejects.toThrow('Use the transaction, not the database handle')
    }
  })

  it('ends the handle with the transaction, so that what was not awaited cannot write into another', async () => {
    let late: Promise<unknown> = Promise.resolve()
    const left = Promise.withResolvers<void>()
    await database.write(async (tx) => {
      late = left.promise.then(() => insert(tx, 'late'))
    })
    left.resolve()
    await expect(late).rejects.toThrow('The transaction is over')
    expect(await slugs(database)).toEqual([])
  })

  it('undoes with a savepoint what was written in it, and nothing before or after', async () => {
    await database.write(async (tx) => {
      await insert(tx, 'a')
      const failing = tx.savepoint(async () => {
        await insert(tx, 'b')
        await tx.savepoint(() => insert(tx, 'c'))
        await insert(tx, 'a')
      })
      await expect(failing).rejects.toThrow(/unique/i)
      expect(await tx.savepoint(() => insert(tx, 'd'))).toBe(1)
    })
    expect(await slugs(database)).toEqual(['a', 'd'])
  })

  it('runs what was put off until the commit, and tells who waits for it, but for what failed', async () => {
    const committed: string[] = []
    const putOff = (tx: Transaction, name: string) => {
      tx.beforeCommit((q) => q.run(sql`insert into tag_alias (slug, tag_id) values (${name}, 'one')`))
      tx.afterCommit(() => committed.push(name))
    }
    const writes = ['a', 'b', 'c'].map((name) =>
      database.write(async (tx) => {
        putOff(tx, name)
        expect(await slugs(tx)).not.toContain(name)
        await tx
          .savepoint(async () => {
            putOff(tx, `undone-${name}`)
            throw new Error('undone')
          })
          .catch(() => {})
        if (name === 'b') throw new Error('not b')
        expect(committed).not.toContain(name)
      }),
    )
    await Promise.allSettled(writes)
    expect(await slugs(other)).toEqual(['a', 'c'])
    expect(committed).toEqual(['a', 'c'])
  })

  it('drops a writer whose put off work fails', async () => {
    const committed: string[] = []
    await database.write((tx) => insert(tx, 'taken'))
    const failing = database.write(async (tx) => {
      await insert(tx, 'before')
      tx.afterCommit(() => committed.push('failed'))
      tx.beforeCommit((q) => q.run(sql`insert into tag_alias (slug, tag_id) values ('taken', 'one')`))
    })
    const beside = database.write((tx) => insert(tx, 'beside'))
    await expect(failing).rejects.toThrow(/unique/i)
    await beside
    expect(await slugs(database)).toEqual(['beside', 'taken'])
    expect(committed).toEqual([])
  })

  it('tells of each commit once it can be read, and no more after the listening ended', async () => {
    const seen: number[] = []
    const version = database.version()
    const stop = database.onCommit(() => seen.push(1))
    await database.write((tx) => insert(tx, 'a'))
    expect(seen).toEqual([1])
    if (version !== undefined) expect(database.version()).not.toBe(version)
    stop()
    await database.write((tx) => insert(tx, 'b'))
    expect(seen).toEqual([1])
  })

  it('answers a writer although a listener to its commit fails', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    database.onCommit(() => {
      throw new Error('listener')
    })
    await database.write((tx) => insert(tx, 'a'))
    await database.write((tx) => insert(tx, 'b'))
    expect(await slugs(other)).toEqual(['a', 'b'])
    expect(warned).toHaveBeenCalledTimes(2)
    warned.mockRestore()
  })

  it('lets the event loop turn while one writer follows another', async () => {
    let turns = 0
    let next = setImmediate(() => {})
    const count = () => {
      turns++
      next = setImmediate(count)
    }
    count()
    for (let n = 0; n < 50; n++) await database.write((tx) => insert(tx, `alias-${n}`))
    clearImmediate(next)
    // Without a turn between two commits, there would be one or two in all.
    expect(turns).toBeGreaterThan(25)
  })

  it('closes after the writers that wait have been answered', async () => {
    const writing = Promise.all(['a', 'b', 'c'].map((name) => database.write((tx) => insert(tx, name))))
    await sleep(0)
    await Promise.all([writing, database.close()])
    expect(await slugs(other)).toEqual(['a', 'b', 'c'])
  })

  it('gives rows of one shape: whole numbers, sums and counts are numbers, bytes are bytes', async () => {
    const sums = sql`
      select count(*) as count, sum(seq) as sum, max(seq) as max, ${database.dialect.bytes(sql`cast('é' as text)`)} as bytes
      from change_head`
    expect(await database.one(sums)).toEqual({ count: 1, sum: 0, max: 0, bytes: Buffer.from('é') })
    expect(await database.one(sql`select seq from change_head where id = 2`)).toBeUndefined()
    expect(await database.run(sql`update change_head set seq = ${2 ** 52} where id = 1`)).toBe(1)
    expect(await database.one(sql`select sum(seq) as seq from change_head`)).toEqual({ seq: 2 ** 52 })
  })

  it('runs more statements than it keeps prepared', async () => {
    for (const round of [1, 2]) {
      for (let n = 0; n < 550; n++) {
        const text = sql([`select ${n} as n, slug from tag where name = `, ''], 'One')
        expect(await database.one(text), `round ${round}`).toEqual({ n, slug: 'one' })
      }
    }
  })
})
