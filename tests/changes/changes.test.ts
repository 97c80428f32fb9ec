import { expect, it } from 'vitest'
import type { ChangeType } from '../../src/changes/change.ts'
import { readChanges, recordChange } from '../../src/changes/changes.ts'
import { changesStatement } from '../../src/changes/store.ts'
import type { Database } from '../../src/database/database.ts'
import { raw, sql } from '../../src/database/sql.ts'
import { onEveryEngine } from '../support/engines.ts'

const writers = 20
const writesEach = 25

onEveryEngine('the change log', (engine) => {
  const record = (database: Database, ...types: ChangeType[]) =>
    database.write(async (tx) => {
      for (const type of types) await recordChange(tx, { type, id: 'some-id' })
    })

  it('keeps what happened to which resource', async () => {
    const database = await engine.open(() => new Date('2026-11-23T06:08:00Z'))
    await database.write((tx) => recordChange(tx, { type: 'article.revised', id: 'a', revision: 3 }))
    await database.write((tx) => recordChange(tx, { type: 'tag.merged', id: 't' }))
    const at = '2026-11-23T06:08:00.000Z'
    expect(await readChanges(database, { after: 0, limit: 10 })).toEqual({
      changes: [
        { seq: 1, at, type: 'article.revised', resource: { type: 'article', id: 'a' }, revision: 3 },
        { seq: 2, at, type: 'tag.merged', resource: { type: 'tag', id: 't' }, revision: null },
      ],
      lastSeq: 2,
      more: false,
    })
  })

  it('numbers the commits of many writers without gaps and in order, for whoever reads meanwhile', async () => {
    const url = await engine.create()
    const handles = [engine.connect(url), engine.connect(url)] as const
    let committed = 0
    let writing = true

    async function write(writer: number) {
      const database = handles[writer % 2] as Database
      for (let n = 1; n <= writesEach; n++) {
        const types: ChangeType[] = n % 3 === 0 ? ['tag.created', 'tag.updated'] : ['tag.created']
        const fails = n % 5 === 0
        const work = database.write(async (tx) => {
          for (const type of types) await recordChange(tx, { type, id: `${writer}-${n}` })
          if (fails) throw new Error('rolled back')
        })
        await (fails ? expect(work).rejects.toThrow('rolled back') : work)
        if (!fails) committed += types.length
      }
    }

    async function read(database: Database) {
      const seen: number[] = []
      for (let after = 0; ; ) {
        const last = !writing
        const page = await readChanges(database, { after, limit: 7 })
        seen.push(...page.changes.map((change) => change.seq))
        after = page.lastSeq
        if (last && page.changes.length === 0) return seen
        await new Promise(setImmediate)
      }
    }

    const readers = handles.map(read)
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
    writing = false
    const everything = Array.from({ length: committed }, (_, index) => index + 1)
    for (const seen of await Promise.all(readers)) expect(seen).toEqual(everything)
  })

  it('shows nothing behind a number that is not committed yet', async () => {
    const url = await engine.create()
    const [first, second] = [engine.connect(url), engine.connect(url)]
    const recorded = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const slow = first.write(async (tx) => {
      await recordChange(tx, { type: 'tag.created', id: 'slow' })
      recorded.resolve()
      await gate.promise
    })
    await recorded.promise
    const quick = second.write((tx) => recordChange(tx, { type: 'tag.created', id: 'quick' }))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await readChanges(second, { after: 0, limit: 10 })).toMatchObject({ changes: [], lastSeq: 0 })
    gate.resolve()
    await Promise.all([slow, quick])
    const { changes } = await readChanges(second, { after: 0, limit: 10 })
    expect(changes.map(({ seq, resource }) => [seq, resource.id])).toEqual([
      [1, 'slow'],
      [2, 'quick'],
    ])
  })

  it('gives no number away to a write that fails', async () => {
    const database = await engine.open()
    const failing = database.write(async (tx) => {
      await recordChange(tx, { type: 'tag.created', id: 'a' })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await record(database, 'tag.updated')
    expect(await readChanges(database, { after: 0, limit: 10 })).toMatchObject({
      changes: [{ seq: 1, type: 'tag.updated' }],
    })
  })

  it('cuts pages and says whether there is more', async () => {
    const database = await engine.open()
    await record(database, 'tag.created', 'tag.updated', 'tag.deleted')
    const first = await readChanges(database, { after: 0, limit: 2 })
    expect(first).toMatchObject({ changes: [{ seq: 1 }, { seq: 2 }], lastSeq: 2, more: true })
    const second = await readChanges(database, { after: first.lastSeq, limit: 2 })
    expect(second).toMatchObject({ changes: [{ seq: 3 }], lastSeq: 3, more: false })
    const exact = await readChanges(database, { after: 1, limit: 2 })
    expect(exact).toMatchObject({ changes: [{ seq: 2 }, { seq: 3 }], lastSeq: 3, more: false })
  })

  it('moves on past the changes of other types', async () => {
    const database = await engine.open()
    await record(database, 'tag.created', 'article.drafted', 'tag.deleted', 'source.created', 'tag.created')
    const types: ChangeType[] = ['tag.deleted', 'article.drafted', 'tag.deleted']
    const read = (after: number, limit: number) => readChanges(database, { after, limit, types })
    expect(await read(0, 1)).toMatchObject({ changes: [{ seq: 2 }], lastSeq: 2, more: true })
    expect(await read(0, 9)).toMatchObject({ changes: [{ seq: 2 }, { seq: 3 }], lastSeq: 5, more: false })
    expect(await read(3, 9)).toEqual({ changes: [], lastSeq: 5, more: false })
  })

  it('answers the end of the log to who is beyond it', async () => {
    const database = await engine.open()
    await record(database, 'tag.created')
    expect(await readChanges(database, { after: 99, limit: 10 })).toEqual({
      changes: [],
      lastSeq: 1,
      more: false,
    })
  })

  it('reads a page from an index whatever the types', async () => {
    const database = await engine.open()
    await database.run(sql`
      insert into change (seq, at, type, resource_type, resource_id)
      with recursive n (seq) as (select 1 union all select seq + 1 from n where seq < 20000)
      select seq, '2026-11-23T06:08:00.000Z', case when seq % 1000 = 0 then 'tag.deleted' else 'tag.created' end, 'tag', 'a' from n`)
    await database.run(sql`${raw('analyze')} change`)
    const range = { after: 100, upTo: 20_000, limit: 20 }
    const plan = async (types?: ChangeType[]) => {
      const explain = raw(engine.name === 'sqlite' ? 'explain query plan' : 'explain')
      return JSON.stringify(await database.all(sql`${explain} ${changesStatement({ ...range, types })}`))
    }
    expect(await plan()).toMatch(/INTEGER PRIMARY KEY|change_pkey/)
    for (const types of [['tag.deleted'], ['tag.deleted', 'tag.created']] satisfies ChangeType[][]) {
      expect(await plan(types)).toContain('change_of_type')
      expect(await plan(types)).not.toMatch(/SCAN change|Seq Scan/)
    }
  })
})
