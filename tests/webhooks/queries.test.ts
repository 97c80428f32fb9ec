import { expect, it } from 'vitest'
import { addSource, addTag } from '../articles/newsroom.ts'
import { onEveryEngine } from '../support/engines.ts'
import { startTelling, type Telling } from './newsroom.ts'

const chips = { title: 'A new chip of the heron family', language: 'en' }

/** The types that a webhook was told of each article, in the order of the log. */
async function told(room: Telling, path: string, articleId: string): Promise<string[]> {
  await room.deliver()
  return room
    .sent(path)
    .filter(({ payload }) => payload.data.resource.id === articleId)
    .sort((a, b) => (a.payload.data.seq ?? 0) - (b.payload.data.seq ?? 0))
    .map(({ payload }) => payload.type)
}

onEveryEngine('a saved query', (engine) => {
  it('tells of the articles that it finds, by words, tags, sources and languages', async () => {
    const room = await startTelling(engine)
    await addTag(room.api, 'rumours')
    await addTag(room.api, 'boards')
    const query = { q: 'chip*', tagsNone: ['rumours'], language: ['en'], source: [room.sourceId] }
    const hook = await room.hook({ query })
    const tagged = await room.hook({ query: { tagsAny: ['boards'] } })
    const found = await room.article({ ...chips, tags: ['boards'] })
    const others = [
      await room.article({ ...chips, language: 'de' }),
      await room.article({ ...chips, tags: ['rumours'] }),
      await room.article({ title: 'Of something else', language: 'en' }),
      await room.article({ ...chips, state: 'draft' }),
    ]
    expect(await told(room, hook.path, found)).toEqual(['article.published'])
    for (const id of others) expect(await told(room, hook.path, id)).toEqual([])
    expect(room.sent(tagged.path)).toHaveLength(1)
  })

  it('tells of an article that left it, was withdrawn or deleted, if it told of it before', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ query: { q: 'chip' } })
    const id = await room.article(chips)
    const stranger = await room.article({ title: 'Of something else' })
    expect(await told(room, hook.path, id)).toEqual(['article.published'])
    for (const article of [id, stranger]) {
      await room.api.patch(`/v1/articles/${article}`, { body: { title: 'Nothing of the kind' } })
      await room.deliver()
      await room.api.put(`/v1/articles/${article}/withdrawal`, { body: { reason: 'error' } })
      await room.deliver()
      await room.api.delete(`/v1/articles/${article}`)
    }
    expect(await told(room, hook.path, id)).toEqual([
      'article.published',
      'article.revised',
      'article.withdrawn',
      'article.deleted',
    ])
    expect(await told(room, hook.path, stranger)).toEqual([])
  })

  it('tells of an article that comes to it', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ query: { q: 'chip' } })
    const id = await room.article({ title: 'Of something else' })
    await room.deliver()
    await room.api.patch(`/v1/articles/${id}`, { body: chips })
    expect(await told(room, hook.path, id)).toEqual(['article.revised'])
  })

  it('tells of other things than articles only where types name them', async () => {
    const room = await startTelling(engine)
    const plain = await room.hook({ query: { q: 'chip' } })
    const naming = await room.hook({ query: { q: 'chip' }, types: ['tag.created', 'article.published'] })
    await addTag(room.api, 'boards')
    await room.article(chips)
    await room.deliver()
    const types = (path: string) => room.sent(path).map(({ payload }) => payload.type)
    expect(types(plain.path)).toEqual(['article.published'])
    expect(types(naming.path).sort()).toEqual(['article.published', 'tag.created'])
  })

  it('goes on when a tag that it names is merged or deleted', async () => {
    const room = await startTelling(engine)
    for (const slug of ['boards', 'chips', 'rumours']) await addTag(room.api, slug)
    const hook = await room.hook({ query: { tagsAny: ['boards'], tagsNone: ['rumours'] } })
    await room.api.put('/v1/tags/boards/merge', { body: { into: 'chips' } })
    await room.api.delete('/v1/tags/rumours')
    const id = await room.article({ tags: ['chips'] })
    expect(await told(room, hook.path, id)).toEqual(['article.published'])
    expect(room.log.text()).toBe('')
  })

  it('goes on when a source that it leaves out is deleted', async () => {
    const room = await startTelling(engine)
    const gone = await addSource(room.api, { name: 'Gone' })
    const hook = await room.hook({ query: { sourceNone: [gone] } })
    expect((await room.api.delete(`/v1/sources/${gone}`)).status).toBe(204)
    const id = await room.article()
    expect(await told(room, hook.path, id)).toEqual(['article.published'])
  })

  it('is refused where it could find nothing, naming the member', async () => {
    const room = await startTelling(engine)
    for (const [query, path] of [
      [{ q: '(chip' }, 'query.q'],
      [{ tagsAll: ['nothing'] }, 'query.tagsAll.0'],
      [{ sourceNone: [room.sourceId, 'nothing'] }, 'query.sourceNone.1'],
      [{ expand: true }, 'query'],
      [{}, 'query'],
      [{ state: 'draft' }, 'query.state'],
    ] as const) {
      const answer = await room.api.post('/v1/webhooks', {
        body: { url: 'https://receiver.example/', query },
      })
      expect(answer.status, JSON.stringify(query)).toBe(422)
      expect(answer.body.errors[0]).toMatchObject({ in: 'body', path })
    }
  })

  it('is changed member by member, and taken away by null', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ query: { q: 'chip', language: ['en'] } })
    const patch = (query: unknown) => room.api.patch(`/v1/webhooks/${hook.id}`, { body: { query } })
    expect((await patch({ language: null })).body.query).toEqual({ q: 'chip' })
    expect((await patch({ q: 'heron' })).body.query).toEqual({ q: 'heron' })
    expect((await patch({ q: null })).status).toBe(422)
    expect((await patch(null)).body.query).toBeNull()
  })
})
