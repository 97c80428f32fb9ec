import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { bare, type Link, linksOf } from './links.ts'

onEveryEngine('listing related links', (engine) => {
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

  it('keeps the places that a page gave its headlines, in whatever order they come', async () => {
    const line = (title: string, position?: number) => ({
      kind: 'related',
      origin: 'sourcePage',
      position,
      target: { title },
    })
    for (const body of [
      line('c', 2),
      line(' a ', 0),
      line('b', 1),
      line('z', 9),
      line('b', 10),
      line('last'),
    ]) {
      await links.add(body)
    }
    const { data } = await links.list('?origin=sourcePage')
    expect(data.map((link: Link) => [link.position, link.target.title])).toEqual([
      [0, ' a '],
      [1, 'b'],
      [2, 'c'],
      [9, 'z'],
      [10, 'b'],
      [11, 'last'],
    ])
    await links.add(line('between', 9))
    expect(await links.titles('?origin=sourcePage')).toEqual([' a ', 'b', 'c', 'between', 'z', 'b', 'last'])
    await api.delete(`${links.path}/${data[1].id}`)
    expect((await links.list('?origin=sourcePage')).data.map((link: Link) => link.position)).toEqual([
      0, 2, 9, 10, 11, 12,
    ])
  })

  it('filters by kind', async () => {
    await links.add(bare('A'))
    await links.add(bare('B', { kind: 'background' }))
    await links.add(bare('C', { kind: 'correction' }))
    expect(await links.titles('?kind=background,correction')).toEqual(['B', 'C'])
  })

  it.each(['?kind=cousin', '?origin=web', '?minScore=1.1', '?minScore=', '?limit=0', '?sort=x', '?cursor=x'])(
    'refuses %s',
    async (query) => {
      expect((await api.get(links.path + query)).status).toBe(400)
    },
  )

  it.each([
    ['nothing happens', async (_last: string) => {}],
    ['a link comes before them', (last: string) => links.add(bare(`before ${last}`, { position: 0 }))],
    ['the last one seen is removed', (last: string) => api.delete(`${links.path}/${last}`)],
  ])('pages to the end over all origins while %s', async (_name, meanwhile) => {
    for (const title of ['A', 'B', 'C', 'D']) await links.add(bare(title))
    for (const title of ['x', 'y']) await links.add(bare(title, { origin: 'sourcePage' }))
    const query = '?origin=sourcePage,editorial'
    const all = await links.ids(query)
    expect(all).toHaveLength(6)
    const seen: string[] = []
    for (let next: string | null = ''; next !== null; ) {
      const cursor = next && `&cursor=${next}`
      const page: { data: Link[]; page: { next: string | null } } = await links.list(
        `${query}&limit=2${cursor}`,
      )
      seen.push(...page.data.map((link) => link.id))
      next = page.page.next
      await meanwhile(page.data.at(-1)?.id ?? '')
    }
    expect(seen).toEqual(all)
  })

  it('links to the next page', async () => {
    for (const title of ['A', 'B', 'C']) await links.add(bare(title))
    const first = await api.get(`${links.path}?limit=2`)
    const url = /<(.*)>; rel="next"/.exec(String(first.headers.link))?.[1] ?? ''
    expect(url).toContain(`${links.path}?limit=2&cursor=`)
    expect(await links.titles(url.slice(url.indexOf('?')))).toEqual(['C'])
  })

  it('hides links to articles that are not published, and finds them again', async () => {
    const target = await addArticle(api, sourceId)
    const hidden = await links.add({ kind: 'related', target: { articleId: target.id } })
    const a = await links.add(bare('A'))
    await api.put(`/v1/articles/${target.id}/withdrawal`, { body: { reason: 'error' } })
    expect(await links.ids()).toEqual([a.id])
    expect((await api.get(`${links.path}/${hidden.id}`)).status).toBe(404)
    expect((await api.put(links.path, { body: { order: [a.id] } })).status).toBe(200)
    await api.delete(`/v1/articles/${target.id}/withdrawal`)
    expect(await links.ids()).toEqual([a.id, hidden.id])
    await api.delete(`/v1/articles/${target.id}`)
    expect(await links.ids()).toEqual([a.id])
  })

  it('shows a link to a draft to editors only, until it is published', async () => {
    const draft = await addArticle(api, sourceId, { state: 'draft' })
    const link = await links.add({ kind: 'followUp', target: { articleId: draft.id } })
    expect(await links.ids()).toEqual([])
    expect((await api.get(`${links.path}/${link.id}`)).status).toBe(200)
    expect((await api.get(`${links.path}/${link.id}`, { key: null })).status).toBe(404)
    const ofDraft = `/v1/articles/${draft.id}/related`
    expect((await api.get(ofDraft)).status).toBe(200)
    expect((await api.get(ofDraft, { key: null })).status).toBe(404)
    await api.patch(`/v1/articles/${draft.id}`, { body: { state: 'published' } })
    expect(await links.ids()).toEqual([link.id])
  })

  it('answers 304 until a link or a target changes', async () => {
    const target = await addArticle(api, sourceId)
    const link = await links.add({ kind: 'related', target: { articleId: target.id } })
    for (const path of [links.path, `${links.path}/${link.id}`]) {
      const headers = { 'if-none-match': String((await api.get(path)).headers.etag) }
      expect((await api.get(path, { headers })).status).toBe(304)
      await api.patch(`/v1/articles/${target.id}`, { body: { title: `Changed for ${path}` } })
      expect((await api.get(path, { headers })).status).toBe(200)
    }
  })
})
