import { beforeEach, expect, it } from 'vitest'
import type { Database, Queries } from '../../src/database/database.ts'
import { forget, remembered } from '../../src/database/memory.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('what a transaction has read', (engine) => {
  let database: Database
  let reads: number

  beforeEach(async () => {
    database = await engine.open()
    reads = 0
  })

  const read = (q: Queries) => remembered(q, 'number of reads', async () => ++reads)

  it('is not read again in it, but in the next one, and each time outside', async () => {
    expect(await database.write(async (tx) => [await read(tx), await read(tx)])).toEqual([1, 1])
    expect(await database.write(read)).toBe(2)
    expect([await read(database), await read(database)]).toEqual([3, 4])
  })

  it('is read again behind a write that says so, and behind a savepoint that fails', async () => {
    const seen = await database.write(async (tx) => {
      const before = await read(tx)
      forget(tx)
      const changed = await read(tx)
      const failing = tx.savepoint(async () => {
        forget(tx)
        await read(tx)
        throw new Error('undone')
      })
      await expect(failing).rejects.toThrow('undone')
      return [before, changed, await read(tx)]
    })
    expect(seen).toEqual([1, 2, 4])
  })

  it('is looked for again where nothing was there', async () => {
    const nothing = (q: Queries) =>
      remembered(q, 'nothing', async () => {
        reads++
        return undefined
      })
    await database.write(async (tx) => [await nothing(tx), await nothing(tx)])
    expect(reads).toBe(2)
  })
})
