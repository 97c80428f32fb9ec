import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { pages, tagChanges } from './newsroom.ts'

onEveryEngine('merging tags', (engine) => {
  let database: Database
  let api: Api
  let source: string

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
    source = await addSource(api)
  })

  const merge = (slug: string, into: string) => api.put(`/v1/tags/${slug}/merge`, { body: { into } })
  const titles = async (slug: string) =>
    (await api.get(`/v1/articles?tagsAll=${slug}`)).body.data
      .map((article: { title: string }) => article.title)
      .sort()
      .join('')
  const parentOf = async (slug: string) => (await api.get(`/v1/tags/${slug}`)).body.parent

  async function expectRightPages() {
    const { actual, expected } = await pages(database)
    expect(actual).toEqual(expected)
  }

  it('the articles, slugs and lower tags of the one become those of the other, for every article once', async () => {
    await addTag(api, 'ai', { aliases: ['ki'] })
    await addTag(api, 'machine-learning', { aliases: ['ml', '机器学习'] })
    await addTag(api, 'deep-learning', { parent: 'ml' })
    await addArticle(api, source, { title: 'a', tags: ['machine-learning'] })
    const both = await addArticle(api, source, { title: 'b', tags: ['ai', 'ml'] })
    await addArticle(api, source, { title: 'c', tags: ['deep-learning'] })
    const draft = await addArticle(api, source, { title: 'd', tags: ['ml'], state: 'draft' })

    const merged = await merge('machine-learning', 'KI')
    expect(merged.status).toBe(200)
    expect(merged.headers['content-location']).toBe('/v1/tags/ai')
    expect(merged.body).toMatchObject({
      slug: 'ai',
      aliases: ['ki', 'machine-learning', 'ml', '机器学习'],
      articleCount: 3,
    })
    expect((await api.get('/v1/tags/ai')).headers.etag).toBe(merged.headers.etag)
    const old = await api.get('/v1/tags/%E6%9C%BA%E5%99%A8%E5%AD%A6%E4%B9%A0')
    expect([old.status, old.headers.location]).toEqual([308, '/v1/tags/ai'])
    expect(await parentOf('deep-learning')).toBe('ai')
    expect(await titles('ml')).toBe('abc')
    const tags = [{ slug: 'ai', name: 'AI' }]
    expect((await api.get(`/v1/articles/${both.id}`)).body.tags).toEqual(tags)
    expect((await api.get(`/v1/articles/${draft.id}`)).body.tags).toEqual(tags)
    expect(
      (await api.get('/v1/articles?tagsAll=ai')).body.data
        .map((card: { tags: { slug: string }[] }) => card.tags[0]?.slug)
        .sort(),
    ).toEqual(['ai', 'ai', 'deep-learning'])
    expect((await tagChanges(api)).slice(-2)).toEqual(['updated deep-learning', 'merged machine-learning'])
    await expectRightPages()
  })

  it('an article is labelled by the merged slug as before', async () => {
    await addTag(api, 'ai')
    await addTag(api, 'ml')
    await merge('ml', 'ai')
    const article = await addArticle(api, source, { tags: ['ml', 'ai'] })
    expect(article.tags).toEqual([{ slug: 'ai', name: 'AI' }])
  })

  it('a merge that is sent again answers the same, and one into another tag is sent on', async () => {
    for (const slug of ['ai', 'ml', 'other']) await addTag(api, slug)
    const first = await merge('ml', 'ai')
    const again = await merge('ml', 'ai')
    expect([again.status, again.body]).toEqual([200, first.body])
    const other = await merge('ml', 'other')
    expect([other.status, other.headers.location]).toEqual([308, '/v1/tags/ai/merge'])
  })

  it('a wrong target is refused with 422', async () => {
    await addTag(api, 'ai', { aliases: ['ki'] })
    for (const into of ['ai', 'KI', 'nothing', '🚀', '']) {
      const refused = await merge('ai', into)
      expect.soft(refused.status, into).toBe(422)
      expect.soft(refused.body.errors[0].path, into).toBe('into')
    }
    for (const body of [{}, { into: null }, { into: 'x', and: 'y' }, []]) {
      expect.soft((await api.put('/v1/tags/ai/merge', { body })).status).toBe(422)
    }
  })

  it('a tag merged into one below it leaves its place to that one, and nothing stands below itself', async () => {
    await addTag(api, 'root')
    await addTag(api, 'a', { parent: 'root' })
    await addTag(api, 'b', { parent: 'a' })
    await addTag(api, 'c', { parent: 'b' })
    await addTag(api, 'side', { parent: 'a' })
    await addTag(api, 'leaf', { parent: 'c' })
    for (const slug of ['a', 'b', 'c', 'side', 'leaf'])
      await addArticle(api, source, { title: slug[0], tags: [slug] })
    const merged = await merge('a', 'c')
    expect(merged.body).toMatchObject({ slug: 'c', parent: 'root', aliases: ['a'] })
    expect(await Promise.all(['b', 'side', 'leaf'].map(parentOf))).toEqual(['c', 'c', 'c'])
    expect(await Promise.all(['root', 'c', 'b', 'side', 'leaf'].map(titles))).toEqual([
      'abcls',
      'abcls',
      'b',
      's',
      'l',
    ])
    await expectRightPages()
  })

  it('a tag merged into the one right below or above it', async () => {
    await addTag(api, 'a')
    await addTag(api, 'b', { parent: 'a' })
    await addTag(api, 'c', { parent: 'b' })
    for (const slug of ['a', 'b', 'c']) await addArticle(api, source, { title: slug, tags: [slug] })
    expect((await merge('a', 'b')).body).toMatchObject({ slug: 'b', parent: null, articleCount: 3 })
    await expectRightPages()
    expect((await merge('c', 'b')).body).toMatchObject({ slug: 'b', aliases: ['a', 'c'], articleCount: 3 })
    await expectRightPages()
  })

  it('two tags that are merged into one another at the same time do not both vanish', async () => {
    await addTag(api, 'a')
    await addTag(api, 'b')
    const both = await Promise.all([merge('a', 'b'), merge('b', 'a')])
    expect(both.filter((reply) => reply.status === 200)).toHaveLength(1)
    expect((await api.get('/v1/tags')).body.data).toHaveLength(1)
  })
})
