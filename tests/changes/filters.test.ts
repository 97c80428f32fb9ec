import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { appendChanges } from './log.ts'

onEveryEngine('changes of tags and sources', (engine) => {
  let database: Database
  let api: Api
  let sourceId: string
  let after: number

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
    sourceId = await addSource(api)
    await addTag(api, 'technology', { aliases: ['tech'] })
    await addTag(api, 'chips', { parent: 'technology' })
    await addTag(api, 'science')
    await mark()
  })

  const mark = async () => {
    after = (await api.get('/v1/changes?after=999999')).body.lastSeq
  }

  /** The types of what was written since the mark and passes a filter. */
  async function told(filter: string): Promise<string[]> {
    const { body } = await api.get(`/v1/changes?limit=1000&after=${after}&${filter}`)
    expect(body.page.next).toBeNull()
    return body.data.map(({ type }: { type: string }) => type)
  }

  it('tells of an article to who follows its tag, the tag above it, or an alias of that', async () => {
    await addArticle(api, sourceId, { tags: ['chips'] })
    await addArticle(api, sourceId, { tags: ['science'] })
    await addArticle(api, sourceId)
    for (const tag of ['chips', 'technology', 'tech', 'TECH']) {
      expect(await told(`tags=${tag}`), tag).toEqual(['article.published'])
    }
    expect(await told('tags=technology,science')).toHaveLength(2)
    expect(await told('')).toHaveLength(3)
  })

  it('tells of a revision that takes the tag off, and of none behind it', async () => {
    const { id } = await addArticle(api, sourceId, { tags: ['chips'] })
    await mark()
    await api.patch(`/v1/articles/${id}`, { body: { tags: ['science'] } })
    await api.patch(`/v1/articles/${id}`, { body: { title: 'Of science only' } })
    expect(await told('tags=technology')).toEqual(['article.revised'])
    expect(await told('tags=science')).toEqual(['article.revised', 'article.revised'])
  })

  it('tells of a withdrawal, a second reason, a restoring and a deletion', async () => {
    const { id } = await addArticle(api, sourceId, { tags: ['chips'] })
    await mark()
    await api.put(`/v1/articles/${id}/withdrawal`, { body: { reason: 'copyright' } })
    await api.put(`/v1/articles/${id}/withdrawal`, { body: { reason: 'an error' } })
    await api.delete(`/v1/articles/${id}/withdrawal`)
    await api.delete(`/v1/articles/${id}`)
    const all = ['article.withdrawn', 'article.withdrawn', 'article.restored', 'article.deleted']
    expect(await told('tags=technology')).toEqual(all)
    expect(await told(`sources=${sourceId}`)).toEqual(all)
    expect(await told('tags=science')).toEqual([])
  })

  it('tells of a link as a matter of its article', async () => {
    const { id } = await addArticle(api, sourceId, { tags: ['chips'] })
    const other = await addSource(api, { name: 'Other' })
    const target = await addArticle(api, other, { tags: ['science'] })
    await mark()
    const link = await api.post(`/v1/articles/${id}/related`, {
      body: { kind: 'background', target: { articleId: target.id } },
    })
    await api.patch(link.headers.location, { body: { note: 'How it began.' } })
    await api.delete(link.headers.location)
    const all = ['link.created', 'link.updated', 'link.deleted']
    expect(await told('tags=technology')).toEqual(all)
    expect(await told(`sources=${sourceId}`)).toEqual(all)
    expect(await told(`sources=${other}`)).toEqual([])
    expect(await told('tags=science')).toEqual([])
  })

  it('tells of a tag to who follows it or a tag above it, before or after it is moved', async () => {
    await api.patch('/v1/tags/chips', { body: { parent: 'science' } })
    expect(await told('tags=chips')).toEqual(['tag.updated'])
    expect(await told('tags=technology')).toEqual(['tag.updated'])
    expect(await told('tags=science')).toEqual(['tag.updated'])
    await addTag(api, 'accelerators', { parent: 'chips' })
    await api.delete('/v1/tags/chips')
    const behind = ['tag.updated', 'tag.created', 'tag.updated', 'tag.deleted']
    expect(await told('tags=science')).toEqual(behind)
    expect(await told('tags=technology')).toEqual(['tag.updated'])
    expect(await told('tags=accelerators')).toEqual(['tag.created', 'tag.updated'])
  })

  it('finds what was written of a tag under the one that it was merged into, and again into another', async () => {
    await addArticle(api, sourceId, { tags: ['chips'] })
    await addTag(api, 'silicon')
    await mark()
    const { id } = await addArticle(api, sourceId, { tags: ['chips'] })
    await api.put('/v1/tags/chips/merge', { body: { into: 'silicon' } })
    await api.delete(`/v1/articles/${id}`)
    const all = ['article.published', 'tag.merged', 'article.deleted']
    for (const tag of ['chips', 'silicon']) expect(await told(`tags=${tag}`), tag).toEqual(all)
    await api.put('/v1/tags/silicon/merge', { body: { into: 'science' } })
    for (const tag of ['chips', 'silicon', 'science']) {
      expect(await told(`tags=${tag}`), tag).toEqual([...all, 'tag.merged'])
    }
    expect(await told('tags=technology')).toEqual(['article.published', 'tag.merged'])
  })

  it('tells of a source to who follows it', async () => {
    const other = await addSource(api, { name: 'Other' })
    await api.patch(`/v1/sources/${other}`, { body: { name: 'Another' } })
    await addArticle(api, sourceId)
    expect(await told(`sources=${other}`)).toEqual(['source.created', 'source.updated'])
    expect(await told(`sources=${other},${sourceId}`)).toHaveLength(3)
  })

  it('takes filters together: of each one thing that fits', async () => {
    const other = await addSource(api, { name: 'Other' })
    await addArticle(api, sourceId, { tags: ['chips'] })
    await addArticle(api, other, { tags: ['chips'] })
    const { id } = await addArticle(api, other, { tags: ['science'] })
    await api.delete(`/v1/articles/${id}`)
    expect(await told(`tags=technology&sources=${other}`)).toEqual(['article.published'])
    expect(await told('tags=technology,science&types=article.deleted')).toEqual(['article.deleted'])
    expect(await told(`sources=${other}&types=article.deleted,source.created`)).toEqual([
      'source.created',
      'article.deleted',
    ])
  })

  it.each([
    ['tags', 'chips,nothing', 'tags.1', '"nothing"'],
    ['sources', 'nobody', 'sources.0', '"nobody"'],
  ])('names one of the %s that there is not', async (name, value, path, named) => {
    for (const address of ['/v1/changes', '/v1/changes/stream']) {
      const { status, body } = await api.get(`${address}?${name}=${value}`)
      expect(status).toBe(400)
      expect(body.errors).toEqual([{ in: 'query', path, message: expect.stringContaining(named) }])
    }
  })

  it('looks at so many entries at a time, and moves on past what does not concern the reader', async () => {
    await addArticle(api, sourceId, { tags: ['chips'] })
    await appendChanges(database, 5100)
    await addArticle(api, sourceId, { tags: ['chips'] })
    await mark()
    const seen: number[][] = []
    for (let place: string | null = '5'; place !== null; ) {
      const { body }: Awaited<ReturnType<Api['get']>> = await api.get(
        `/v1/changes?tags=chips&limit=2&after=${place}`,
      )
      seen.push(body.data.map(({ seq }: { seq: number }) => seq))
      if (body.page.next !== null) expect(body.page.next).toBe(String(body.lastSeq))
      else expect(body.lastSeq).toBe(after)
      place = body.page.next
    }
    // Behind the first article nothing of the tag for 5,000 entries, then the second one.
    expect(seen).toEqual([[], [after]])
  })

  it('wakes who waits for a tag with a change of it, and with no other', async () => {
    const waiting = api.get(`/v1/changes?tags=technology&wait=20&after=${after}`)
    await addArticle(api, sourceId, { tags: ['science'] })
    const { id } = await addArticle(api, sourceId, { tags: ['chips'] })
    expect((await waiting).body.data).toMatchObject([{ type: 'article.published', resource: { id } }])
  })
})
