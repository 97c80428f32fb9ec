import { parseFeed as parseByFeedsmith } from 'feedsmith'
import { beforeEach, expect, it } from 'vitest'
import { addArticle } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { engines, onEveryEngine } from '../support/engines.ts'
import { formats, idsOf, itemsOf, linksOf, textOf } from './documents.ts'
import { fillNewsroom, nastySummary, nastyTitle, writtenTitle } from './newsroom.ts'

const types = { rss: 'application/rss+xml', atom: 'application/atom+xml', json: 'application/feed+json' }

onEveryEngine('a feed', (engine) => {
  let api: Api
  let room: Awaited<ReturnType<typeof fillNewsroom>>

  beforeEach(async () => {
    api = await startApi(await engine.open())
    room = await fillNewsroom(api)
  })

  it.each(formats)('says in %s, to our own reader of feeds, what the article says', async (format) => {
    const answer = await api.get(`/v1/feeds/articles.${format}`)
    expect(answer.headers['content-type']).toBe(`${types[format]}; charset=utf-8`)
    const [open, closed, ...others] = itemsOf(answer)
    expect(others).toEqual([])
    expect(open).toMatchObject({
      guid: `urn:uuid:${room.open.id}`,
      url: 'https://lighthouse.example/%E6%96%B0%E9%97%BB?a=1&b=%3C2%3E',
      publishedAt: '2026-11-23T06:08:00.000Z',
      updatedAt: room.open.contentChangedAt,
      categories: ['Chips & dies'],
      language: 'en',
      imageUrl: 'https://lighthouse.example/heron.png?w=1&h=2',
    })
    // Our reader takes what looks like a tag in a title for one, as many feeds mean it.
    if (format !== 'json') expect(answer.body).toContain(`<title>${escapeXmlByHand(writtenTitle)}</title>`)
    if (format === 'json') expect(answer.body.items[0].title).toBe(nastyTitle)
    expect(open?.authors.map(({ name }) => name)).toEqual(['Mara Quill', 'Ivo <Renn>'])
    const { body } = await api.get(`/v1/articles/${room.open.id}`)
    expect(open?.contentHtml).toBe(`${body.body.html}\n<p>Mara Quill for Lighthouse</p>`)
    expect(closed).toMatchObject({ guid: `urn:uuid:${room.closed.id}`, title: '苍鹭二代', language: 'zh' })
  })

  it('gives the text of what may be passed on, and all or none where that is asked for', async () => {
    const texts = async (query: string) =>
      itemsOf(await api.get(`/v1/feeds/articles.atom${query}`)).map(({ contentHtml }) => contentHtml !== null)
    expect(await texts('')).toEqual([true, false])
    expect(await texts('?content=full')).toEqual([true, true])
    expect(await texts('?content=summary')).toEqual([false, false])
  })

  it('never leaves the credit out, whatever it shows', async () => {
    for (const content of ['full', 'summary']) {
      const rss = String((await api.get(`/v1/feeds/articles.rss?content=${content}`)).body)
      expect(rss).toContain('<source url="https://lighthouse.example/feed.xml">Lighthouse Daily</source>')
      expect(rss).toContain('<source url="https://qingyan.example/">青檐 &amp; 科技</source>')
      expect(rss).toContain('<dc:rights>Mara Quill for Lighthouse; © Quill &amp; Co; CC-BY-4.0</dc:rights>')
      expect(rss).toContain('<dc:creator>Ivo &lt;Renn&gt;</dc:creator>')
      expect(rss).toContain('<dc:contributor>顾砚秋</dc:contributor>')
      expect(rss).toContain('<atom:link rel="via" href="https://lighthouse.example/heron"/>')
      expect(rss).toContain('<guid isPermaLink="false">urn:uuid:')
      const atom = String((await api.get(`/v1/feeds/articles.atom?content=${content}`)).body)
      expect(atom).toContain('<rights>Mara Quill for Lighthouse; © Quill &amp; Co; CC-BY-4.0</rights>')
      expect(atom).toContain('<link rel="via" href="https://lighthouse.example/heron"/>')
      expect(atom).toContain('<contributor><name>顾砚秋</name></contributor>')
      expect(atom).toContain('<link rel="self" href="https://lighthouse.example/feed.xml"/></source>')
      const { items } = (await api.get(`/v1/feeds/articles.json?content=${content}`)).body
      expect(items[0]._newsweave).toMatchObject({
        attribution: { text: 'Mara Quill for Lighthouse', licence: 'CC-BY-4.0', required: true },
        source: { name: 'Lighthouse Daily' },
        alsoIn: 0,
        revision: 1,
      })
      expect(items[1]._newsweave).toMatchObject({
        translationOf: { url: 'https://lighthouse.example/heron', language: 'en', method: 'declared' },
        via: 'https://lighthouse.example/heron',
      })
    }
    const [, closed] = itemsOf(await api.get('/v1/feeds/articles.rss?content=full'))
    expect(closed?.contentHtml).toMatch(
      /<p>半瓦。<\/p>\n<p><a href="https:\/\/lighthouse.example\/heron"[^>]*>编译自 Lighthouse<\/a><\/p>$/,
    )
  })

  it('has what the list has under the same filters, and says them in its title', async () => {
    const queries: Record<string, string> = {
      'tagsAll=chips': 'Newsweave: chips',
      'language=zh': 'Newsweave: in zh',
      'q=watt%20OR%20半瓦&sort=': 'Newsweave: watt OR 半瓦',
      [`source=${room.qingyan}`]: 'Newsweave: 青檐 & 科技',
      'author=Mara%20Quill': 'Newsweave: by Mara Quill',
      'tagsNone=chips&publishedAfter=2026-01-01T00:00:00Z': 'Newsweave: without chips; since 2026-01-01',
      'tagsAny=nothing': 'Newsweave: nothing',
    }
    for (const [text, title] of Object.entries(queries)) {
      const query = encodeURI(decodeURI(text.replace('&sort=', '')))
      const { body: list } = await api.get(`/v1/articles?${query}`)
      const answer = await api.get(`/v1/feeds/articles.json?${query}`)
      expect(answer.body.title).toBe(title)
      expect(idsOf(answer).sort(), query).toEqual(list.data.map(({ id }: { id: string }) => id).sort())
    }
  })

  it('refuses what it does not know, as everything does', async () => {
    for (const query of [
      'langauge=zh',
      'state=draft',
      'content=half',
      'limit=101',
      'limit=0',
      'q=("',
      'expand=true',
      'sort=oldest',
    ]) {
      for (const format of formats) {
        const answer = await api.get(`/v1/feeds/articles.${format}?${encodeURI(query)}`)
        expect(answer.status, query).toBe(400)
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
      }
    }
    expect((await api.get('/v1/feeds/stories.rss?tagsAll=x')).status).toBe(400)
    expect((await api.get('/v1/feeds/articles.xml')).status).toBe(404)
  })

  it('loses a withdrawn article, and what a reader has by its time is not good any more', async () => {
    const url = '/v1/feeds/articles.rss'
    const first = await api.get(url)
    const since = { 'if-modified-since': first.headers['last-modified'] as string }
    for (const headers of [
      since,
      { 'if-none-match': first.headers.etag },
      { ...since, 'if-none-match': first.headers.etag },
    ]) {
      const again = await api.get(url, { headers })
      expect(again.status).toBe(304)
      expect(again.bytes).toHaveLength(0)
      expect(again.headers.etag).toBe(first.headers.etag)
    }
    expect(
      (await api.get(url, { headers: { 'if-modified-since': 'Sun, 01 Nov 2026 00:00:00 GMT' } })).status,
    ).toBe(200)
    expect((await api.get(url, { headers: { ...since, 'if-none-match': '"x"' } })).status).toBe(200)
    expect((await api.get(url, { headers: { 'if-modified-since': 'yesterday' } })).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await api.put(`/v1/articles/${room.closed.id}/withdrawal`, { body: { reason: 'copyright' } })
    const changed = await api.get(url, { headers: since })
    expect(changed.status).toBe(200)
    expect(idsOf(changed)).toEqual([room.open.id])
  })

  it('is kept ready, and told of by its headers', async () => {
    const [first, second] = [
      await api.get('/v1/feeds/articles.atom?limit=1'),
      await api.get('/v1/feeds/articles.atom?limit=1'),
    ]
    expect(second.bytes.equals(first.bytes)).toBe(true)
    for (const { headers } of [first, second]) {
      expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['cache-control']).toBe('private, no-cache')
      const { self, next, 'prev-archive': archive } = linksOf(first)
      expect(headers.link).toBe(
        `<${self}>; rel="self", <${next}>; rel="next", <${archive}>; rel="prev-archive"`,
      )
    }
  })

  it('of stories has each with its outlets, and their credit', async () => {
    const told = [room.open.id, room.closed.id]
    const { body: story } = await api.post('/v1/stories', { body: { articleIds: told, title: 'Heron & co' } })
    for (const format of formats) {
      const [item, ...others] = itemsOf(await api.get(`/v1/feeds/stories.${format}`))
      expect(others).toEqual([])
      expect(item).toMatchObject({ guid: `urn:uuid:${story.id}`, title: 'Heron & co' })
      expect(item?.contentHtml).toContain(
        '<li>青檐 &amp; 科技: <a href="https://qingyan.example/heron" lang="zh"',
      )
      expect(item?.contentHtml?.match(/<li>/g)).toHaveLength(2)
    }
    const { body } = await api.get('/v1/feeds/stories.json?minSources=2&sort=newest&content=summary')
    expect(body.title).toBe('Newsweave stories: 2 outlets or more; the newest first')
    expect(body.items[0]._newsweave).toMatchObject({ articleCount: 2, sourceCount: 2 })
    expect(body.items[0].content_html).toBeUndefined()
    expect((await api.get('/v1/feeds/stories.json?minSources=3')).body.items).toEqual([])
  })
})

