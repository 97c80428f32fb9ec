import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { bare, type Link, linksOf } from './links.ts'

onEveryEngine('the order of related links', (engine) => {
  let database: Database
  let api: Api
  let sourceId: string
  let articleId: string
  let links: ReturnType<typeof linksOf>

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
    sourceId = await addSource(api)
    articleId = (await addArticle(api, sourceId)).id
    links = linksOf(api, articleId)
  })

  it('puts editorial links where the editor says, and moves the later ones on', async () => {
    await links.add(bare('A'))
    await links.add(bare('B'))
    await links.add(bare('first', { position: 0 }))
    await links.add(bare('third', { position: 2 }))
    await links.add(bare('last', { position: 500 }))
    expect(await links.titles()).toEqual(['first', 'A', 'third', 'B', 'last'])
    expect((await links.list()).data.map((link: Link) => link.position)).toEqual([0, 1, 2, 3, 4])
  })

  it('puts the editorial links in a new order', async () => {
    const [a, b, c] = [await links.add(bare('A')), await links.add(bare('B')), await links.add(bare('C'))]
    const before = (await links.linkChanges()).length
    const answer = await api.put(links.path, { body: { order: [c.id, b.id, a.id] } })
    expect(answer.status).toBe(200)
    expect(answer.body.data.map((link: Link) => link.id)).toEqual([c.id, b.id, a.id])
    expect(await links.titles()).toEqual(['C', 'B', 'A'])
    const changes = (await links.linkChanges()).slice(before)
    expect(changes.map((change: { type: string }) => change.type)).toEqual(['link.updated', 'link.updated'])
  })

  it('refuses an order that does not name exactly the editorial links', async () => {
    const [a, b] = [await links.add(bare('A')), await links.add(bare('B'))]
    const headline = await links.add(bare('x', { origin: 'sourcePage' }))
    const errors = async (order: string[]) => {
      const answer = await api.put(links.path, { body: { order } })
      expect(answer.status).toBe(422)
      return answer.body.errors
    }
    expect(await errors([a.id])).toMatchObject([{ path: 'order', message: `${b.id} is missing.` }])
    expect(await errors([a.id, b.id, headline.id])).toMatchObject([{ path: 'order.2' }])
    expect(await errors([a.id, b.id, a.id])).toMatchObject([{ path: 'order.2' }])
    expect(await links.titles()).toEqual(['A', 'B'])
  })

  it('checks If-Match on the list against any form of it', async () => {
    const [a, b] = [await links.add(bare('A')), await links.add(bare('B'))]
    const { etag } = (await api.get(`${links.path}?limit=1`)).headers
    const order = { body: { order: [b.id, a.id] }, headers: { 'if-match': String(etag) } }
    const first = await api.put(links.path, order)
    expect(first.status).toBe(200)
    expect((await api.put(links.path, order)).status).toBe(412)
    const again = { ...order, headers: { 'if-match': String(first.headers.etag) } }
    expect((await api.put(links.path, again)).status).toBe(200)
  })

  it('removes a link and closes the gap', async () => {
    const [a, b] = [await links.add(bare('A')), await links.add(bare('B'))]
    expect((await api.delete(`${links.path}/${a.id}`)).status).toBe(204)
    expect((await links.list()).data).toMatchObject([{ id: b.id, position: 0 }])
    expect((await api.get(`${links.path}/${a.id}`)).status).toBe(404)
    expect((await api.delete(`${links.path}/${a.id}`)).status).toBe(404)
    expect((await links.linkChanges()).map((change: { type: string }) => change.type)).toEqual([
      'link.created',
      'link.created',
      'link.deleted',
      'link.updated',
    ])
  })

  it('puts links that arrive together in places of their own', async () => {
    const titles = Array.from({ length: 12 }, (_, index) => `story ${index}`)
    await Promise.all(titles.map((title) => links.add(bare(title))))
    const { data } = await links.list('?limit=100')
    expect(data.map((link: Link) => link.position)).toEqual(titles.map((_, index) => index))
  })

  it('has room for a thousand links of one origin', async () => {
    const at = '2026-11-23T06:08:00.000Z'
    await database.run(sql`
      insert into related_link (id, article_id, kind, origin, position, reasons, target_title, created_at, updated_at)
      with recursive n (i) as (select 0 union all select i + 1 from n where i < 999)
      select 'l' || i, ${articleId}, 'related', 'sourcePage', i, '[]', 'A headline', ${at}, ${at} from n`)
    const answer = await api.post(links.path, { body: bare('A', { origin: 'sourcePage' }) })
    expect(answer.status).toBe(409)
    await links.add(bare('A'))
  })
})
