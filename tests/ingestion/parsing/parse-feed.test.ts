import { describe, expect, it } from 'vitest'
import { NotAFeed, parseFeed } from '../../../src/ingestion/parsing/parse-feed.ts'

const frame = {
  contentType: 'application/xml; charset=utf-8',
  url: 'https://lighthouse.example/feed.xml',
  now: new Date('2026-11-26T12:00:00Z'),
}
const read = (text: string, more: Partial<typeof frame & { zone: string }> = {}) =>
  parseFeed(Buffer.from(text), { ...frame, ...more })
const rss = (items: string, channel = '') =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Lighthouse Daily</title><link>https://lighthouse.example/</link>${channel}${items}</channel></rss>`
const atom = (entries: string, attributes = '') =>
  `<feed xmlns="http://www.w3.org/2005/Atom"${attributes}><title>Quarry</title><link href="https://quarry.example/"/>${entries}</feed>`
const item = (members: string) => read(rss(`<item>${members}</item>`)).items[0]
const entry = (members: string, attributes = '') =>
  read(atom(`<entry>${members}</entry>`, attributes)).items[0]

describe('a feed in RSS', () => {
  it('becomes items with all that they say', () => {
    const feed = read(
      rss(
        `<item><title>Ships &amp;amp; harbours</title><link>/ships?a=1&amp;b=2</link><guid isPermaLink="false">42</guid>
        <description>&lt;p&gt;Short&lt;/p&gt;</description><content:encoded><![CDATA[<p>Long</p>]]></content:encoded>
        <pubDate>Mon, 23 Nov 2026 14:08:00 +0800</pubDate><dc:creator>Ada Keeper</dc:creator>
        <category>Harbours</category><category>Harbours</category><media:thumbnail url="/ship.jpg"/>
        <dc:language>zh_cn</dc:language><source url="https://dukou.example/rss">Dukou</source></item>`,
        `<language>en-us</language><ttl>45</ttl><copyright>Lighthouse</copyright><skipHours><hour>24</hour><hour>3</hour></skipHours>
        <skipDays><day>Sunday</day></skipDays><atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/feed.xml"/>`,
      ),
    )
    expect(feed).toMatchObject({
      format: 'rss',
      title: 'Lighthouse Daily',
      homeUrl: 'https://lighthouse.example/',
      language: 'en-US',
      hubUrl: 'https://hub.example/',
      selfUrl: 'https://lighthouse.example/feed.xml',
      ttlMinutes: 45,
      skipHours: [0, 3],
      skipDays: ['sunday'],
      dropped: [],
    })
    expect(feed.items).toEqual([
      {
        guid: '42',
        url: 'https://lighthouse.example/ships?a=1&b=2',
        title: 'Ships & harbours',
        summaryHtml: '<p>Short</p>',
        contentHtml: '<p>Long</p>',
        publishedAt: '2026-11-23T06:08:00.000Z',
        updatedAt: null,
        dateText: 'Mon, 23 Nov 2026 14:08:00 +0800',
        authors: [{ name: 'Ada Keeper', url: null }],
        categories: ['Harbours'],
        language: 'zh-CN',
        imageUrl: 'https://lighthouse.example/ship.jpg',
        rights: 'Lighthouse',
        licence: null,
        origin: { name: 'Dukou', url: 'https://dukou.example/rss' },
      },
    ])
  })

  it('takes the address behind a counting service, and a guid where there is no link', () => {
    expect(
      item(
        '<link>https://count.example/1</link><feedburner:origLink>https://lighthouse.example/1</feedburner:origLink>',
      )?.url,
    ).toBe('https://lighthouse.example/1')
    expect(item('<guid>https://lighthouse.example/2</guid>')?.url).toBe('https://lighthouse.example/2')
    expect(item('<guid isPermaLink="false">https://lighthouse.example/3</guid>')?.url).toBeNull()
  })

  it.each([
    ['ada@mail.example (Ada Keeper)', 'Ada Keeper'],
    ['Ada Keeper <ada@mail.example>', 'Ada Keeper'],
    ['Ada Keeper', 'Ada Keeper'],
  ])('names authors without their mail: %s', (written, name) => {
    expect(item(`<author>${written.replace('<', '&lt;')}</author>`)?.authors).toEqual([{ name, url: null }])
    expect(item('<author>ada@mail.example</author>')?.authors).toEqual([])
  })

  it('is known by its namespaces, whatever their prefixes', () => {
    const feed = read(
      '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:n="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/"><n:channel><n:title>Quarry</n:title></n:channel><n:item r:about="https://quarry.example/1"><n:title>One</n:title><d:date>2026-11-23</d:date></n:item></r:RDF>',
    )
    expect(feed).toMatchObject({ format: 'rdf', title: 'Quarry' })
    expect(feed.items[0]).toMatchObject({ title: 'One', publishedAt: '2026-11-23T00:00:00.000Z' })
  })

  it('has titles that are text, whether they were escaped once, twice or not at all', () => {
    expect(item('<title>&lt;b&gt;Ships&lt;/b&gt; &amp;#8217; &eacute;</title>')?.title).toBe('Ships ’ é')
    expect(item('<title><![CDATA[Q &amp;amp; A]]></title>')?.title).toBe('Q & A')
    expect(item('<title>The &lt;blink&gt; tag returns</title>')?.title).toBe('The <blink> tag returns')
    expect(item('<title>If a < b & b <3 c</title><link>https://lighthouse.example/1</link>')).toMatchObject({
      title: 'If a < b & b <3 c',
      url: 'https://lighthouse.example/1',
    })
  })
})

