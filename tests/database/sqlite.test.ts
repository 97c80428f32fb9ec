import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database, Transaction } from '../../src/database/database.ts'
import { raw, sql } from '../../src/database/sql.ts'
import { atEnd } from '../support/cleanup.ts'
import { engines } from '../support/engines.ts'
import { runProgram } from '../support/process.ts'

const engine = engines.find(({ name }) => name === 'sqlite') as (typeof engines)[number]
const holdLock = new URL('./programs/hold-lock.ts', import.meta.url)

const insert = (tx: Transaction, key: string, body = '') =>
  tx.run(sql`
    insert into idempotent_answer (actor, key, fingerprint, status, headers, body, created_at)
    values ('', ${key}, '', 0, '', ${body}, '')`)

/** So that the commit takes long enough for others to be worth waiting for. */
async function insertSlowly(tx: Transaction, key: string): Promise<void> {
  await insert(tx, key)
  await sleep(2)
}

const count = (database: Database) => database.one(sql`select count(*) as count from idempotent_answer`)

describe('SQLite', () => {
  let file: string
  let database: Database

  beforeEach(async () => {
    const url = await engine.create()
    file = url.slice('file:'.length)
    database = engine.connect(url)
  })

  /** A connection of the driver itself, with its own defaults. */
  function plainConnection(path = file): Sqlite.Database {
    const connection = new Sqlite(path)
    atEnd(() => connection.close())
    return connection
  }

  it('shares one commit among the writers of one turn of the event loop', async () => {
    let commits = 0
    database.onCommit(() => commits++)
    const other = plainConnection().prepare('select count(*) as count from idempotent_answer')
    const seen = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        await database.write((tx) => insert(tx, `${n}`))
        return (other.get() as { count: number }).count
      }),
    )
    expect(commits).toBe(1)
    expect(seen).toEqual(Array(50).fill(50))
  })

  it('waits a moment for those who were answered together, who come back one after the other', async () => {
    const together = Array.from({ length: 8 }, (_, n) => database.write((tx) => insertSlowly(tx, `${n}`)))
    await Promise.all(together)
    let commits = 0
    database.onCommit(() => commits++)
    const first = database.write((tx) => insert(tx, 'first'))
    await sleep(1)
    const later = Array.from({ length: 7 }, (_, n) => database.write((tx) => insert(tx, `later ${n}`)))
    await Promise.all([first, ...later])
    expect(commits).toBe(1)
    // Nobody else comes: who is alone is answered all the same.
    await database.write((tx) => insert(tx, 'last'))
    expect(commits).toBe(2)
  })

  it('cuts a crowd of writers into several commits', async () => {
    let commits = 0
    database.onCommit(() => commits++)
    await Promise.all(Array.from({ length: 150 }, (_, n) => database.write((tx) => insert(tx, `${n}`))))
    expect(commits).toBe(3)
    expect(await count(database)).toEqual({ count: 150 })
  })

  it('syncs every commit, which the driver by itself would not do', async () => {
    const pragma = (tx: Transaction, name: string) => tx.one(sql`${raw(`pragma ${name}`)}`)
    // Only after a write does the pragma tell what the build has made of it: the control shows that.
    await database.write((tx) => insert(tx, 'a'))
    const ours = await database.write(async (tx) => ({
      ...(await pragma(tx, 'synchronous')),
      ...(await pragma(tx, 'journal_mode')),
      ...(await pragma(tx, 'foreign_keys')),
    }))
    const control = plainConnection()
    control.exec(`delete from idempotent_answer`)
    expect(control.pragma('synchronous', { simple: true })).toBe(1)
    expect(ours).toEqual({ synchronous: 2, journal_mode: 'wal', foreign_keys: 1 })
  })

  it('waits for the lock of another process while the event loop stays alive', async () => {
    const holder = runProgram(holdLock, [file, '400'])
    await holder.printed('holding')
    const gaps = watchEventLoop()
    await Promise.all([1, 2, 3].map((n) => database.write((tx) => insert(tx, `${n}`))))
    expect(await count(database)).toEqual({ count: 3 })
    expect(gaps.stop()).toMatchObject({ turns: expect.toSatisfy((turns: number) => turns > 10) })
    expect(gaps.longestMs).toBeLessThan(250)
  })

  it('goes on when a process that held the lock is killed', async () => {
    const holder = runProgram(holdLock, [file, '60000'])
    await holder.printed('holding')
    const writing = database.write((tx) => insert(tx, 'a'))
    await sleep(100)
    holder.process.kill('SIGKILL')
    expect(await writing).toBe(1)
  })

  it('reads what was committed while another process writes', async () => {
    await database.write((tx) => insert(tx, 'a'))
    const holder = runProgram(holdLock, [file, '60000'])
    await holder.printed('holding')
    expect(await count(database)).toEqual({ count: 1 })
  })

  it('says that it is unavailable while the disk is full, keeps nothing of it, and recovers', async () => {
    await database.write(async (tx) => {
      const { page_count } = (await tx.one<{ page_count: number }>(sql`pragma page_count`)) ?? {
        page_count: 0,
      }
      await tx.script(`pragma max_page_count = ${page_count + 20}`)
    })
    const outcomes = await Promise.allSettled([
      database.write((tx) => insert(tx, 'small')),
      database.write((tx) => insert(tx, 'large', 'x'.repeat(1_000_000))),
      database.write((tx) => insert(tx, 'small too')),
    ])
    for (const outcome of outcomes.filter(({ status }) => status === 'rejected')) {
      expect(outcome).toMatchObject({ reason: { code: 'unavailable', cause: { code: 'SQLITE_FULL' } } })
    }
    expect(outcomes[1]?.status).toBe('rejected')
    const kept = outcomes.filter(({ status }) => status === 'fulfilled').length
    expect(await count(database)).toEqual({ count: kept })
    expect(plainConnection().pragma('integrity_check', { simple: true })).toBe('ok')

    await database.write((tx) => tx.script('pragma max_page_count = 1000000'))
    expect(await database.write((tx) => insert(tx, 'large', 'x'.repeat(1_000_000)))).toBe(1)
  })

  it('says that it is unavailable while it may only be read', async () => {
    await database.write((tx) => tx.script('pragma query_only = on'))
    await expect(database.write((tx) => insert(tx, 'a'))).rejects.toMatchObject({ code: 'unavailable' })
    expect(await count(database)).toEqual({ count: 0 })
  })

  it('does not take a bug for unavailability', async () => {
    await expect(database.all(sql`select nothing from nowhere`)).rejects.toMatchObject({
      code: 'SQLITE_ERROR',
    })
    const failing = database.write((tx) => tx.run(sql`insert into nowhere values (1)`))
    await expect(failing).rejects.toMatchObject({ code: 'SQLITE_ERROR' })
  })

  it('copies one moment of itself while writers go on, to a file that is whole', async () => {
    for (let n = 0; n < 40; n++) await database.write((tx) => insert(tx, `before ${n}`, 'x'.repeat(500_000)))
    let writing = true
    const writer = (async () => {
      for (let n = 0; writing; n++) await database.write((tx) => insert(tx, `during ${n}`))
    })()
    const steps: [number, number][] = []
    await database.copyTo?.(`${file}.copy`, (done, total) => steps.push([done, total]))
    writing = false
    await writer
    const copy = plainConnection(`${file}.copy`)
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
    const rows = copy.prepare(`select count(*) as count from idempotent_answer where key like 'before %'`)
    expect(rows.get()).toEqual({ count: 40 })
    expect(steps.length).toBeGreaterThan(2)
    expect(steps.every(([done], index) => done >= (steps[index - 1]?.[0] ?? 0))).toBe(true)
  })

  it('makes the folder of a new file, and leaves only the file when it is closed', async () => {
    const path = `${file}.folder/deep/new.db`
    const fresh = engine.connect(`file:${path}`)
    await fresh.write((tx) => tx.script('create table word (word text) strict'))
    await fresh.close()
    expect(existsSync(path)).toBe(true)
    expect(existsSync(`${path}-wal`)).toBe(false)
  })
})

/** How often the event loop turned, and the longest time for which it did not. */
function watchEventLoop() {
  let last = performance.now()
  const result = { turns: 0, longestMs: 0, stop }
  const timer = setInterval(() => {
    const now = performance.now()
    result.turns++
    result.longestMs = Math.max(result.longestMs, now - last)
    last = now
  }, 5)
  function stop() {
    clearInterval(timer)
    return result
  }
  return result
}
