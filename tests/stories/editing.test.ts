import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { listPlacedByEditors, makeStory, recountStories } from '../../src/stories/stories.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('stories that editors change', (engine) => {
  let database: Database
  let api: Api
  let sourceId: string

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
    sourceId = await addSource(api)
  })

  const article = async (members = {}): Promise<string> => (await addArticle(api, sourceId, members)).id
  const found = async (...ids: string[]) => database.write((tx) => makeStory(tx, ids))
  const storyOf = async (id: string) => (await api.get(`/v1/articles/${id}`)).body.story
  const placed = async (...ids: string[]) => [...(await listPlacedByEditors(database, ids))].sort()
  const seq = async () => (await api.get('/v1/changes?limit=1000')).body.data.length

  it('are split by making one of some articles of another', async () => {
    const [a, b, c, d] = [await article(), await article(), await article(), await article()]
    const old = await found(a, b, c, d)
    const answer = await api.post('/v1/stories', { body: { articleIds: [c, d], title: 'Heron 2' } })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ title: 'Heron 2', articleCount: 2 })
    expect(await storyOf(c)).toEqual({ id: answer.body.id, articleCount: 2 })
    expect(await storyOf(a)).toEqual({ id: old, articleCount: 2 })
    expect(await placed(a, b, c, d)).toEqual([c, d].sort())
  })

  it.each([
    ['one article', async (a: string) => [a]],
    ['an article twice', async (a: string) => [a, a]],
    ['an article that is not there', async (a: string) => [a, 'nothing']],
    ['a draft', async (a: string) => [a, await article({ state: 'draft' })]],
  ])('are not made of %s', async (_what, ids) => {
    const articleIds = await ids(await article())
    const before = await seq()
    const answer = await api.post('/v1/stories', { body: { articleIds } })
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0].path).toMatch(/^articleIds/)
    expect(await seq()).toBe(before)
  })

  it('keep the title of an editor until it is cleared', async () => {
    const a = await article({ title: 'First', publishedAt: '2026-11-01T00:00:00Z' })
    const id = await found(a, await article({ title: 'Second', publishedAt: '2026-11-02T00:00:00Z' }))
    const path = `/v1/stories/${id}`
    expect((await api.patch(path, { body: { title: 'Of an editor' } })).body.title).toBe('Of an editor')
    await api.put(`${path}/articles/${await article({ publishedAt: '2026-10-01T00:00:00Z', title: 'Zero' })}`)
    expect((await api.get(path)).body).toMatchObject({
      title: 'Of an editor',
      representative: { article: { title: 'Zero' } },
    })
    const before = await seq()
    for (const body of [{}, { title: 'Of an editor' }]) {
      expect((await api.patch(path, { body })).body.title).toBe('Of an editor')
    }
    expect(await seq()).toBe(before)
    expect((await api.patch(path, { body: { title: null } })).body.title).toBe('Zero')
  })

  it('take an article in, out of where it was, and let one go', async () => {
    const [a, b, c, d] = [await article(), await article(), await article(), await article()]
    const [first, second] = [await found(a, b), await found(c, d)]
    const moved = await api.put(`/v1/stories/${first}/articles/${c}`)
    expect([moved.status, moved.body.articleCount]).toEqual([200, 3])
    expect(await storyOf(d)).toEqual({ id: second, articleCount: 1 })
    const before = await seq()
    expect((await api.put(`/v1/stories/${first}/articles/${c}`)).headers.etag).toBe(moved.headers.etag)
    expect(await seq()).toBe(before)
    expect((await api.delete(`/v1/stories/${first}/articles/${c}`)).status).toBe(204)
    expect((await api.delete(`/v1/stories/${first}/articles/${c}`)).status).toBe(404)
    expect(await storyOf(c)).toBeNull()
    expect(await placed(a, b, c, d)).toEqual([c])
    // The last one leaves, and the story with it.
    expect((await api.delete(`/v1/stories/${second}/articles/${d}`)).status).toBe(204)
    expect((await api.get(`/v1/stories/${second}`)).status).toBe(410)
    expect((await api.get(`/v1/stories/${second}/articles`)).body.data).toEqual([])
    expect((await api.put(`/v1/stories/${second}/articles/${d}`)).body.articleCount).toBe(1)
  })

  it('take in no article that is not published', async () => {
    const id = await found(await article(), await article())
    const [draft, withdrawn] = [await article({ state: 'draft' }), await article()]
    await api.put(`/v1/articles/${withdrawn}/withdrawal`, { body: { reason: 'error' } })
    const answers = [draft, withdrawn, 'nothing'].map((other) =>
      api.put(`/v1/stories/${id}/articles/${other}`),
    )
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([409, 410, 404])
  })

  it('are merged, and lead to the living one by every method', async () => {
    const [a, b, c, d] = [await article(), await article(), await article(), await article()]
    const [first, second] = [await found(a, b), await found(c, d)]
    const merge = (id: string, into: string) => api.put(`/v1/stories/${id}/merge`, { body: { into } })
    const merged = await merge(first, second)
    expect([merged.status, merged.body.id, merged.body.articleCount]).toEqual([200, second, 4])
    expect(merged.headers.etag).toBe((await api.get(`/v1/stories/${second}`)).headers.etag)
    expect(await placed(a, b, c, d)).toEqual([a, b].sort())
    const living = `/v1/stories/${second}`
    const answers = [
      [await api.get(`/v1/stories/${first}/articles?limit=1`), `${living}/articles?limit=1`],
      [await api.patch(`/v1/stories/${first}`, { body: { title: 'x' } }), living],
      [await api.put(`/v1/stories/${first}/articles/${a}`), `${living}/articles/${a}`],
      [await api.delete(`/v1/stories/${first}/articles/${a}`), `${living}/articles/${a}`],
    ] as const
    for (const [{ status, headers }, location] of answers)
      expect([status, headers.location]).toEqual([308, location])
    const before = await seq()
    const listed = async (id: string) => (await api.get(`/v1/articles?story=${id}&fields=id`)).body.data
    expect(await listed(first)).toHaveLength(4)
    expect(await listed(first)).toEqual(await listed(second))
    const counted = await api.get(`/v1/articles?story=${first}&sort=contentChanged&total=exact`)
    expect(counted.body.page.total).toBe(4)
    expect((await merge(first, second)).body).toEqual(merged.body)
    expect((await merge(first, first)).body).toEqual(merged.body)
    const third = await found(await article(), await article())
    expect((await merge(first, third)).headers.location).toBe(`${living}/merge`)
    expect(await seq()).toBeGreaterThan(before)
    for (const into of [second, first, 'nothing'])
      expect((await merge(second, into)).body.errors[0].path).toBe('into')
    expect((await merge(second, third)).body.articleCount).toBe(6)
    expect((await api.get(`/v1/stories/${first}`)).headers.location).toBe(`/v1/stories/${third}`)
    expect((await api.get('/v1/stories')).body.data).toHaveLength(1)
  })

  it('have the articles that the list of articles has for them', async () => {
    const ids = [await article(), await article(), await article()]
    const id = await found(...ids)
    const { body, headers } = await api.get(`/v1/stories/${id}/articles?limit=2&fields=title,story`)
    expect(body.data).toEqual(
      (await api.get(`/v1/articles?story=${id}&limit=2&fields=title,story`)).body.data,
    )
    const next = /<(.*)>; rel="next"/.exec(String(headers.link))?.[1] ?? ''
    expect((await api.get(next)).body.data).toHaveLength(1)
  })

  it('show at once what is tagged and revised, under a new validator', async () => {
    const a = await article({ publishedAt: '2026-10-01T00:00:00Z' })
    const id = await found(a, await article())
    const path = `/v1/stories/${id}`
    const headers = { 'if-none-match': (await api.get(path)).headers.etag }
    expect((await api.get(path, { headers })).status).toBe(304)
    await api.post('/v1/tags', { body: { slug: 'chips', name: 'Chips' } })
    await api.patch(`/v1/articles/${a}`, { body: { title: 'Revised', tags: ['chips'] } })
    expect((await api.get(path, { headers })).body).toMatchObject({
      title: 'Revised',
      tags: [{ slug: 'chips', name: 'Chips' }],
    })
    await database.write((tx) => recountStories(tx, [id]))
    expect((await api.get(path)).body.title).toBe('Revised')
  })
})
