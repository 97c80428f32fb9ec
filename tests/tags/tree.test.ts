import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { pages, tagChanges } from './newsroom.ts'

onEveryEngine('the tree of tags', (engine) => {
  let database: Database
  let api: Api
  let source: string

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
    source = await addSource(api)
  })

  const titles = async (slug: string) =>
    (await api.get(`/v1/articles?tagsAll=${slug}`)).body.data
      .map((article: { title: string }) => article.title)
      .sort()
      .join('')
  const patch = (slug: string, body: object) => api.patch(`/v1/tags/${slug}`, { body })

  async function addChain(length: number, prefix = 't') {
    for (let depth = 1; depth <= length; depth++) {
      await addTag(api, `${prefix}${depth}`, depth > 1 ? { parent: `${prefix}${depth - 1}` } : {})
    }
  }

  it('a tag finds the published articles of all tags below it, each once, and counts them', async () => {
    await addTag(api, 'technology')
    await addTag(api, 'chips', { parent: 'technology' })
    await addTag(api, 'gpus', { parent: 'CHIPS' })
    await addTag(api, 'cars', { parent: 'technology' })
    await addArticle(api, source, { title: 'a', tags: ['gpus'] })
    await addArticle(api, source, { title: 'b', tags: ['gpus', 'cars'] })
    await addArticle(api, source, { title: 'c', tags: ['technology', 'gpus'] })
    await addArticle(api, source, { title: 'd', tags: ['chips'], state: 'draft' })
    expect(await Promise.all(['gpus', 'chips', 'cars', 'technology'].map(titles))).toEqual([
      'abc',
      'abc',
      'b',
      'abc',
    ])
    const counts = (await api.get('/v1/tags')).body.data.map(
      (tag: { slug: string; articleCount: number }) => [tag.slug, tag.articleCount],
    )
    expect(Object.fromEntries(counts)).toEqual({ technology: 3, chips: 3, gpus: 3, cars: 1 })
  })

  it('a withdrawn, restored, dated or deleted article leaves and joins the pages of all tags above', async () => {
    await addChain(3)
    const { id } = await addArticle(api, source, { title: 'a', tags: ['t3'] })
    await addArticle(api, source, { title: 'b', tags: ['t2'] })
    await api.put(`/v1/articles/${id}/withdrawal`, { body: { reason: 'copyright' } })
    expect(await Promise.all(['t1', 't2', 't3'].map(titles))).toEqual(['b', 'b', ''])
    await api.delete(`/v1/articles/${id}/withdrawal`)
    expect(await Promise.all(['t1', 't2', 't3'].map(titles))).toEqual(['ab', 'ab', 'a'])
    await api.patch(`/v1/articles/${id}`, { body: { publishedAt: '2030-01-01T00:00:00Z', tags: ['t2'] } })
    expect((await api.get('/v1/articles?tagsAll=t1&limit=1')).body.data[0].title).toBe('a')
    expectRight(await pages(database))
    await api.delete(`/v1/articles/${id}`)
    expect(await Promise.all(['t1', 't2', 't3'].map(titles))).toEqual(['b', 'b', ''])
  })

  it('a tag that moves takes its articles to the pages above its new place', async () => {
    await addChain(3)
    await addChain(2, 'u')
    await addArticle(api, source, { title: 'a', tags: ['t3'] })
    await addArticle(api, source, { title: 'b', tags: ['t2'] })
    await addArticle(api, source, { title: 'c', tags: ['t3', 't1'] })
    expect((await patch('t2', { parent: 'u2' })).body.parent).toBe('u2')
    expect(await Promise.all(['t1', 't2', 't3', 'u1', 'u2'].map(titles))).toEqual([
      'c',
      'abc',
      'ac',
      'abc',
      'abc',
    ])
    expect((await patch('t2', { parent: 'u1' })).status).toBe(200)
    expect(await Promise.all(['u1', 'u2'].map(titles))).toEqual(['abc', ''])
    expect((await patch('t2', { parent: null })).body.parent).toBe(null)
    expect(await Promise.all(['t1', 't2', 'u1'].map(titles))).toEqual(['c', 'abc', ''])
    expectRight(await pages(database))
  })

  it('a tag does not come to stand below itself', async () => {
    await addChain(3)
    for (const parent of ['t1', 't2', 't3']) {
      const refused = await patch('t1', { parent })
      expect(refused.status).toBe(422)
      expect(refused.body.errors[0].path).toBe('parent')
    }
    expect((await patch('t1', { aliases: ['top'], parent: 'top' })).status).toBe(422)
  })

  it('two tags that are moved below one another at the same time do not both get there', async () => {
    await addTag(api, 'a')
    await addTag(api, 'b')
    const both = await Promise.all([patch('a', { parent: 'b' }), patch('b', { parent: 'a' })])
    expect(both.map((reply) => reply.status).sort()).toEqual([200, 422])
  })

  it('tags stand at most 10 deep, whether they are added, moved or merged there', async () => {
    await addChain(10)
    const added = await api.post('/v1/tags', { body: { slug: 't11', name: 'T', parent: 't10' } })
    expect(added.status).toBe(422)
    expect(added.body.errors[0].path).toBe('parent')
    await addChain(2, 'u')
    expect((await patch('u1', { parent: 't9' })).status).toBe(422)
    expect((await patch('u1', { parent: 't8' })).status).toBe(200)
    expect((await patch('u1', { parent: null })).status).toBe(200)
    const merged = await api.put('/v1/tags/u1/merge', { body: { into: 't10' } })
    expect(merged.status).toBe(422)
    expect(merged.body.errors[0].path).toBe('into')
    expect((await api.put('/v1/tags/u1/merge', { body: { into: 't9' } })).status).toBe(200)
  })

  it('the tags below a deleted one move up to its parent, and its articles lose it', async () => {
    await addChain(3)
    await addTag(api, 'other', { parent: 't2' })
    await addArticle(api, source, { title: 'a', tags: ['t3'] })
    const { id } = await addArticle(api, source, { title: 'b', tags: ['t2', 'other'] })
    await addArticle(api, source, { title: 'c', tags: ['t2'] })
    const draft = await addArticle(api, source, { title: 'd', tags: ['t2'], state: 'draft' })
    expect((await api.delete('/v1/tags/t2')).status).toBe(204)
    expect((await api.get('/v1/tags/t3')).body.parent).toBe('t1')
    expect((await api.get('/v1/tags?parent=t1')).body.data.map((tag: { slug: string }) => tag.slug)).toEqual([
      'other',
      't3',
    ])
    expect(await Promise.all(['t1', 't3', 'other'].map(titles))).toEqual(['ab', 'a', 'b'])
    expect((await api.get(`/v1/articles/${id}`)).body.tags).toEqual([{ slug: 'other', name: 'OTHER' }])
    expect((await api.get(`/v1/articles/${draft.id}`)).body.tags).toEqual([])
    expect((await tagChanges(api)).slice(-3)).toEqual(['updated other', 'updated t3', 'deleted t2'])
    expectRight(await pages(database))
  })

  it('a tag without a parent leaves the tags below it at the top', async () => {
    await addChain(2)
    await addArticle(api, source, { title: 'a', tags: ['t1', 't2'] })
    expect((await api.delete('/v1/tags/t1')).status).toBe(204)
    expect((await api.get('/v1/tags/t2')).body).toMatchObject({ parent: null, articleCount: 1 })
    expectRight(await pages(database))
  })
})

function expectRight({ actual, expected }: Awaited<ReturnType<typeof pages>>) {
  expect(actual).toEqual(expected)
}
