import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { join, type Sql, sql, where } from '../../src/database/sql.ts'
import { onEveryEngine } from '../support/engines.ts'

/** The SQL that features may use: each form gives the same rows on both engines. */
onEveryEngine('the portable subset', (engine) => {
  let database: Database
  const all = (statement: Sql) => database.all<Record<string, unknown>>(statement)
  const write = (statement: Sql) => database.write((tx) => tx.all<Record<string, unknown>>(statement))

  beforeEach(async () => {
    database = await engine.open()
    await database.write((tx) =>
      tx.script(`
        create table item (id integer primary key not null, name text not null, place text, score integer not null);
        insert into item (id, name, place, score)
        values (1, 'a', 'x', 10), (2, 'B', 'y', 20), (3, 'ä', null, 30), (4, '中', 'x', 40)`),
    )
  })

  it('inserts, and on a conflict updates or does nothing, and answers the row', async () => {
    const insert = (name: string, conflict: Sql) =>
      write(sql`insert into item (id, name, score) values (1, ${name}, 1) ${conflict}`)
    const updating = sql`on conflict (id) do update set name = excluded.name, score = item.score + 1 returning id, name, score`
    expect(await insert('z', updating)).toEqual([{ id: 1, name: 'z', score: 11 }])
    expect(await insert('q', sql`on conflict (id) do nothing returning id`)).toEqual([])
  })

  it('compares rows of values, so that a page begins behind the last', async () => {
    const page = sql`
      select id from item where (score, id) < (${30}, ${3}) order by score desc, id desc limit ${2}`
    expect(await all(page)).toEqual([{ id: 2 }, { id: 1 }])
  })

  it('has common table expressions, also recursive ones', async () => {
    const counting = sql`
      with recursive upTo (n) as (select 1 union all select n + 1 from upTo where n < 4)
      select n, name from upTo join item on item.id = n where n > ${2} order by n`
    expect(await all(counting)).toEqual([
      { n: 3, name: 'ä' },
      { n: 4, name: '中' },
    ])
  })

  it('has windows, and aggregates with a filter', async () => {
    const ranked = sql`
      select id, row_number() over (partition by place order by score desc) as rank
      from item where place is not null order by id`
    expect(await all(ranked)).toEqual([
      { id: 1, rank: 2 },
      { id: 2, rank: 1 },
      { id: 4, rank: 1 },
    ])
    const counted = sql`
      select count(*) as count, count(*) filter (where score > ${15}) as high, sum(score) as sum from item`
    expect(await all(counted)).toEqual([{ count: 4, high: 3, sum: 100 }])
  })

  it('updates from another table, and answers what it deletes', async () => {
    const moved = await database.run(sql`
      update item set place = other.place from item as other where other.id = ${2} and item.id = ${3}`)
    expect(moved).toBe(1)
    const removed = await write(sql`delete from item where place = ${'y'} returning id`)
    expect(removed.map(({ id }) => id).sort()).toEqual([2, 3])
  })

  it('puts nulls last on request, and tells null from a value', async () => {
    expect(await all(sql`select id from item order by place desc nulls last, id`)).toEqual(ids(2, 1, 4, 3))
    expect(await all(sql`select id from item where place is not distinct from ${null} order by id`)).toEqual(
      ids(3),
    )
    expect(await all(sql`select id from item where place is distinct from ${'x'} order by id`)).toEqual(
      ids(2, 3),
    )
  })

  it('joins texts', async () => {
    const grouped = sql`select place, string_agg(name, ',') as names from item where place = 'y' group by place`
    expect(await all(grouped)).toEqual([{ place: 'y', names: 'B' }])
    const { joined, bytes } = database.dialect
    const [row] = await all(sql`
      select ${bytes(joined(sql`name`, sql`score desc`))} as names
      from (select name, score from item order by score desc) as ordered`)
    expect(String(row?.names)).toBe('中,ä,B,a')
  })

  it('writes texts as JSON', async () => {
    const { jsonText } = database.dialect
    for (const text of ['', 'a "b" \\ /', '\n\r\t\b\f\u0001\u001f\u007f', '中文 😀 \u2028 é', '</script>']) {
      const [row] = await all(sql`select ${jsonText(sql`cast(${text} as text)`)} as json`)
      expect(JSON.parse(String(row?.json))).toBe(text)
    }
  })

  it('sorts texts of the schema byte by byte', async () => {
    for (const slug of ['b', 'B', 'a', 'ä', '_', '中']) {
      await database.run(sql`
        insert into tag (id, slug, name, names, created_at, updated_at) values (${slug}, ${slug}, '', '{}', '', '')`)
    }
    const sorted = await all(sql`select slug from tag order by slug`)
    expect(sorted.map(({ slug }) => slug)).toEqual(['B', '_', 'a', 'b', 'ä', '中'])
  })

  it('makes conditions and lists of values', async () => {
    const conditions = [sql`score > ${10}`, sql`id in (${join([1, 2, 3])})`]
    expect(await all(sql`select id from item ${where(conditions)} order by id`)).toEqual(ids(2, 3))
    expect(await all(sql`select count(*) as count from item ${where([])}`)).toEqual([{ count: 4 }])
  })

  it('keeps every text as it was, and takes no value for SQL', async () => {
    const texts = [`'; drop table item; --`, '$1 ? :a @b', '\\', '😀', '中文', '\u200b', 'a\nb', '']
    for (const text of texts) {
      const kept = await database.write((tx) =>
        tx.one(sql`update item set name = ${text} where id = 1 returning name`),
      )
      expect(kept).toEqual({ name: text })
    }
  })
})

const ids = (...numbers: number[]) => numbers.map((id) => ({ id }))
