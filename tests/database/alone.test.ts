import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { sql } from '../../src/database/sql.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('a write that is alone', (engine) => {
  it('keeps out the writers of its own process and of others, and waits for those under way', async () => {
    const url = await engine.create()
    const [here, there] = [engine.connect(url), engine.connect(url)]
    const inside = new Set<string>()
    const met: string[] = []
    const write = (name: string, alone: boolean, database = here) =>
      database.write(
        async (tx) => {
          inside.add(name)
          for (let n = 0; n < 5; n++) {
            await tx.one(sql`select count(*) as n from source`)
            // Only for the test: others get the time to come in.
            await sleep(2)
            if (alone && inside.size > 1) met.push([...inside].join(' '))
          }
          inside.delete(name)
        },
        { alone },
      )
    await Promise.all([
      write('a', false),
      write('b', false, there),
      write('alone', true),
      write('c', false),
      write('alone there', true, there),
      write('d', false, there),
    ])
    expect(met).toEqual([])
  })
})

onEveryEngine('writers that lock the same rows in another order', (engine) => {
  it('all get through', async () => {
    const database = await engine.open()
    for (const id of ['a', 'b']) {
      await database.run(sql`
        insert into partner (id, name, state, created_at, updated_at) values (${id}, '0', 'active', '', '')`)
    }
    const touch = (ids: string[]) =>
      database.write(async (tx) => {
        for (const id of ids) {
          const row = await tx.one<{ name: string }>(
            sql`select name from partner where id = ${id} ${tx.dialect.forUpdate}`,
          )
          await tx.run(sql`update partner set name = ${String(Number(row?.name) + 1)} where id = ${id}`)
          await sleep(5)
        }
      })
    await Promise.all([touch(['a', 'b']), touch(['b', 'a']), touch(['a', 'b']), touch(['b', 'a'])])
    const rows = await database.all<{ name: string }>(sql`select name from partner order by id`)
    expect(rows.map(({ name }) => name)).toEqual(['4', '4'])
  })
})
