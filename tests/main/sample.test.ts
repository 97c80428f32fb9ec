import { readdir, readFile } from 'node:fs/promises'
import { beforeAll, expect, it } from 'vitest'
import type { Article, ArticleDetail } from '../../src/articles/article.ts'
import type { Change } from '../../src/changes/change.ts'
import { isEmpty, loadSample } from '../../src/main/sample.ts'
import { type Api, startApi } from '../support/api.ts'
import { testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'

const folder = new URL('../../src/main/sample/', import.meta.url)

onEveryEngine('the sample newsroom', (engine) => {
  let api: Api
  let loaded: Awaited<ReturnType<typeof loadSample>>

  beforeAll(async () => {
    const database = await engine.open(testClock('2026-11-23T12:00:00.000Z'))
    loaded = await loadSample(database)
    api = await startApi(database)
  })

  it('loads once into an empty database, and never again', async () => {
    const database = await engine.open()
    expect(await isEmpty(database)).toBe(true)
    expect(await loadSample(database)).toEqual({ sources: 4, tags: 17, articles: 33, links: 24 })
    expect(await isEmpty(database)).toBe(false)
    expect(await loadSample(database)).toEqual({ sources: 0, tags: 0, articles: 0, links: 0 })
  })

  it('is loaded by one of two processes that start at once', async () => {
    const url = await engine.create()
    const loads = await Promise.all([loadSample(engine.connect(url)), loadSample(engine.connect(url))])
    expect(loads.map(({ articles }) => articles).sort()).toEqual([0, 33])
  })

  it('is of the last weeks, in both languages, and says so in numbers', async () => {
    const articles = await allArticles(api)
    // One is a draft and one is withdrawn.
    expect(articles).toHaveLength(loaded.articles - 2)
    const languages = Map.groupBy(articles, (article) => article.language)
    expect([...languages.keys()].sort()).toEqual(['en', 'zh'])
    expect(Math.min(...[...languages.values()].map((of) => of.length))).toBeGreaterThanOrEqual(12)
    for (const { publishedAt } of articles) {
      expect(publishedAt > '2026-10-26').toBe(true)
      expect(publishedAt < '2026-11-23T12').toBe(true)
    }
    const { data: sources } = (await api.get('/v1/sources')).body
    const counted = sources.reduce((sum: number, source: { articleCount: number }) => {
      expect(source.articleCount).toBeGreaterThanOrEqual(5)
      return sum + source.articleCount
    }, 0)
    expect(counted).toBe(articles.length)
  })

  it('has text, contents and a credit in every article, filled in from templates where none was sent', async () => {
    for (const { id, title } of await allArticles(api)) {
      const article: ArticleDetail = (await api.get(`/v1/articles/${id}`)).body
      const { wordCount, attribution, toc, body, tags, authors } = article
      expect(wordCount, title).toBeGreaterThan(100)
      expect(body.text.length).toBeGreaterThan(200)
      expect(attribution.text).not.toMatch(/[{}]/)
      expect(tags.length).toBeGreaterThan(0)
      expect(authors.length).toBeGreaterThan(0)
      expect(toc.length, title).toBeGreaterThan(0)
    }
  })

  it('ties translations to their originals, republications to who published first', async () => {
    const articles = await allArticles(api)
    const byId = new Map(articles.map((article) => [article.id, article]))
    const translations = articles.filter((article) => article.translationOf)
    expect(translations.length).toBeGreaterThanOrEqual(5)
    for (const { language, translationOf, publishedAt, authors } of translations) {
      const original = byId.get(translationOf?.articleId ?? '')
      expect(original?.language).not.toBe(language)
      expect(original && original.publishedAt < publishedAt).toBe(true)
      expect(authors.map(({ role }) => role).sort()).toEqual(['author', 'translator'])
    }
    const republished = articles.filter((article) => article.canonicalUrl)
    expect(republished).toHaveLength(3)
    for (const { canonicalUrl, attribution, source } of republished) {
      const first = articles.find((article) => article.url === canonicalUrl)
      expect(attribution).toMatchObject({ url: canonicalUrl, rightsHolder: first?.source.name })
      expect(attribution.rightsHolder).not.toBe(source.name)
    }
  })

  it('has a draft, a withdrawn article, and a corrected one with what it said before', async () => {
    const drafts = (await api.get('/v1/articles?state=draft')).body.data
    expect(drafts.map((article: Article) => article.externalId)).toEqual(['brindle-next'])
    const [withdrawn] = (await api.get('/v1/articles?state=withdrawn')).body.data
    const gone = await api.get(`/v1/articles/${withdrawn.id}`)
    expect(gone).toMatchObject({ status: 410, body: { reason: 'unconfirmed' } })
    const corrected = (await allArticles(api)).filter((article) => article.revision === 2)
    expect(corrected.map((article) => article.externalId)).toEqual(['wrenpatch-trial'])
    const { id } = corrected[0] as Article
    const now = (await api.get(`/v1/articles/${id}`)).body.body.text
    expect(now).toContain('about 3,200 crowns, a little more than')
    const before = (await api.get(`/v1/articles/${id}/revisions/1`)).body.content.body.html
    expect(before).toContain('about 2,300 crowns, a little less than')
  })

  it('has editorial links with notes and kinds, and one page that lists its own', async () => {
    const byName = new Map((await allArticles(api)).map((article) => [article.externalId, article.id]))
    const { data } = (await api.get(`/v1/articles/${byName.get('curlew-2')}/related`)).body
    const kinds = data.map(({ kind }: { kind: string }) => kind)
    expect(kinds).toEqual(['background', 'related', 'translation'])
    expect(data[0].note).toBe('The foundry that makes the chip.')
    const page = `/v1/articles/${byName.get('banxi-cluster')}/related?origin=sourcePage`
    expect((await api.get(page)).body.data).toHaveLength(6)
  })

  it('finds the articles of a tag under its parents and its Chinese names', async () => {
    const count = async (slug: string) =>
      (await api.get(`/v1/articles?tagsAll=${encodeURIComponent(slug)}&limit=100`)).body.data.length
    expect(await count('ai-chips')).toBe(5)
    expect(await count('芯片')).toBe(await count('chips'))
    expect(await count('chips')).toBeGreaterThan(await count('ai-chips'))
    expect(await count('technology')).toBeGreaterThan(await count('chips'))
  })

  it('leaves a log that begins at 1 and tells of every article', async () => {
    const changes: Change[] = (await api.get('/v1/changes?limit=1000')).body.data
    expect(changes.map(({ seq }) => seq)).toEqual(changes.map((_, index) => index + 1))
    const first = changes.filter(({ type }) => type === 'article.published' || type === 'article.drafted')
    expect(first).toHaveLength(loaded.articles)
  })
})

it('names no real company, product or outlet, and no address but reserved ones', async () => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json'))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) {
    const text = await readFile(new URL(file, folder), 'utf8')
    expect(text.match(realNames)?.[0], file).toBeUndefined()
    for (const [address = ''] of text.matchAll(/https?:\/\/[^\s"'<>]+/g)) {
      expect(new URL(address).hostname, file).toMatch(/\.example$/)
    }
  }
})

const latin =
  'AMD|Amazon|Android|Anthropic|Apple|Arm|BYD|Baidu|Bloomberg|Boeing|Chrome|Cisco|Facebook|GitHub|Google|Huawei|IBM|Intel|Kafka|Lenovo|Linux|Meta|Microsoft|Mozilla|Netflix|Nvidia|OpenAI|Oracle|Qualcomm|Reuters|Samsung|Siemens|Sony|SpaceX|Starlink|TSMC|TechCrunch|Tesla|Tencent|Toyota|Twitter|Volkswagen|Windows|Xiaomi'
const han =
  '阿里|百度|比亚迪|财联社|高通|谷歌|华为|京东|理想汽车|联想|马斯克|美团|蔚来|微博|微软|微信|苹果|三星|特斯拉|腾讯|台积电|推特|小米|小鹏|新华社|星链|英伟达|英特尔|中芯国际|字节跳动'
const realNames = new RegExp(`\\b(?:${latin})\\b|${han}`)

async function allArticles(api: Api): Promise<Article[]> {
  return (await api.get('/v1/articles?limit=100')).body.data
}
