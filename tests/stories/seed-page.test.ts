import { beforeEach, expect, it } from 'vitest'
import { addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { readSeedPage } from './seed-page.ts'

onEveryEngine('the page that lists forty headlines as related', (engine) => {
  let api: Api
  let articleId: string
  let page: Awaited<ReturnType<typeof readSeedPage>>

  beforeEach(async () => {
    page = await readSeedPage()
    api = await startApi(await engine.open())
    const sourceId = await addSource(api, { name: page.source, homeUrl: 'https://wap.luzhiwang.com/' })
    const article = await api.post('/v1/articles', {
      body: {
        sourceId,
        url: 'https://wap.luzhiwang.com/post/1.html',
        title: page.title,
        publishedAt: '2025-08-11T00:00:00Z',
        body: { text: page.text },
        attribution: { text: page.credit, rightsHolder: page.source },
      },
    })
    expect(article.status).toBe(201)
    articleId = article.body.id
    for (const title of page.headlines) {
      const link = await api.post(`/v1/articles/${articleId}/related`, {
        body: { kind: 'related', origin: 'sourcePage', target: { title } },
      })
      expect(link.status).toBe(201)
    }
  })

  it('keeps its credit line as the attribution', async () => {
    const { body } = await api.get(`/v1/articles/${articleId}`)
    expect(body.attribution).toMatchObject({ text: page.credit, rightsHolder: '音符科技网', required: true })
    expect(body.attribution.text).toMatch(/^文章版权声明.*注明出处。$/)
    expect(body).toMatchObject({ language: 'zh', title: page.title })
    expect(body.body.text).toContain('Dojo 3')
  })

  it('replays its forty headlines verbatim and in order', async () => {
    expect(page.headlines).toHaveLength(40)
    const titles: string[] = []
    let cursor = ''
    do {
      const list = await api.get(
        `/v1/articles/${articleId}/related?origin=sourcePage&limit=15${cursor && `&cursor=${cursor}`}`,
      )
      titles.push(...list.body.data.map((link: { target: { title: string } }) => link.target.title))
      cursor = list.body.page.next ?? ''
    } while (cursor)
    expect(titles).toEqual(page.headlines)
  })

  it('shows none of them as related', async () => {
    const { body } = await api.get(`/v1/articles/${articleId}/related`)
    expect(body).toEqual({ data: [], page: { next: null, limit: 20 }, suppressedCount: 0 })
  })

  it('makes no article and no tag of them', async () => {
    const articles = await api.get('/v1/articles?limit=100&total=exact')
    expect(articles.body.data.map((article: { id: string }) => article.id)).toEqual([articleId])
    expect(articles.body.page.total).toBe(1)
    expect((await api.get('/v1/tags')).body.data).toEqual([])
    const changes = await api.get('/v1/changes?limit=1000')
    const types = changes.body.data.map((change: { type: string }) => change.type)
    expect(types).toEqual(['source.created', 'article.published', ...Array(40).fill('link.created')])
  })
})
