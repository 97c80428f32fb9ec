import { describe, expect, it } from 'vitest'
import { hanParagraphs, read } from './article-page.ts'

const jsonLd = (text: string) => `<script type="application/ld+json">${text}</script>`

describe('the title of a page', () => {
  it.each([
    ['<title>Harbour opens its doors - Tech - Lighthouse Daily</title>', '<h1>Harbour opens its doors</h1>'],
    ['<title>Harbour opens its doors | Lighthouse Daily</title>', ''],
    [
      '<title>Harbour opens its doors | LD</title><meta property="og:title" content="Harbour opens its doors">',
      '',
    ],
    [
      '<title>Lighthouse Daily: Harbour</title>',
      `<h1>Harbour opens its doors</h1>${jsonLd('{"@type":"NewsArticle","headline":"Harbour opens its doors"}')}`,
    ],
  ])('is the headline without the name of the site: %s', (head, before) => {
    expect(read({ head, before }).title).toBe('Harbour opens its doors')
  })

  it('loses sections and site of a Chinese portal, and keeps what the headline says itself', () => {
    const head = '<title>老码头重新开放 市民：终于等到了_科技频道_渡口网</title>'
    expect(read({ head, body: hanParagraphs }).title).toBe('老码头重新开放 市民：终于等到了')
  })
})

describe('the date of a page', () => {
  it.each([
    [
      'JSON-LD in a graph',
      jsonLd(
        '{"@graph":[{"@type":"WebSite"},{"@type":["NewsArticle"],"datePublished":"2026-11-21T08:30:00+08:00"}]}',
      ),
      '',
      '2026-11-21T00:30:00.000Z',
    ],
    [
      'JSON-LD that is broken',
      jsonLd(
        '<!-- [{"@type":"Article","description":"two\nlines","datePublished":"2026-11-21T00:30:00Z",},] -->',
      ),
      '',
      '2026-11-21T00:30:00.000Z',
    ],
    [
      'a meta element',
      '<meta property="article:published_time" content="2026-11-21T00:30:00Z">',
      '',
      '2026-11-21T00:30:00.000Z',
    ],
    [
      'a time element',
      '',
      '<h1>Harbour</h1><time datetime="2026-11-21T00:30Z">Saturday</time>',
      '2026-11-21T00:30:00.000Z',
    ],
    [
      'a byline',
      '',
      '<h1>Harbour</h1><p class="byline">By Ann Reed, November 21, 2026 8:30 am PST</p>',
      '2026-11-21T16:30:00.000Z',
    ],
    [
      'a German line',
      '',
      '<h1>Hafen</h1><div>Stand: 21. März 2026, 8:30 Uhr</div>',
      '2026-03-21T00:30:00.000Z',
    ],
    [
      'a Chinese line',
      '',
      '<h1>老码头重新开放</h1><div class="info">2026年11月21日 08:30　来源：渡口网</div>',
      '2026-11-21T00:30:00.000Z',
    ],
    [
      'a Chinese label',
      '',
      '<h1>老码头重新开放</h1><span>发布时间：2026/11/21 08:30:00</span>',
      '2026-11-21T00:30:00.000Z',
    ],
    [
      'yesterday',
      '',
      '<h1>老码头重新开放</h1><span class="time">昨天 08:30</span>',
      '2026-11-22T00:30:00.000Z',
    ],
    ['the address', '', '<h1>Harbour</h1>', '2026-11-19T16:00:00.000Z'],
  ])('is read from %s', (_, head, before, at) => {
    expect(read({ head, before, zone: 'Asia/Shanghai' }).publishedAt).toBe(at)
  })

  it('is none where what is written lies in the future, or belongs to the comments', () => {
    const before = '<h1>Harbour</h1><span class="date">2027-11-21</span>'
    const after = '<div class="comments"><time datetime="2026-11-21">Saturday</time></div>'
    expect(read({ before, after, address: 'https://lighthouse.example/harbour' }).publishedAt).toBeNull()
  })
})

describe('the authors of a page', () => {
  it.each([
    [
      'JSON-LD',
      jsonLd('{"@type":"Article","author":[{"name":"Ann Reed","url":"/people/ann"},{"name":"Ben Holt"}]}'),
      '',
      ['Ann Reed', 'Ben Holt'],
    ],
    ['a meta element', '<meta name="author" content="Ann Reed and Ben Holt">', '', ['Ann Reed', 'Ben Holt']],
    [
      'a byline',
      '',
      '<div class="byline">By <a href="/people/ann">Ann Reed</a> on Monday</div>',
      ['Ann Reed'],
    ],
    [
      'a Chinese line, where the editor is not one',
      '',
      '<p>编辑：王五　作者：张三、李四　2026-11-20</p>',
      ['张三', '李四'],
    ],
  ])('are read from %s', (_, head, before, names) => {
    expect(read({ head, before: `<h1>Harbour</h1>${before}` }).authors.map(({ name }) => name)).toEqual(names)
  })
})

describe('what else a page says of itself', () => {
  it('is image, summary, site, language, canonical address and feeds, with absolute addresses', () => {
    const head = `<meta property="og:image" content="/i/harbour.jpg"><meta name="description" content="It is open.">
      <meta property="og:site_name" content="Lighthouse Daily"><meta property="og:locale" content="en_GB">
      <link rel="canonical" href="/harbour"><link rel="alternate" type="application/rss+xml" title="News" href="/feed">
      <link rel="alternate" type="application/feed+json" href="feed.json"><link rel="alternate" hreflang="de" href="/de">`
    expect(read({ head })).toMatchObject({
      imageUrl: 'https://daily.lighthouse.example/i/harbour.jpg',
      summary: 'It is open.',
      siteName: 'Lighthouse Daily',
      language: 'en-GB',
      canonicalUrl: 'https://daily.lighthouse.example/harbour',
      feeds: [
        { url: 'https://daily.lighthouse.example/feed', title: 'News', type: 'application/rss+xml' },
        {
          url: 'https://daily.lighthouse.example/2026/11/20/feed.json',
          title: null,
          type: 'application/feed+json',
        },
      ],
    })
  })

  it('is believed of the language only where the script of the title agrees', () => {
    const head = '<meta http-equiv="content-language" content="en"><title>老码头重新开放</title>'
    expect(read({ head, body: hanParagraphs }).language).toBe('zh')
  })
})

describe('the licence of a page', () => {
  const by = 'https://creativecommons.org/licenses/by/4.0/'
  const zero = 'https://creativecommons.org/publicdomain/zero/1.0/'
  const footer = (...licences: string[]) =>
    licences.map((licence) => `<footer><a rel="license" href="${licence}">licence</a></footer>`).join('')

  it.each([
    ['a link in the head', { head: `<link rel="license" href="${by}">`, after: footer(zero) }],
    ['JSON-LD', { head: jsonLd(`{"@type":"NewsArticle","headline":"Heron","license":"${by}"}`) }],
    ['a meta element', { head: `<meta name="DC.rights" content="Lighthouse, ${by}">` }],
    ['a link in the page', { after: footer(by, by) }],
  ])('is read from %s', (_where, page) => {
    expect(read(page).licence).toBe('CC-BY-4.0')
  })

  it('is not known where links in the page name several', () => {
    expect(read({ after: footer(by, zero) }).licence).toBeNull()
  })
})
