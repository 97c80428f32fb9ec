import { beforeEach, expect, it } from 'vitest'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('facets', (engine) => {
  let api: Api
  let sources: string[]

  beforeEach(async () => {
    api = await startApi(await engine.open())
    sources = [
      await addSource(api, { name: 'Lighthouse Daily' }),
      await addSource(api, { name: '青言', homeUrl: 'https://qingyan.example/' }),
    ]
    await addTag(api, 'technology')
    await addTag(api, 'chips', { parent: 'technology' })
    const days = ['2026-11-01', '2026-11-02', '2026-11-02', '2026-10-31', '2025-12-31']
    for (const [index, day] of days.entries()) {
      await addArticle(api, sources[index % 2] as string, {
        title: index === 4 ? 'Plover' : 'Heron',
        tags: index < 2 ? ['chips'] : index === 2 ? ['technology'] : [],
        language: index % 2 === 0 ? 'en' : 'zh',
        authors: index < 3 ? [{ name: index === 0 ? 'mara quill' : 'Mara Quill' }] : [],
        publishedAt: `${day}T23:30:00Z`,
      })
    }
  })

  const facets = async (query: string) => (await api.get(`/v1/articles?${query}`)).body.facets

  it('count what the query and the filters leave, the most frequent first', async () => {
    expect(await facets('q=heron&facets=tag,source,language,author&limit=1')).toEqual({
      tag: [
        { slug: 'technology', name: 'TECHNOLOGY', count: 3 },
        { slug: 'chips', name: 'CHIPS', count: 2 },
      ],
      source: [
        { id: sources[0], name: 'Lighthouse Daily', count: 2 },
        { id: sources[1], name: '青言', count: 2 },
      ].sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1)),
      language: [
        { language: 'en', count: 2 },
        { language: 'zh', count: 2 },
      ],
      author: [{ name: 'Mara Quill', count: 3 }],
      articleCount: 4,
      approximate: false,
    })
  })

  it('are those of a list without a query, too', async () => {
    expect(await facets(`facets=language&source=${sources[0]}`)).toEqual({
      language: [{ language: 'en', count: 3 }],
      articleCount: 3,
      approximate: false,
    })
  })

  it('count by day, by week from Monday and by month, in UTC', async () => {
    expect(await facets('facets=day,week,month')).toMatchObject({
      day: [
        { from: '2026-11-02', count: 2 },
        { from: '2026-11-01', count: 1 },
        { from: '2026-10-31', count: 1 },
        { from: '2025-12-31', count: 1 },
      ],
      week: [
        { from: '2026-11-02', count: 2 },
        { from: '2026-10-26', count: 2 },
        { from: '2025-12-29', count: 1 },
      ],
      month: [
        { from: '2026-11-01', count: 3 },
        { from: '2026-10-01', count: 1 },
        { from: '2025-12-01', count: 1 },
      ],
    })
  })

  it('count what a filter on the same value then finds', async () => {
    const { tag } = await facets('facets=tag')
    for (const { slug, count } of tag) {
      const { page } = (await api.get(`/v1/articles?tagsAll=${slug}&total=exact`)).body
      expect(page.total, slug).toBe(count)
    }
  })

  it('are empty where nothing is found, and refused where there is none of the name', async () => {
    expect(await facets('q=zeppelin&facets=tag,day')).toEqual({
      tag: [],
      day: [],
      articleCount: 0,
      approximate: false,
    })
    expect(await facets('tagsAll=none&facets=tag')).toEqual({ tag: [], articleCount: 0, approximate: false })
    const { status, body } = await api.get('/v1/articles?facets=colour')
    expect([status, body.errors[0].path]).toEqual([400, 'facets.0'])
  })
})
