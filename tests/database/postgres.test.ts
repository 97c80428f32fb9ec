import { AsyncResource } from 'node:async_hooks'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database, Transaction } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { engines } from '../support/engines.ts'

const engine = engines.find(({ name }) => name === 'postgres') as (typeof engines)[number]

const insert = (tx: Transaction, id: string) =>
  tx.run(sql`
    insert into partner (id, name, state, created_at, updated_at) values (${id}, ${id}, 'active', '', '')`)

const lock = (tx: Transaction, id: string) =>
  tx.one(sql`select id from partner where id = ${id} ${tx.dialect.forUpdate}`)

/** Where no transaction is in progress: inside one, every outer handle refuses. */
const outside = new AsyncResource('outside')

describe('PostgreSQL', () => {
  let url: string
  let database: Database

  beforeEach(async () => {
    url = await engine.create()
    database = engine.connect(url)
  })

  it('runs the work of a deadlocked transaction again', async () => {
    await database.write(async (tx) => {
      await insert(tx, 'a')
      await insert(tx, 'b')
    })
    const bothHoldOne = barrier(2)
    let attempts = 0
    const rename = (first: string, second: string) =>
      database.write(async (tx) => {
        attempts++
        await lock(tx, first)
        await bothHoldOne()
        await lock(tx, second)
        return tx.run(sql`update partner set version = version + 1 where id = ${second}`)
      })
    await Promise.all([rename('a', 'b'), rename('b', 'a')])
    expect(attempts).toBe(3)
    expect(await database.all(sql`select version from partner`)).toEqual([{ version: 2 }, { version: 2 }])
  })

  it.each([true, false])(
    'reads while more wait to write (alone: %s) than there are connections',
    async (alone) => {
      const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const hold = async () => {
        begun.resolve()
        await over.promise
      }
      const first = database.write(hold, { alone: true })
      await begun.promise
      const ids = Array.from({ length: 12 }, (_, index) => `p${index}`)
      const others = ids.map((id) => database.write((tx) => insert(tx, id), { alone }))
      const count = sql`select count(*) as count from partner`
      expect(await database.one(count)).toEqual({ count: 0 })
      over.resolve()
      await Promise.all([first, ...others])
      expect(await database.one(count)).toEqual({ count: 12 })
    },
  )

  it('runs the work again after a serialisation failure, and not for ever', async () => {
    let attempts = 0
    const conflict = database.write((tx) => {
      attempts++
      return tx.script(`do $$ begin raise exception 'conflict' using errcode = '40001'; end $$`)
    })
    await expect(conflict).rejects.toMatchObject({ code: 'unavailable', cause: { code: '40001' } })
    expect(attempts).toBe(3)
  })

  it('prepares a statement once for each connection, under a name of its text', async () => {
    const names = await database.write(async (tx) => {
      for (const id of ['a', 'b', 'c']) await lock(tx, id)
      return tx.all(
        sql`select statement from pg_prepared_statements where statement like 'select id from partner%'`,
      )
    })
    expect(names).toHaveLength(1)
  })

  it('says that it is unavailable where nothing listens', async () => {
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = listener.address() as { port: number }
    listener.close()
    await once(listener, 'close')
    const away = engine.connect(`postgres://newsweave@127.0.0.1:${port}/none`)
    await expect(away.one(sql`select 1 as one`)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(away.write(async () => {})).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('says that it is unavailable when a connection breaks in a transaction, keeps nothing, and recovers', async () => {
    const killer = engine.connect(url)
    const breaking = database.write(async (tx) => {
      await insert(tx, 'a')
      const { pid } = (await tx.one<{ pid: number }>(sql`select pg_backend_pid() as pid`)) ?? { pid: 0 }
      await outside.runInAsyncScope(killer.one, null, sql`select pg_terminate_backend(${pid})`)
      await insert(tx, 'b')
    })
    await expect(breaking).rejects.toMatchObject({ code: 'unavailable' })
    expect(await database.write((tx) => insert(tx, 'c'))).toBe(1)
    expect(await database.all(sql`select id from partner`)).toEqual([{ id: 'c' }])
  })

  it('opens connections anew after all of them broke while idle', async () => {
    await Promise.all(Array.from({ length: 5 }, (_, n) => database.write((tx) => insert(tx, `${n}`))))
    const killer = engine.connect(url)
    await killer.all(sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`)
    await expect.poll(() => database.one(sql`select 1 as one`).catch(() => undefined)).toEqual({ one: 1 })
  })

  it('serves more writers than it has connections', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, n) => database.write((tx) => insert(tx, `${n}`))))
    expect(await database.one(sql`select count(*) as count from partner`)).toEqual({ count: 60 })
  })

  it('does not take a bug for unavailability', async () => {
    await expect(database.all(sql`select nothing from nowhere`)).rejects.toMatchObject({ code: '42P01' })
    const failing = database.write((tx) => tx.run(sql`insert into nowhere values (1)`))
    await expect(failing).rejects.toMatchObject({ code: '42P01' })
  })

  it('leaves the cutting of copies to the tools of the engine', () => {
    expect(database.copyTo).toBeUndefined()
  })
})

/** Answers when it was called so often; at once from then on. */
function barrier(parties: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let waiting = 0
  return () => {
    if (++waiting >= parties) resolve()
    return promise
  }
}
