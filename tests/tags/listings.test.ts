import { expect, it } from 'vitest'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { pages, staleCards } from './newsroom.ts'

/** The same numbers in every run (mulberry32). */
function dice(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (end: number) => Math.floor(next() * end)
  return {
    below,
    one: <Item>(items: Item[]) => items[below(items.length)] as Item,
    some: <Item>(items: Item[]) => items.filter(() => next() < 0.3),
  }
}

const slugs = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

/** One write of a newsroom, drawn by lot: of any kind, on any tag or article. It may be refused. */
function randomWrite(api: Api, { below, one, some }: ReturnType<typeof dice>, articles: string[]) {
  const tag = `/v1/tags/${one(slugs)}`
  const article = `/v1/articles/${one(articles)}`
  const writes = [
    () => api.post('/v1/tags', { body: { slug: one(slugs), name: 'New', parent: one([...slugs, null]) } }),
    () => api.patch(tag, { body: { parent: one([...slugs, null]) } }),
    () => api.patch(tag, { body: { slug: one(slugs) } }),
    () => api.patch(tag, { body: { name: `Name ${below(1000)}` } }),
    () => api.put(`${tag}/merge`, { body: { into: one(slugs) } }),
    () => api.delete(tag),
    () => api.patch(article, { body: { tags: some(slugs) } }),
    () => api.patch(article, { body: { publishedAt: `2026-11-0${1 + below(9)}T00:00:00Z` } }),
    () => api.patch(article, { body: { title: `Title ${below(1000)}` } }),
    () => api.put(`${article}/tags/${one(slugs)}`),
    () => api.delete(`${article}/tags/${one(slugs)}`),
    () => api.put(`${article}/withdrawal`, { body: { reason: 'copyright' } }),
    () => api.delete(`${article}/withdrawal`),
  ]
  return one(writes)()
}

onEveryEngine('the pages of tags', (engine) => {
  async function newsroom() {
    const database = await engine.open()
    const api = await startApi(database)
    const sourceId = await addSource(api)
    for (const slug of slugs) await addTag(api, slug)
    const articles: string[] = []
    for (let n = 0; n < 10; n++) articles.push((await addArticle(api, sourceId, { tags: [slugs[n % 8]] })).id)
    return { database, api, articles, sourceId }
  }

  it.each([1, 2, 3])('list what labels and parents say, after any writes (lot %i)', async (seed) => {
    const { database, api, articles } = await newsroom()
    const lots = dice(seed)
    let kept = 0
    for (let n = 0; n < 120; n++) {
      if ((await randomWrite(api, lots, articles)).status < 300) kept++
      const { actual, expected } = await pages(database)
      expect(actual).toEqual(expected)
    }
    expect(kept).toBeGreaterThan(30)
    expect(await staleCards(database)).toEqual([])
  })

  it('list what labels and parents say, after many writes at the same time', async () => {
    const { database, api, articles, sourceId } = await newsroom()
    const lots = dice(4)
    for (let round = 0; round < 12; round++) {
      const writes = Array.from({ length: 8 }, () => randomWrite(api, lots, articles))
      const source = api.patch(`/v1/sources/${sourceId}`, { body: { name: `Source ${round}` } })
      await Promise.all([...writes, source])
      const { actual, expected } = await pages(database)
      expect(actual).toEqual(expected)
      expect(await staleCards(database)).toEqual([])
    }
  })
})