describe('a feed in Atom', () => {
  it('has texts of each type as HTML, and titles as text', () => {
    expect(
      entry('<title type="text">a &lt;b&gt; c</title><content type="text">1 &lt; 2</content>'),
    ).toMatchObject({
      title: 'a <b> c',
      contentHtml: '1 &lt; 2',
    })
    const xhtml =
      '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>1 &lt; 2<br/></p></div></content>'
    expect(entry(xhtml)?.contentHtml).toBe('<p>1 &lt; 2<br></p>')
    expect(entry('<summary type="html">&lt;i&gt;x&lt;/i&gt;</summary>')?.summaryHtml).toBe('<i>x</i>')
  })

  it('resolves addresses against xml:base, also those in texts', () => {
    const members = '<link href="one"/><content type="html">&lt;a href="two"&gt;2&lt;/a&gt;</content>'
    expect(entry(members, ' xml:base="https://quarry.example/news/"')).toMatchObject({
      url: 'https://quarry.example/news/one',
      contentHtml: '<a href="https://quarry.example/news/two">2</a>',
    })
  })

  it('gives authors of the feed to entries without one, and tells where an entry was taken from', () => {
    const feed = read(
      atom(
        '<author><name>Ada</name><uri>/ada</uri></author><entry><title>1</title><link rel="via" title="Dukou" href="https://dukou.example/1"/></entry>' +
          '<entry><title>2</title><source><title>Dukou</title><id>https://dukou.example/</id><author><name>Bo</name></author></source></entry>',
      ),
    )
    expect(feed.items[0]).toMatchObject({
      authors: [{ name: 'Ada', url: 'https://lighthouse.example/ada' }],
      origin: { name: 'Dukou', url: 'https://dukou.example/1' },
    })
    expect(feed.items[1]).toMatchObject({
      authors: [{ name: 'Bo' }],
      origin: { name: 'Dukou', url: 'https://dukou.example/' },
    })
  })
})

