import { describe, expect, it } from 'vitest'
import { NotAFeed, parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import { normaliseSlug } from '../../src/shared/slug.ts'
import { heron, rssOf, startReading } from '../ingestion/newsroom.ts'
import { onEveryEngine } from '../support/engines.ts'

const frame = {
  contentType: 'application/feed+json',
  url: 'https://lighthouse.example/feed',
  now: new Date('2026-11-26T12:00:00Z'),
}
const read = (text: string, contentType = frame.contentType) =>
  parseFeed(Buffer.from(text), { ...frame, contentType })
const jsonFeed = (item: object) =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'Lighthouse',
    items: [{ id: '1', ...item }],
  })

describe('a feed as data', () => {
  it('null and other values that are no object are no JSON Feed', () => {
    for (const text of [
      'null',
      '[]',
      '0',
      '"x"',
      'true',
      '{}',
      '{"version":null}',
      '{"items":null}',
      '[null]',
    ]) {
      expect(() => read(text), text).toThrow(NotAFeed)
    }
    for (const items of [null, 'x', {}, [null], [1], [[]]]) {
      expect(
        read(JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', items })).items,
        JSON.stringify(items),
      ).toEqual([])
    }
  })

  it('the text of a JSON Feed is text', () => {
    const [item] = read(jsonFeed({ content_text: '1 < 2 <script>alert(1)</script> &amp;' })).items
    expect(item?.contentHtml).toContain('&lt;script&gt;')
    expect(item?.contentHtml).not.toContain('<script')
    expect(item?.contentHtml).toContain('&amp;amp;')
  })

  it('a feed is known by what it is, whatever its content type says', () => {
    const feed = rssOf([heron(1)])
    for (const type of [
      'text/html',
      'application/json',
      'image/png',
      'application/octet-stream',
      'text/plain; charset=utf-16',
      'application/atom+xml; charset=nonsense',
      '',
    ]) {
      expect(
        read(feed, type).items.map(({ title }) => title),
        type,
      ).toEqual(['Heron 1'])
    }
    expect(
      read(jsonFeed({ title: 'Heron 1', url: 'https://lighthouse.example/1' }), 'text/xml').items,
    ).toHaveLength(1)
  })

  it('one tag has one key, however it is written', () => {
    const written = [
      'Ａ\u0301i',
      'A\u0301I',
      '\u00c1i',
      'a\u200b\u0301i',
      '\u202eái\u202c',
      'á\u2060i',
      '\ufeffÁI',
    ]
    expect(new Set(written.map(normaliseSlug))).toEqual(new Set(['ái']))
  })
})

onEveryEngine('items of hostile feeds', (engine) => {
  it('the same guid in another feed is another article', async () => {
    const reading = await startReading(engine)
    reading.web.put('lighthouse.example', '/feed.xml', { body: rssOf([heron(1)]) })
    reading.web.put('thief.example', '/feed.xml', {
      body: rssOf([heron(1, { title: 'Taken over', link: 'https://thief.example/heron-1' })]),
    })
    const first = await reading.add('lighthouse.example', '/feed.xml', { extraction: 'never' })
    await reading.read()
    const second = await reading.add('thief.example', '/feed.xml', { extraction: 'never' })
    await reading.later(1)
    const titles = async (id: string) =>
      (await reading.api.get(`/v1/articles?source=${id}`)).body.data.map(
        ({ title }: { title: string }) => title,
      )
    expect(await titles(first)).toEqual(['Heron 1'])
    expect(await titles(second)).toEqual(['Taken over'])
  })

  it('an item of the year 9999 is of the time of its fetch, and none is before the web', async () => {
    const reading = await startReading(engine)
    const dates = [
      'Fri, 31 Dec 9999 23:59:59 GMT',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      'Mon, 01 Jan 0001 00:00:00 GMT',
      'Mon, 23 Nov 2026 05:00:00 GMT',
    ]
    reading.web.put('lighthouse.example', '/feed.xml', {
      body: rssOf(dates.map((date, index) => heron(index, { date }))),
    })
    await reading.add('lighthouse.example', '/feed.xml', { extraction: 'never' })
    await reading.read()
    const { data } = (await reading.api.get('/v1/articles?sort=newest&limit=10')).body
    const now = reading.clock().toISOString()
    expect(data).toHaveLength(dates.length)
    for (const { title, publishedAt } of data) {
      expect(publishedAt <= now, `${title} ${publishedAt}`).toBe(true)
      expect(publishedAt >= '1970-01-02', `${title} ${publishedAt}`).toBe(true)
    }
  })
})