it('says the same to a reader that is not ours', async () => {
  const [engine] = engines
  const api = await startApi(await (engine as (typeof engines)[0]).open())
  const { open } = await fillNewsroom(api)
  for (const format of formats) {
    const answer = await api.get(`/v1/feeds/articles.${format}?content=full`)
    const parsed = parseByFeedsmith(textOf(answer))
    expect(parsed.format).toBe(format)
    const feed = parsed.feed as { items?: object[]; entries?: object[] }
    const [item] = (feed.items ?? feed.entries) as Record<string, unknown>[]
    const texts = JSON.stringify(item)
    expect(texts).toContain(`urn:uuid:${open.id}`)
    expect(texts).toContain('Half a <em>watt</em> &lt;&amp; less.')
    if (format !== 'json') expect(texts).toContain('Quill & Co')
    if (format === 'json') expect(item?.summary).toBe(nastySummary)
    if (format === 'atom') expect(item?.summary).toMatchObject({ value: nastySummary })
    expect(texts).toContain('😀 芯片')
  }
})

it('lists the feeds of all tags, each below the tag above it', async () => {
  const [engine] = engines
  const api = await startApi(await (engine as (typeof engines)[0]).open())
  const { lighthouse } = await fillNewsroom(api)
  await api.post('/v1/tags', { body: { slug: '边缘', name: 'Edge "AI"', parent: 'chips' } })
  const { id } = await addArticle(api, lighthouse, { tags: ['边缘'] })
  const answer = await api.get('/v1/feeds/tags.opml')
  expect(answer.headers['content-type']).toBe('text/x-opml; charset=utf-8')
  const [outer] = [...String(answer.body).matchAll(/<outline [^>]*>\s*<outline ([^>]*)\/>/g)]
  expect(outer?.[1]).toContain('text="Edge &quot;AI&quot;"')
  const feed = /xmlUrl="([^"]*)"/.exec(outer?.[1] ?? '')?.[1] ?? ''
  expect(feed).toBe('http://newsweave.test/v1/feeds/articles.rss?tagsAll=%E8%BE%B9%E7%BC%98')
  expect(idsOf(await api.get(feed))).toEqual([id])
})

it('is as open as reads are', async () => {
  const [engine] = engines
  const api = await startApi(await (engine as (typeof engines)[0]).open(), { readAccess: 'key' })
  expect((await api.get('/v1/feeds/articles.rss', { key: null })).status).toBe(401)
  expect((await api.get('/v1/feeds/articles.rss')).status).toBe(200)
})

const escapeXmlByHand = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