describe('a feed in JSON', () => {
  const json = (items: unknown[]) =>
    JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Quarry',
      home_page_url: 'https://quarry.example/',
      items,
    })

  it('loses a member of a wrong type, and says so, but not the item', () => {
    const feed = read(
      json([
        {
          id: 1,
          url: '/1',
          title: ['x'],
          content_text: 'a < b',
          tags: ['stone', 4],
          author: { name: 'Ada' },
        },
      ]),
    )
    expect(feed.items[0]).toMatchObject({
      guid: '1',
      url: 'https://quarry.example/1',
      title: null,
      contentHtml: '<p>a &lt; b</p>',
      categories: ['stone'],
      authors: [{ name: 'Ada', url: null }],
    })
    expect(feed.dropped.map(({ what }) => what)).toEqual(['the member "title"', 'the member "tags"'])
  })

  it('is read up to where it was cut, and in spite of control characters', () => {
    const whole = json([
      { id: 'a', title: 'One' },
      { id: 'b', title: 'Two' },
    ])
    expect(read(whole.slice(0, -12)).items.map(({ guid }) => guid)).toEqual(['a'])
    expect(read(whole.replace('One', 'O\u0008ne')).items).toHaveLength(2)
  })
})

describe('a damaged feed', () => {
  const items = ['1', '2', '3'].map(
    (name) =>
      `<item><title>${name}</title><link>https://lighthouse.example/${name}</link><description>text</description><guid>${name}</guid></item>`,
  )
  const urls = (text: string) => read(text).items.map(({ title }) => title)

  it('reads every reference, wherever it stands in a long document', () => {
    const written = '&lt;b&gt;&#28193;&#x6E21;&lt;/b&gt; '
    const count = 6000
    const text = (before: string) =>
      rss(`<item><title>1</title><description>${before}${written.repeat(count)}</description></item>`)
    for (let shift = 0; shift < written.length; shift++) {
      const before = 'x'.repeat(shift)
      expect(read(text(before)).items[0]?.summaryHtml?.trimEnd()).toBe(
        `${before}${'<b>渡渡</b> '.repeat(count)}`.trimEnd(),
      )
    }
  })

  it('is read without an item that is cut before the end of its guid or address', () => {
    const text = rss(items.join(''))
    expect(urls(text.slice(0, text.indexOf('<guid>3')))).toEqual(['1', '2'])
    expect(urls(text.slice(0, text.indexOf('</guid>', text.indexOf('<guid>3'))))).toEqual(['1', '2'])
    const byAddress = text.replaceAll(/<guid>\d<\/guid>/g, '')
    expect(urls(byAddress.slice(0, byAddress.indexOf('example/3') + 2))).toEqual(['1', '2'])
    expect(urls(byAddress.slice(0, byAddress.lastIndexOf('text')))).toEqual(['1', '2', '3'])
  })

  it.each([
    ['cut behind the guid of the third item', (text: string) => text.slice(0, text.indexOf('<guid>3') + 14)],
    ['cut inside a tag', (text: string) => text.slice(0, text.lastIndexOf('</item>') + 3)],
    ['with a description that does not end', (text: string) => text.replace('</description>', '')],
    ['with an item that does not end', (text: string) => text.replace('</item>', '')],
    [
      'behind a warning',
      (text: string) => `<br />\n<b>Warning</b>: nothing in <b>/feed.php</b> on line <b>1</b><br />${text}`,
    ],
    ['with a control character', (text: string) => text.replace('text', 'te\u0008xt')],
    ['with bare signs', (text: string) => text.replace('text', 'a < b & c <3 d <')],
  ])('%s keeps its items', (_, damage) => {
    expect(urls(damage(rss(items.join(''))))).toEqual(['1', '2', '3'])
  })

  it('says where it ends', () => {
    const { dropped } = read(rss(items.join('')).slice(0, 500))
    expect(dropped.map(({ what }) => what).sort()).toEqual(['the end of the feed', 'the last item'])
  })

  it('keeps what follows a text that does not end out of it', () => {
    expect(item('<description>text<pubDate>2026-11-23</pubDate><guid>9</guid>')).toMatchObject({
      summaryHtml: 'text',
      guid: '9',
      publishedAt: '2026-11-23T00:00:00.000Z',
    })
  })
})

