import { expect, expectTypeOf, it } from 'vitest'
import {
  createNewsweave,
  type ImportResult,
  type ListPath,
  type NewArticle,
} from '../../openapi/client/src/index.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { startAnswering } from './answers.ts'

async function clientOf(api: Api) {
  const baseUrl = await api.listen()
  return createNewsweave({ baseUrl, key: adminKey, fetch: (request) => api.fetch(request) })
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  return Array.fromAsync(values)
}

onEveryEngine('lists through the client', (engine) => {
  it('come page by page and item by item, with their filters', async () => {
    const api = await startApi(await engine.open())
    const news = await clientOf(api)
    const sourceId = await addSource(api)
    await addTag(api, 'chips')
    const made: string[] = []
    for (let n = 0; n < 5; n++) made.push((await addArticle(api, sourceId, { tags: ['chips'] })).id)
    await addArticle(api, sourceId)
    const query = { tagsAny: ['chips'], limit: 2, sort: 'oldest' as const, fields: ['id', 'title'] }
    const pages = await collect(news.pages('/v1/articles', { params: { query } }))
    expect(pages.map(({ data }) => data.length)).toEqual([2, 2, 1])
    const items = await collect(news.items('/v1/articles', { params: { query } }))
    expect(items.map(({ id }) => id).sort()).toEqual(made.sort())
    expect((await collect(news.items('/v1/tags'))).map(({ slug }) => slug)).toEqual(['chips'])
    expect((await collect(news.items('/v1/sources'))).map(({ id }) => id)).toEqual([sourceId])
    const path = { id: made[0] as string }
    const revisions = await collect(news.items('/v1/articles/{id}/revisions', { params: { path } }))
    expect(revisions.map(({ revision }) => revision)).toEqual([1])
    const missing = news.items('/v1/sources/{id}/fetches', { params: { path: { id: 'none' } } })
    await expect(collect(missing)).rejects.toMatchObject({ name: 'ProblemError', status: 404 })
  })

  it('go out and in as NDJSON, with a result for each article', async () => {
    const api = await startApi(await engine.open())
    const news = await clientOf(api)
    const sourceId = await addSource(api)
    async function* articles(): AsyncGenerator<NewArticle> {
      for (let n = 1; n <= 25; n++) {
        const title = n === 13 ? '' : `第 ${n} 条 ☕`
        yield {
          sourceId,
          externalId: `n-${n}`,
          url: `https://a.example/${n}`,
          title,
          publishedAt: '2026-11-01T00:00:00Z',
        }
      }
    }
    const results: ImportResult[] = await collect(news.importArticles(articles(), { batchSize: 10 }))
    expect(results.map(({ line }) => line)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
    expect(results.filter(({ status }) => status === 'failed').map(({ line }) => line)).toEqual([13])
    const exported = await collect(news.exportArticles({ sort: 'oldest' }))
    expect(exported.map(({ title }) => title)).toContain('第 25 条 ☕')
    expect(exported).toHaveLength(24)
    const again = await collect(news.importArticles(articles()))
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['unchanged', 'failed']))
    for await (const article of news.exportArticles()) {
      expect(article.body.html).toBe('')
      break
    }
  })
})

it('an import whose answer breaks off is sent again, under the same key', async () => {
  const half = { cut: true as const, body: '{"line":1,"status":"created"}\n' }
  const whole = { body: '{"line":1,"status":"created"}\n{"line":2,"status":"created"}\n' }
  const { baseUrl, asked } = await startAnswering(half, whole)
  const news = createNewsweave({ baseUrl })
  const article = {
    sourceId: 's',
    url: 'https://a.example/',
    title: 'A',
    publishedAt: '2026-11-01T00:00:00Z',
  }
  const results = await collect(news.importArticles([article, article]))
  expect(results.map(({ line }) => line)).toEqual([1, 2])
  expect(asked[1]?.headers['idempotency-key']).toBe(asked[0]?.headers['idempotency-key'])
  expect(asked[1]?.body).toBe(asked[0]?.body)
})

it('every list that is paged is known by its address, and only those', () => {
  expectTypeOf<'/v1/articles' | '/v1/stories/{id}/articles' | '/v1/partners'>().toExtend<ListPath>()
  expectTypeOf<'/v1/changes'>().not.toExtend<ListPath>()
  expectTypeOf<'/v1/articles/{id}'>().not.toExtend<ListPath>()
  const news = createNewsweave({ baseUrl: 'http://127.0.0.1:1' })
  // @ts-expect-error The parameters of the path are missing.
  news.items('/v1/stories/{id}/articles')
  // @ts-expect-error There is no such filter.
  news.items('/v1/tags', { params: { query: { colour: 'red' } } })
  // @ts-expect-error The change feed is read with `changes`.
  news.items('/v1/changes')
  expectTypeOf(news.items('/v1/tags')).toExtend<AsyncGenerator<{ slug: string }>>()
})
