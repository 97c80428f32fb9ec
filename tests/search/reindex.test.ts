import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { isIndexed, reindex } from '../../src/search/reindex.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('reindexing', (engine) => {
  let database: Database
  let api: Api

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
    const source = await addSource(api, { name: 'Lighthouse' })
    await addTag(api, 'chips')
    for (let count = 0; count < 230; count++) await addArticle(api, source, { title: `Heron ${count}` })
  })

  const count = async () => (await api.get('/v1/articles?q=heron&total=exact')).body.page.total
  const suggestions = async () => (await api.get('/v1/search/suggest?q=chi')).body.data.length

  it('fills an index that has nothing, as after an update that brings search', async () => {
    await database.write(async (tx) => {
      await tx.run(sql`delete from text_terms`)
      for (const table of ['text_entry', 'tag_key', 'source_key']) await tx.script(`delete from ${table}`)
    })
    expect([await count(), await suggestions()]).toEqual([0, 0])
    expect(await isIndexed(database)).toBe(false)
    const seen: number[] = []
    expect(await reindex(database, {}, (done) => seen.push(done))).toBe(230)
    expect(seen).toEqual([100, 200, 230, 230])
    expect([await count(), await suggestions()]).toEqual([230, 1])
    expect(await isIndexed(database)).toBe(true)
  })

  it('leaves what is of the present terms, and does what is of others', async () => {
    await database.write((tx) => tx.script(`update text_entry set terms_version = 0 where number % 2 = 0`))
    const before = await numbers()
    await reindex(database, {}, () => {})
    const after = await database.all(sql`select distinct terms_version from text_entry`)
    expect(after).toHaveLength(1)
    expect(await count()).toBe(230)
    expect(await numbers()).toHaveLength(before.length)
  })

  it('goes on while others search and write, who find everything all the time', async () => {
    const source = (await api.get('/v1/sources')).body.data[0].id
    let running = true
    const rebuilding = reindex(database, { all: true }, () => {}).finally(() => {
      running = false
    })
    let written = 0
    const counts = new Set<boolean>()
    while (running) {
      await addArticle(api, source, { title: 'Heron more' })
      written++
      counts.add((await count()) === 230 + written)
    }
    await rebuilding
    expect(written).toBeGreaterThan(0)
    expect(counts).toEqual(new Set([true]))
  }, 180_000)

  const numbers = () => database.all(sql`select number from text_entry order by number`)
})

onEveryEngine('an index', (engine) => {
  it('of a database without articles is taken to be of the present terms', async () => {
    const database = await engine.open()
    expect(await isIndexed(database)).toBe(true)
    await startApi(database)
    const api = await startApi(database)
    await addArticle(api, await addSource(api), { title: 'Heron' })
    expect(await isIndexed(database)).toBe(true)
    await database.write((tx) => tx.script('update text_index set terms_version = 99'))
    expect(await isIndexed(database)).toBe(false)
  })
})
