import { readdirSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { decodeOpml, parseOpml } from '../../src/ingestion/opml.ts'
import { writeOpml } from '../../src/shared/opml-writing.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const list = (body: string) => `<?xml version="1.0"?>\n<opml version="2.0"><body>\n${body}\n</body></opml>`
const feed = (name: string, more = '') =>
  `<outline type="rss" text="${name}" xmlUrl="https://${name.toLowerCase()}.example/feed" ${more}/>`
const titles = (text: string) => parseOpml(text).feeds.map(({ title }) => title)

describe('an OPML list', () => {
  it('is read with its folders and the lines where things stand', () => {
    const text = list(`<outline text="Tech"><outline title="AI" text="x">
      ${feed('Quarry', 'htmlUrl="https://quarry.example/" language="en-US" category="/news/chips,ai"')}
      </outline></outline>\n${feed('Lighthouse')}`)
    expect(parseOpml(text)).toEqual({
      feeds: [
        {
          line: 4,
          title: 'Quarry',
          feedUrl: 'https://quarry.example/feed',
          homeUrl: 'https://quarry.example/',
          language: 'en-US',
          categories: ['chips', 'ai'],
          folders: [
            { line: 3, title: 'Tech', categories: [] },
            { line: 3, title: 'AI', categories: [] },
          ],
        },
        expect.objectContaining({ line: 6, title: 'Lighthouse', homeUrl: null, folders: [] }),
      ],
      faults: [],
    })
  })

  it('is read however carelessly it is written', () => {
    expect(
      titles(list(`${feed('A & B', "htmlURL='x'")}<outline TEXT=" C \n D " XMLURL="feed://c.example/"/>`)),
    ).toEqual(['A & B', 'C D'])
    expect(parseOpml(list('<outline xmlUrl="feed:https://c.example/"/>')).feeds[0]).toMatchObject({
      title: '',
      feedUrl: 'https://c.example/',
    })
    expect(titles(`\ufeff \n<OPML>${feed('A')}<outline text="never closed">${feed('B')}</OPML>`)).toEqual([
      'A',
      'B',
    ])
  })

  it('is read where a quote or a tag in a description was not escaped', () => {
    const torn =
      '<outline text="Torn" description="By <a href="https://x.example">x</a>." xmlUrl="https://torn.example/?a=1&amp;b" type="rss"/>'
    const quoted =
      '<outline text="Quoted" description="The "best" of all" xmlUrl="https://quoted.example/feed"/>'
    const { feeds, faults } = parseOpml(
      list(`<outline text="In">${feed('A')}${torn}${quoted}</outline>${feed('B')}`),
    )
    expect(faults).toEqual([])
    expect(feeds.map(({ title, feedUrl, folders }) => [title, feedUrl, folders.length])).toEqual([
      ['A', 'https://a.example/feed', 1],
      ['Torn', 'https://torn.example/?a=1&b', 1],
      ['Quoted', 'https://quoted.example/feed', 1],
      ['B', 'https://b.example/feed', 0],
    ])
  })

  it('that is cut off keeps what stands before, and says so', () => {
    const whole = list(`${feed('A')}\n${feed('B')}\n${feed('C')}`)
    const { feeds, faults } = parseOpml(whole.slice(0, whole.indexOf('C')))
    expect(feeds.map(({ title }) => title)).toEqual(['A', 'B'])
    expect(faults).toEqual([
      expect.objectContaining({ line: 5, problem: expect.stringContaining('cut off') }),
    ])
  })

  it('tells of outlines that are neither feeds nor folders', () => {
    const { faults } = parseOpml(
      list(`<outline text="Empty"/>\n<outline type="include" text="Other" url="https://other.example/"/>`),
    )
    expect(faults.map(({ line, title, problem }) => [line, title, problem])).toEqual([
      [3, 'Empty', 'Has neither the address of a feed (`xmlUrl`) nor outlines inside.'],
      [4, 'Other', 'Refers to another list, which is not read.'],
    ])
  })

  it('has its own entities neither expanded nor looked up', () => {
    const bomb = Array.from(
      { length: 9 },
      (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};&e${i};&e${i};&e${i};">`,
    )
    const text = `<!DOCTYPE opml [<!ENTITY e0 "x"><!ENTITY file SYSTEM "file:///etc/passwd">${bomb.join('')}]>
      <opml><body><outline text="&e9;&file;" xmlUrl="https://a.example/&amp;&#x41;"/></body></opml>`
    const started = performance.now()
    expect(parseOpml(text).feeds[0]).toMatchObject({ title: '&e9;&file;', feedUrl: 'https://a.example/&A' })
    expect(performance.now() - started).toBeLessThan(100)
  })

  it.each([
    ['no XML', 'hello'],
    ['nothing', ''],
    ['a page', '<!doctype html><html><body><outline xmlUrl="https://a.example/"/></body></html>'],
    ['nested without end', list('<outline text="a">'.repeat(100_000))],
    ['endless', list('<outline/>'.repeat(20_001))],
  ])('that is %s is refused', (_what, text) => {
    expect(() => parseOpml(text)).toThrow(/^opml: (Is no OPML|Has )/)
  })

  it('is decoded as it says, and refused where it is no such text', () => {
    const text = '<?xml version="1.0" encoding="gb2312"?><opml/>青檐'
    expect(
      decodeOpml(Buffer.concat([Buffer.from(text.slice(0, -2)), Buffer.from([0xc7, 0xe0, 0xe9, 0xdc])])),
    ).toBe(text)
    expect(decodeOpml(Buffer.from('\ufeff<opml/>', 'utf16le'))).toBe('<opml/>')
    expect(decodeOpml(Buffer.from([0xe9]), 'iso-8859-1')).toBe('é')
    expect(() => decodeOpml(Buffer.from([0x3c, 0xe9, 0x3e]))).toThrow('opml: Is not written in utf-8.')
    expect(() => decodeOpml(Buffer.from('<opml/>'), 'klingon')).toThrow('opml: Is not written in klingon.')
  })

  it('is written so that every title is read again as it was', () => {
    const odd = ['a & b < c > "d"', "it's", '青檐科技 😀', 'a\u0000\u0008\ufffe\ud800b', ']]>']
    const outlines = odd.map((title) => ({
      title,
      attributes: { xmlUrl: 'https://a.example/?a=1&b=2' },
      outlines: [],
    }))
    const { feeds, faults } = parseOpml(
      writeOpml('All & sundry', [{ title: 'F&<', attributes: {}, outlines }]),
    )
    expect(faults).toEqual([])
    expect(feeds.map(({ title }) => title)).toEqual([...odd.slice(0, 3), 'a\ufffdb', ']]>'])
    expect(feeds[0]).toMatchObject({ feedUrl: 'https://a.example/?a=1&b=2', folders: [{ title: 'F&<' }] })
  })
})

describeWithSharedData('real OPML lists', ['feeds/opml'], () => {
  const files = readdirSync(sharedData('feeds/opml'))

  it('are there', () => {
    expect(files.length).toBeGreaterThan(5)
  })

  it.each(files)('%s is read whole', (file) => {
    const text = readFileSync(sharedData(`feeds/opml/${file}`), 'utf8')
    const { feeds, faults } = parseOpml(text)
    const written = [...text.matchAll(/xmlUrl="([^"]+)"/g)].map(([, url = '']) =>
      url.replaceAll('&amp;', '&').trim(),
    )
    expect(written.length).toBeGreaterThan(5)
    expect(feeds.map(({ feedUrl }) => feedUrl)).toEqual(written)
    expect(faults).toEqual([])
  })
})

