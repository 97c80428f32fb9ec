import { beforeEach, expect, it } from 'vitest'
import type { Database, Queries, Transaction } from '../../src/database/database.ts'
import { forget, remembered, rememberedOf } from '../../src/database/memory.ts'
import { sql } from '../../src/database/sql.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('what transactions have read', (engine) => {
  let url: string
  let database: Database
  let reads: number

  beforeEach(async () => {
    url = await engine.create()
    database = engine.connect(url)
    await database.write(async (tx) => {
      await tx.script("create table thing (name text not null); insert into thing values ('first')")
    })
    reads = 0
  })

  async function readName(q: Queries) {
    reads++
    const row = await q.one<{ name: string }>(sql`select name from thing`)
    return row?.name
  }
  const read = (q: Queries) => remembered(q, 'thing', 'only', () => readName(q))
  async function rename(tx: Transaction, name: string) {
    forget(tx)
    await tx.run(sql`update thing set name = ${name}`)
  }

  it('is not read again in a transaction, and each time outside', async () => {
    await database.write(async (tx) => [await read(tx), await read(tx)])
    expect(reads).toBe(1)
    await read(database)
    await read(database)
    expect(reads).toBe(3)
  })

  it('is read again behind a write that says so, and behind a savepoint that fails', async () => {
    const seen = await database.write(async (tx) => {
      const before = await read(tx)
      await rename(tx, 'second')
      const changed = await read(tx)
      const failing = tx.savepoint(async () => {
        await rename(tx, 'third')
        expect(await read(tx)).toBe('third')
        throw new Error('undone')
      })
      await expect(failing).rejects.toThrow('undone')
      return [before, changed, await read(tx)]
    })
    expect(seen).toEqual(['first', 'second', 'second'])
    expect(await database.write(read)).toBe('second')
  })

  it('is as it was where a transaction fails that has changed it, alone or among others', async () => {
    const failing = async (tx: Transaction) => {
      await rename(tx, 'second')
      expect(await read(tx)).toBe('second')
      throw new Error('undone')
    }
    await expect(database.write(failing)).rejects.toThrow('undone')
    expect(await database.write(read)).toBe('first')
    const together = await Promise.allSettled([
      database.write(read),
      database.write(failing),
      database.write(read),
    ])
    expect(together.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect([together[0], together[2]]).toEqual([
      { status: 'fulfilled', value: 'first' },
      { status: 'fulfilled', value: 'first' },
    ])
    expect(await database.write(read)).toBe('first')
  })

  it('is read again behind a write of another process', async () => {
    expect(await database.write(read)).toBe('first')
    await engine.connect(url).write((tx) => rename(tx, 'second'))
    expect(await database.write(read)).toBe('second')
  })

  it('is looked for again where nothing was there', async () => {
    const nothing = (q: Queries) =>
      remembered(q, 'thing', 'none', async () => {
        reads++
        return undefined
      })
    await database.write(async (tx) => [await nothing(tx), await nothing(tx)])
    expect(reads).toBe(2)
  })

  it('is forgotten once there is much of it', async () => {
    await database.write(async (tx) => {
      for (let number = 0; number < 10_000; number++) rememberedOf(tx, 'number').set(number, number)
      expect(rememberedOf(tx, 'number').size).toBe(0)
    })
  })
})

onEveryEngine('the next transaction', (engine) => {
  it(engine.name === 'sqlite' ? 'still knows what the last one read' : 'reads for itself', async () => {
    const database = await engine.open()
    let reads = 0
    const read = (q: Queries) => remembered(q, 'count', 'only', async () => ++reads)
    await database.write(read)
    await database.write(read)
    expect(reads).toBe(engine.name === 'sqlite' ? 1 : 2)
  })
})