describe('hostile input', () => {
  it('expands no entity of a DTD', () => {
    const feed = read(
      `<!DOCTYPE rss [<!ENTITY a "boom"><!ENTITY b SYSTEM "file:///etc/passwd">]>${rss('<item><title>x &a; &b;</title></item>')}`,
    )
    expect(feed.items[0]?.title).toBe('x &a; &b;')
  })

  it('has an end: nesting, items and lengths are bounded', () => {
    const deep = read(rss(`<item><title>1</title></item>${'<a>'.repeat(100_000)}`))
    expect(deep.items).toHaveLength(1)
    expect(deep.dropped[0]?.why).toContain('512')
    const many = read(rss('<item><title>1</title></item>'.repeat(2002)))
    expect(many.items).toHaveLength(2000)
    expect(many.dropped).toEqual([
      { stage: 'parse', what: '2 items', why: 'A feed is read up to 2000 items.' },
    ])
    expect(item(`<title>${'long '.repeat(10_000)}</title>`)?.title?.length).toBeLessThanOrEqual(2000)
  })

  it.each([
    ['tags that do not begin', '<a '.repeat(300_000)],
    ['ends without a beginning', '</a>'.repeat(300_000)],
    ['beginnings without an end', '<item>'.repeat(200_000)],
    ['CDATA that does not end', '<![CDATA['.repeat(100_000)],
    ['comments that do not end', '<!--'.repeat(200_000)],
    ['references', '&amp;'.repeat(200_000)],
    ['attributes', `<a ${'x="1" '.repeat(150_000)}>`],
  ])('takes no more than its share of time for many %s', (_, text) => {
    const start = process.threadCpuUsage()
    read(rss(`<item><title>1</title></item>${text}`))
    expect(process.threadCpuUsage(start).user / 1000).toBeLessThan(3000)
  })
})

describe('what is no feed', () => {
  it.each([
    ['', 'This is empty, not a feed.'],
    ['<!DOCTYPE html><html><body>Hello</body></html>', 'This is an HTML page, not a feed.'],
    ['{"items": 4}', 'This is JSON that is no feed, not a feed.'],
    ['<svg/>', 'This is XML that is no feed, not a feed.'],
    ['Not found', 'This is text, not a feed.'],
  ])('is said to be what it is: %s', (text, message) => {
    expect(() => read(text)).toThrow(new NotAFeed(message))
  })
})

describe('the licence of an item', () => {
  const by = 'https://creativecommons.org/licenses/by/4.0/'
  const zero = 'https://creativecommons.org/publicdomain/zero/1.0/'

  it.each([
    ['a module of RSS', `<creativeCommons:license>${by}</creativeCommons:license>`],
    ['RDF', `<cc:license rdf:resource="${by}"/>`],
    ['Media RSS', `<media:license type="text/html" href="${by}">Some rights reserved</media:license>`],
    ['an Atom link', `<atom:link rel="license" href="${by}"/>`],
    ['Dublin Core', `<dc:rights>Lighthouse, ${by}</dc:rights>`],
  ])('is read from %s', (_where, said) => {
    expect(item(`<title>Heron 1</title>${said}`)?.licence).toBe('CC-BY-4.0')
  })

  it('is read from a link of an entry', () => {
    expect(entry(`<title>Heron 1</title><link rel="license" href="${by}"/>`)?.licence).toBe('CC-BY-4.0')
  })

  it('is that of the channel where the item has none', () => {
    const items = `<item><title>Heron 1</title></item><item><title>Heron 2</title><cc:license>${zero}</cc:license></item>`
    const feed = read(rss(items, `<creativeCommons:license>${by}</creativeCommons:license>`))
    expect(feed.items.map(({ licence }) => licence)).toEqual(['CC-BY-4.0', 'CC0-1.0'])
  })

  it('is not that of an Atom feed whose link says it of itself only', () => {
    const feed = read(atom(`<link rel="license" href="${by}"/><entry><title>Heron 1</title></entry>`))
    expect(feed.items[0]?.licence).toBeNull()
  })
})
