import { beforeEach, expect, it } from 'vitest'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { addArticle, addSource, addTag, allIds } from './newsroom.ts'

onEveryEngine('lists of articles', (engine) => {
  let api: Api
  let north: string
  let south: string
  const byTitle = new Map<string, string>()

  beforeEach(async () => {
    api = await startApi(await engine.open())
    north = await addSource(api, { name: 'North', language: 'en' })
    south = await addSource(api, { name: 'South', language: 'zh' })
    await addTag(api, 'technology')
    await addTag(api, 'chips', { parent: 'technology', aliases: ['semiconductors'] })
    await addTag(api, 'cars')
    byTitle.clear()
    const rows: [string, string, string, string[], object][] = [
      ['a', north, '2026-11-01T00:00:00Z', ['chips'], { authors: [{ name: 'Mara Quill' }] }],
      ['b', south, '2026-11-02T00:00:00Z', ['chips', 'cars'], { language: 'zh' }],
      ['c', north, '2026-11-03T00:00:00Z', ['cars'], {}],
      [
        'd',
        south,
        '2026-11-03T00:00:00Z',
        ['technology'],
        { language: 'zh', authors: [{ name: 'ＭＡＲＡ quill' }] },
      ],
      ['e', north, '2026-11-04T00:00:00Z', [], { language: 'ja' }],
    ]
    for (const [title, source, publishedAt, tags, more] of rows) {
      const article = await addArticle(api, source, { title, publishedAt, tags, ...more })
      byTitle.set(article.id, title)
    }
  })

  const titles = async (query: string) =>
    (await allIds(api, `/v1/articles?limit=2&${query}`)).map((id) => byTitle.get(id)).join('')

  it.each([
    ['', 'edcba'],
    ['sort=oldest', 'abcde'],
    ['tagsAny=chips', 'ba'],
    ['tagsAny=semiconductors', 'ba'],
    ['tagsAny=technology', 'dba'],
    ['tagsAny=chips,cars', 'cba'],
    ['tagsAny=chips&tagsAny=cars', 'cba'],
    ['tagsAny=chips,cars&sort=oldest', 'abc'],
    ['tagsAny=nothing', ''],
    ['tagsAny=nothing,cars', 'cb'],
    ['tagsAll=chips,cars', 'b'],
    ['tagsAll=technology,cars', 'b'],
    ['tagsAll=chips,nothing', ''],
    ['tagsNone=cars', 'eda'],
    ['tagsNone=technology', 'ec'],
    ['tagsAny=technology&tagsNone=cars', 'da'],
    ['author=mara%20quill', 'da'],
    ['author=MARA+Quill&tagsAny=chips', 'a'],
    ['language=zh', 'db'],
    ['language=zh,ja', 'edb'],
    ['languageNone=zh', 'eca'],
    ['publishedAfter=2026-11-02T00:00:00Z', 'edc'],
    ['publishedBefore=2026-11-02T00:00:00Z', 'a'],
    ['publishedAfter=2026-11-01T00:00:00Z&publishedBefore=2026-11-04T08:00:00%2B08:00', 'dcb'],
    ['tagsAny=technology&publishedAfter=2026-11-01T00:00:00Z', 'db'],
    ['contentChangedAfter=2999-01-01T00:00:00Z', ''],
    ['duplicates=only', ''],
    ['duplicates=collapse', 'edcba'],
    ['story=none', ''],
    ['source=none', ''],
    ['tagsAll=technology&author=mara%20quill&language=zh', 'd'],
  ])('filters by %s', async (query, expected) => {
    // Articles of the same moment follow their ids, so the two of 3 November stand in the order of their making.
    expect(await titles(query)).toBe(expected)
  })

  it('filters by sources', async () => {
    expect(await titles(`source=${north}`)).toBe('eca')
    expect(await titles(`source=${north},${south}`)).toBe('edcba')
    expect(await titles(`sourceNone=${north}`)).toBe('db')
    expect(await titles(`source=${north}&tagsAny=cars`)).toBe('c')
  })

  it('sorts by the last change of content', async () => {
    const [c] = await allIds(api, `/v1/articles?source=${north}&tagsAny=cars`)
    await api.patch(`/v1/articles/${c}`, { body: { summary: 'Changed' } })
    expect((await titles('sort=contentChanged'))[0]).toBe('c')
    expect(await titles('sort=contentChanged&tagsAny=chips')).toHaveLength(2)
  })

  it('counts exactly on request', async () => {
    expect((await api.get('/v1/articles?tagsAny=chips,cars&total=exact&limit=1')).body.page.total).toBe(3)
    expect((await api.get('/v1/articles?limit=1')).body.page.total).toBeUndefined()
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['tagAny=chips', 'tagAny'],
    ['sort=title', 'sort'],
    ['state=deleted', 'state'],
    ['publishedAfter=yesterday', 'publishedAfter'],
    ['publishedAfter=', 'publishedAfter'],
    ['language=xx!', 'language.0'],
    ['fields=title,nonsense', 'fields'],
    ['include=everything', 'include.0'],
    ['total=about', 'total'],
    ['cursor=abc', 'cursor'],
    ['tagsNone=nothing', 'tagsNone'],
    ['sourceNone=nothing', 'sourceNone'],
    ['tagsAll=chips&sourceNone=nothing', 'sourceNone'],
    ['author=', 'author'],
  ])('refuses %s with 400 and names the parameter', async (query, path) => {
    const answer = await api.get(`/v1/articles?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  it('refuses a cursor that was made for other filters', async () => {
    const { next } = (await api.get('/v1/articles?limit=2&tagsAny=technology')).body.page
    const other = await api.get(`/v1/articles?limit=2&cursor=${next}`)
    expect(other.status).toBe(400)
    expect(other.body.type).toMatch(/bad-cursor$/)
    expect((await api.get(`/v1/articles?tagsAny=technology&cursor=${next}&limit=50`)).status).toBe(200)
  })

  it('links to the next page', async () => {
    const first = await api.get('/v1/articles?limit=3')
    const next = /<[^>]*?(\/v1\/[^>]*)>; rel="next"/.exec(String(first.headers.link))?.[1]
    expect(
      (await api.get(String(next))).body.data.map((article: { title: string }) => article.title),
    ).toEqual(['b', 'a'])
  })

  it('neither repeats nor skips while others are added and removed', async () => {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await api.get(`/v1/articles?limit=1${cursor ? `&cursor=${cursor}` : ''}`)
      seen.push(byTitle.get(page.body.data[0].id) as string)
      cursor = page.body.page.next
      await addArticle(api, north, { publishedAt: '2026-11-20T00:00:00Z' })
    } while (cursor)
    expect(seen.join('')).toBe('edcba')
  })

  it('carries no text unless asked', async () => {
    const plain = (await api.get('/v1/articles')).body.data[0]
    expect(plain.body).toBeUndefined()
    expect(plain.toc).toBeUndefined()
    const asked = (await api.get('/v1/articles?include=body,toc')).body.data[0]
    expect(asked.body).toEqual({ html: '', text: '' })
    expect(asked.toc).toEqual([])
  })

  it('cuts to the fields that were asked for, and never drops the attribution', async () => {
    const article = (await api.get('/v1/articles?fields=title,source.name,tags.slug&tagsAny=cars&limit=1'))
      .body.data[0]
    expect(Object.keys(article).sort()).toEqual(['attribution', 'source', 'tags', 'title'])
    expect(article.source).toEqual({ name: 'North' })
    expect(article.tags).toEqual([{ slug: 'cars' }])
    const text = (await api.get('/v1/articles?fields=body.text')).body.data[0]
    expect(Object.keys(text).sort()).toEqual(['attribution', 'body'])
    expect(text.body).toEqual({ text: '' })
  })

  it('answers 304 until something is written', async () => {
    const url = '/v1/articles?tagsAny=chips'
    const { etag } = (await api.get(url)).headers
    const headers = { 'if-none-match': String(etag) }
    expect((await api.get(url, { headers })).status).toBe(304)
    expect((await api.get(url, { headers: { 'if-none-match': `W/${etag}, "x"` } })).status).toBe(304)
    const [id] = await allIds(api, url)
    await api.patch(`/v1/articles/${id}`, { body: { title: 'Changed' } })
    const changed = await api.get(url, { headers })
    expect(changed.status).toBe(200)
    expect(changed.headers.etag).not.toBe(etag)
  })

  it('never serves to the public what was made for a key', async () => {
    await addArticle(api, north, { state: 'draft' })
    expect((await api.get('/v1/articles?state=draft')).status).toBe(200)
    expect((await api.get('/v1/articles?state=draft', { key: null })).status).toBe(401)
    const open = await api.get('/v1/articles', { key: null })
    expect(open.headers['cache-control']).toBe('public, no-cache')
    expect((await api.get('/v1/articles')).headers['cache-control']).toBe('private, no-cache')
  })
})
