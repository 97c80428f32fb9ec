import { beforeEach, expect, it } from 'vitest'
import type { Database, Transaction } from '../../src/database/database.ts'
import {
  joinStory,
  leaveStory,
  listPlacedByEditors,
  makeStory,
  mergeStories,
  recountStories,
} from '../../src/stories/stories.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('stories that are found', (engine) => {
  let database: Database
  let api: Api
  let sources: string[]

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
    sources = [await addSource(api), await addSource(api), await addSource(api)]
  })

  const article = async (source: number, members = {}): Promise<string> =>
    (await addArticle(api, sources[source] as string, members)).id
  const write = <T>(work: (tx: Transaction) => Promise<T>) => database.write(work)
  const make = (...ids: string[]) => write((tx) => makeStory(tx, ids))
  const card = async (id: string) => (await api.get(`/v1/articles/${id}`)).body.story
  const story = async (id: string) => (await api.get(`/v1/stories/${id}`)).body
  const changes = async () =>
    (await api.get('/v1/changes?limit=1000&types=story.created,story.updated,story.merged')).body.data.map(
      (change: { type: string; resource: { id: string } }) => [change.type, change.resource.id],
    )

  it('are counted, and shown on the cards of their articles', async () => {
    const a = await article(0, { publishedAt: '2026-11-01T00:00:00Z', language: 'en', title: 'Heron 2' })
    const b = await article(1, { publishedAt: '2026-11-01T02:00:00Z', language: 'zh', title: '苍鹭二号' })
    const c = await article(1, { publishedAt: '2026-11-01T03:00:00Z', language: 'zh', title: '苍鹭' })
    const id = await make(a, b)
    expect(await story(id)).toMatchObject({
      title: 'Heron 2',
      language: 'en',
      articleCount: 2,
      sourceCount: 2,
      languages: ['en', 'zh'],
      firstPublishedAt: '2026-11-01T00:00:00.000Z',
      lastPublishedAt: '2026-11-01T02:00:00.000Z',
      representative: { article: { id: a } },
    })
    await write((tx) => joinStory(tx, id, c))
    expect(await story(id)).toMatchObject({
      title: '苍鹭二号',
      language: 'zh',
      articleCount: 3,
      sourceCount: 2,
      languages: ['zh', 'en'],
      representative: { article: { id: b } },
    })
    for (const member of [a, b, c]) expect(await card(member)).toEqual({ id, articleCount: 3 })
    await write((tx) => leaveStory(tx, c))
    expect(await card(c)).toBeNull()
    expect(await card(a)).toEqual({ id, articleCount: 2 })
    expect(await changes()).toEqual([
      ['story.created', id],
      ['story.updated', id],
      ['story.updated', id],
    ])
  })

  it('lose an article that joins another one', async () => {
    const [a, b, c, d] = [await article(0), await article(1), await article(0), await article(1)]
    const [first, second] = [await make(a, b), await make(c, d)]
    await write((tx) => joinStory(tx, second, b))
    expect([(await story(first)).articleCount, (await story(second)).articleCount]).toEqual([1, 3])
    expect([await card(a), await card(b)]).toEqual([
      { id: first, articleCount: 1 },
      { id: second, articleCount: 3 },
    ])
  })

  it('are counted anew once an article is withdrawn, and gone while none is published', async () => {
    const [a, b] = [await article(0, { title: 'First' }), await article(1, { title: 'Second' })]
    const id = await make(a, b)
    const recount = () => write((tx) => recountStories(tx, [id]))
    await api.put(`/v1/articles/${a}/withdrawal`, { body: { reason: 'error' } })
    // Before it is counted: what is withdrawn is not shown.
    expect(await story(id)).toMatchObject({ title: 'Second', representative: { article: { id: b } } })
    await recount()
    expect(await story(id)).toMatchObject({ title: 'Second', articleCount: 1 })
    expect(await card(b)).toEqual({ id, articleCount: 1 })
    await api.put(`/v1/articles/${b}/withdrawal`, { body: { reason: 'error' } })
    for (const settle of [async () => {}, recount]) {
      await settle()
      expect((await api.get(`/v1/stories/${id}`)).status).toBe(410)
      expect((await api.get('/v1/stories')).body.data).toEqual([])
    }
    await api.delete(`/v1/articles/${a}/withdrawal`)
    await recount()
    expect(await story(id)).toMatchObject({ title: 'First', articleCount: 1 })
    await api.delete(`/v1/articles/${a}`)
    await recount()
    expect((await api.get(`/v1/stories/${id}`)).status).toBe(410)
  })

  it('are not written where nothing changed', async () => {
    const id = await make(await article(0), await article(1))
    const { etag } = (await api.get(`/v1/stories/${id}`)).headers
    await write((tx) => recountStories(tx, [id, 'nothing']))
    expect((await api.get(`/v1/stories/${id}`)).headers.etag).toBe(etag)
    expect(await changes()).toHaveLength(1)
  })

  it('are merged, and old ids lead to the living one', async () => {
    const [a, b, c] = [await article(0), await article(1), await article(0)]
    const first = await make(a, b)
    const second = await make(c, await article(1))
    const third = await make(await article(0), await article(1))
    await api.put(`/v1/articles/${a}/withdrawal`, { body: { reason: 'error' } })
    await write((tx) => mergeStories(tx, { from: first, into: second }))
    await write((tx) => mergeStories(tx, { from: second, into: third }))
    for (const old of [first, second]) {
      const answer = await api.get(`/v1/stories/${old}?include=articles`)
      expect([answer.status, answer.headers.location]).toEqual([308, `/v1/stories/${third}?include=articles`])
    }
    expect((await story(third)).articleCount).toBe(5)
    await write((tx) => joinStory(tx, first, c))
    expect(await card(c)).toEqual({ id: third, articleCount: 5 })
    // What was withdrawn when its story was merged follows.
    await api.delete(`/v1/articles/${a}/withdrawal`)
    await write((tx) => recountStories(tx, [first]))
    expect(await card(a)).toEqual({ id: third, articleCount: 6 })
    expect(await changes()).toEqual(
      expect.arrayContaining([
        ['story.merged', first],
        ['story.merged', second],
      ]),
    )
  })

  it('take no article that an editor has placed', async () => {
    const [a, b, c, d] = [await article(0), await article(1), await article(0), await article(1)]
    const id = await make(a, b)
    const other = await make(c, d)
    await api.delete(`/v1/stories/${id}/articles/${a}`)
    expect(await write((tx) => listPlacedByEditors(tx, [a, b]))).toEqual(new Set([a]))
    const works: ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => joinStory(tx, id, a),
      (tx) => makeStory(tx, [a, b]),
      (tx) => leaveStory(tx, a),
    ]
    for (const work of works) {
      await expect(write(work)).rejects.toMatchObject({ code: 'conflict' })
    }
    await api.put(`/v1/stories/${other}/articles/${a}`)
    for (const [from, into] of [
      [id, other],
      [other, id],
    ] as const) {
      await expect(write((tx) => mergeStories(tx, { from, into }))).rejects.toMatchObject({
        code: 'conflict',
      })
    }
    expect(await card(a)).toEqual({ id: other, articleCount: 3 })
  })

  it('are joined by articles of two writers at once without losing count', async () => {
    const id = await make(await article(0), await article(1))
    const late = await Promise.all([0, 1, 2, 0, 1].map((source) => article(source)))
    await Promise.all(late.map((member) => write((tx) => joinStory(tx, id, member))))
    expect(await story(id)).toMatchObject({ articleCount: 7, sourceCount: 3 })
    for (const member of late) expect(await card(member)).toEqual({ id, articleCount: 7 })
  })

  it('have no such id for the machine either', async () => {
    const a = await article(0)
    await expect(write((tx) => joinStory(tx, 'nothing', a))).rejects.toMatchObject({ code: 'not-found' })
  })
})