onEveryEngine('a list of sources', (engine) => {
  let database: Database
  let api: Api

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
  })

  const send = (body: string | Buffer, type = 'text/x-opml') =>
    api.post('/v1/sources/opml', { body, headers: { 'content-type': type } })
  const sources = async () =>
    (await api.get('/v1/sources')).body.data.map(
      ({ name, homeUrl, tags }: { name: string; homeUrl: string; tags: string[] }) =>
        `${name} ${homeUrl} ${tags}`,
    )

  it('becomes sources with tags of their folders, and keeps what is there when it is sent again', async () => {
    await api.post('/v1/tags', { body: { slug: 'artificial-intelligence', name: 'AI', aliases: ['ai'] } })
    const text =
      list(`<outline text="Tech News"><outline text="AI">${feed('Quarry', 'htmlUrl="https://quarry.example/home"')}</outline>
      <outline text="芯片">${feed('Heron', 'htmlUrl="none"')}</outline>${feed('Beacon')}</outline>${feed('Lighthouse', 'category="ai,unheard-of"')}
      <outline text="Chips &amp; Boards">${feed('Heron')}</outline>`)
    const first = await send(text)
    expect(first.status).toBe(200)
    expect(first.body).toEqual({
      created: 4,
      existing: 0,
      failedCount: 0,
      failed: [],
      tags: ['tech-news', '芯片', 'chips-boards'],
    })
    expect(await sources()).toEqual([
      'Quarry https://quarry.example/home artificial-intelligence',
      'Heron https://heron.example/ 芯片,chips-boards',
      'Beacon https://beacon.example/ tech-news',
      'Lighthouse https://lighthouse.example/ ai',
    ])
    expect((await api.get('/v1/tags/芯片')).body).toMatchObject({ name: '芯片', parent: 'tech-news' })
    const [{ id }] = (await api.get('/v1/sources')).body.data
    await api.patch(`/v1/sources/${id}`, { body: { name: 'Quarry Weekly', tags: [] } })
    const again = await send(text, 'application/xml; charset=utf-8')
    expect(again.body).toMatchObject({ created: 0, existing: 4, tags: [] })
    expect((await sources())[0]).toBe('Quarry Weekly https://quarry.example/home ')
  })

  it('tells by line what could not be taken, and takes the rest', async () => {
    const { body } = await send(
      list(`<outline text="🔥">${feed('Quarry')}</outline>
      <outline text="Bad" xmlUrl="ftp://bad.example/feed"/>
      <outline text="Bare" htmlUrl="https://bare.example/"/>`),
    )
    expect(body).toEqual({
      created: 1,
      existing: 0,
      failedCount: 3,
      failed: [
        {
          line: 3,
          title: '🔥',
          feedUrl: null,
          problem: 'The folder becomes no tag: Its title has no letters and no digits.',
        },
        {
          line: 4,
          title: 'Bad',
          feedUrl: 'ftp://bad.example/feed',
          problem: 'feedUrl: Expected an absolute http or https URL.',
        },
        {
          line: 5,
          title: 'Bare',
          feedUrl: null,
          problem: 'Has neither the address of a feed (`xmlUrl`) nor outlines inside.',
        },
      ],
      tags: [],
    })
  })

  it('goes out, and comes in elsewhere as the same sources and tags', async () => {
    await api.post('/v1/tags', { body: { slug: 'technology', name: 'Technology & more' } })
    await api.post('/v1/tags', { body: { slug: 'chips', name: '芯片', parent: 'technology' } })
    await send(
      list(
        `<outline text="chips">${feed('Heron', 'language="zh" category="technology"')}</outline>${feed('Quarry')}`,
      ),
    )
    await api.post('/v1/sources', { body: { name: 'No feed', homeUrl: 'https://none.example/' } })
    const { headers, body } = await api.get('/v1/sources/opml')
    expect(headers).toMatchObject({
      'content-type': 'text/x-opml; charset=utf-8',
      'content-disposition': 'attachment; filename="sources.opml"',
    })
    expect(
      body,
    ).toContain(`<outline text="Technology &amp; more" title="Technology &amp; more" category="technology">
      <outline text="芯片" title="芯片" category="chips">
        <outline text="Heron" title="Heron" type="rss" xmlUrl="https://heron.example/feed"`)
    expect((await send(body)).body).toMatchObject({ created: 0, existing: 2, failedCount: 0, tags: [] })

    const other = await startApi(await engine.open())
    for (const slug of ['technology', 'chips']) await other.post('/v1/tags', { body: { slug, name: slug } })
    await other.post('/v1/sources/opml', { body, headers: { 'content-type': 'text/x-opml' } })
    const settings = async (from: Api) =>
      (await from.get('/v1/sources')).body.data
        .filter(({ feedUrl }: { feedUrl: string | null }) => feedUrl !== null)
        .map(({ name, feedUrl, homeUrl, language, tags }: Record<string, unknown>) => ({
          name,
          feedUrl,
          homeUrl,
          language,
          tags,
        }))
        .sort((a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name))
    expect(await settings(other)).toEqual(await settings(api))
  })

  it('that cannot be read is refused, and names the field', async () => {
    for (const body of ['hello', '<rss/>', Buffer.from([0x3c, 0xff])]) {
      const refused = await send(body)
      expect(refused.status).toBe(422)
      expect(refused.body.errors[0]).toMatchObject({ in: 'body', path: 'opml' })
    }
    expect((await send('')).status).toBe(422)
    expect((await send('{}', 'application/json')).status).toBe(415)
    expect((await send(list(' '.repeat(2 * 1024 * 1024)))).status).toBe(413)
  })

  it('with more folders than a newsroom has subjects is refused whole', async () => {
    const folders = Array.from(
      { length: 501 },
      (_, index) => `<outline text="F${index}">${feed(`n${index}`)}</outline>`,
    )
    expect((await send(list(folders.join('')))).body.detail).toBe('opml: Has more than 500 folders.')
    expect((await api.get('/v1/tags')).body.data).toEqual([])
  })
})
