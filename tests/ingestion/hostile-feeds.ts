import { gzipSync } from 'node:zlib'
import { bomb, type Encoding, encoded, rss } from '../support/bad-answers.ts'
import type { Answer } from '../support/feed-server.ts'
import { heron, rssOf } from './newsroom.ts'

export type Hostile = {
  answer: Answer
  /** What the source says of it, or `undefined` where the feed is read. */
  error?: RegExp
  /** What the log says was left out. */
  dropped?: RegExp
  /** Titles of articles that come of it. */
  titles?: (string | RegExp)[]
}

const megabyte = 1024 ** 2
const good = heron(1)
const feedOf = (more: string): string => rssOf([good], '').replace('</channel>', `${more}</channel>`)
const item = (members: string) => `<item><title>Heron 2</title>${members}</item>`
const gzipped = (body: string): Answer => ({
  headers: { ...rss, 'content-encoding': 'gzip' },
  body: gzipSync(body, { level: 1 }),
})
const plain = (body: string): Answer => ({ headers: rss, body })
const json = (items: unknown[]): Answer => ({
  headers: { 'content-type': 'application/feed+json' },
  body: JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'Lighthouse', items }),
})
const entities = (levels: number) =>
  Array.from({ length: levels }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`)

/** Feeds as no publisher writes them, by what is wrong with them. */
export const hostileFeeds: Record<string, Hostile> = {
  ...Object.fromEntries(
    (['gzip', 'br', 'zstd'] as Encoding[]).map((encoding) => [
      `a bomb in ${encoding}`,
      { answer: bomb(encoding, 200), error: /^This is text, not a feed/ },
    ]),
  ),
  'a bomb that begins as a feed': {
    answer: encoded(
      'gzip',
      feedOf(item('<guid>heron-2</guid><description>').replace('</item>', 'a'.repeat(100 * megabyte))),
    ),
    titles: ['Heron 1', 'Heron 2'],
    dropped: /8388608 bytes/,
  },
  'elements nested 100,000 deep': {
    answer: plain(feedOf(`<item><guid>heron-2</guid><title>Heron 2</title>${'<a>'.repeat(100_000)}`)),
    titles: ['Heron 1', 'Heron 2'],
    dropped: /nested/,
  },
  'HTML nested 100,000 deep': {
    answer: plain(feedOf(item(`<description><![CDATA[${'<div>'.repeat(100_000)}The text.]]></description>`))),
    titles: ['Heron 1', 'Heron 2'],
    dropped: /nested/,
  },
  'a flood of entities': {
    answer: gzipped(feedOf(item(`<description>${'&amp;amp;'.repeat(500_000)}</description>`))),
    titles: ['Heron 1', 'Heron 2'],
  },
  'entities of a DOCTYPE that grow by ten': {
    answer: plain(
      feedOf('<item><title>Heron 2 &l9;</title><guid>2</guid></item>').replace(
        '?>',
        `?><!DOCTYPE rss [<!ENTITY l0 "lol">${entities(9).join('')}]>`,
      ),
    ),
    titles: ['Heron 1', /^Heron 2 (&l9;)?$/],
  },
  'entities of a DOCTYPE that name files': {
    answer: plain(
      feedOf('<item><title>Heron 2 &file;</title><guid>2</guid></item>').replace(
        '?>',
        '?><!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
      ),
    ),
    titles: ['Heron 1', /^Heron 2 (&file;)?$/],
  },
  '100,000 items': {
    answer: gzipped(
      rssOf(
        [],
        Array.from({ length: 100_000 }, (_, number) => `<item><title>T${number}</title></item>`).join(''),
      ),
    ),
    dropped: /up to 2000 items/,
  },
  'one item 100,000 times': {
    answer: gzipped(rssOf([], `<item><guid>1</guid><title>Heron 1</title></item>`.repeat(100_000))),
    titles: ['Heron 1'],
    dropped: /twice/,
  },
  'an item of eight megabytes of words': {
    answer: gzipped(
      feedOf(
        item(`<guid>heron-2</guid><description>${'words and words '.repeat(megabyte / 2)}</description>`),
      ),
    ),
    titles: ['Heron 1', 'Heron 2'],
  },
  'items of a megabyte of elements each': {
    answer: gzipped(
      rssOf([1, 2, 3].map((number) => heron(number, { html: '<b>x</b>'.repeat(megabyte / 8) }))),
    ),
    titles: ['Heron 1', 'Heron 2', 'Heron 3'],
  },
  'items of a megabyte of Chinese each': {
    answer: gzipped(
      rssOf([1, 2].map((number) => heron(number, { html: '文章的内容很好，'.repeat(megabyte / 8) }))),
    ),
    titles: ['Heron 1', 'Heron 2'],
  },
  'megabytes in a title': {
    answer: plain(feedOf(`<item><title>${'Title '.repeat(megabyte / 2)}</title><guid>2</guid></item>`)),
    titles: ['Heron 1', /^Title Title .*…$/],
  },
  'megabytes in a guid': {
    answer: plain(feedOf(item(`<guid>${'guid-'.repeat(megabyte / 2)}</guid>`))),
    titles: ['Heron 1', 'Heron 2'],
  },
  'megabytes in a category': {
    answer: plain(feedOf(item(`<guid>2</guid><category>${'tags '.repeat(megabyte / 2)}</category>`))),
    titles: ['Heron 1', 'Heron 2'],
  },
  'megabytes in an address': {
    answer: plain(
      feedOf(
        item(`<guid isPermaLink="false">2</guid><link>https://a.example/${'x'.repeat(3 * megabyte)}</link>`),
      ),
    ),
    titles: ['Heron 1', 'Heron 2'],
  },
  'an address of 3000 characters': {
    answer: plain(
      feedOf(item(`<guid isPermaLink="false">2</guid><link>https://a.example/${'x'.repeat(3000)}</link>`)),
    ),
    titles: ['Heron 1', 'Heron 2'],
  },
  '50,000 categories': {
    answer: plain(
      feedOf(
        item(
          `<guid>2</guid>${Array.from({ length: 50_000 }, (_, n) => `<category>c${n}</category>`).join('')}`,
        ),
      ),
    ),
    titles: ['Heron 1', 'Heron 2'],
    dropped: /There is no tag for c0/,
  },
  '50,000 authors and attributes': {
    answer: plain(
      feedOf(
        item(
          `<guid>2</guid>${'<author>a@a.example (Mara)</author>'.repeat(50_000)}<x ${Array.from({ length: 50_000 }, (_, n) => `a${n}="1"`).join(' ')}/>`,
        ),
      ),
    ),
    titles: ['Heron 1', 'Heron 2'],
  },
  'links to scripts and files': {
    answer: plain(
      feedOf(
        item('<link>javascript:alert(1)</link>') +
          item('<link>file:///etc/passwd</link>').replace('2', '3') +
          item('<link>data:text/html,x</link>').replace('2', '4'),
      ),
    ),
    titles: ['Heron 1', 'Heron 2', 'Heron 3', 'Heron 4'],
  },
  'NUL and half surrogate pairs in XML': {
    answer: plain(
      feedOf(
        `<item><title>Her\0on 2&#0;&#xD800;</title><guid>g\0&#xDFFF;</guid><author>M\0&#xD800;</author>
        <category>c\0&#xD800;</category><description>The \0text.&#xD800;</description></item>`,
      ),
    ),
    titles: ['Heron 1', /^Her.?on 2/],
  },
  'NUL and half surrogate pairs in JSON': {
    answer: json([
      {
        id: 'g\0\ud800',
        url: 'https://a.example/\ud800\0',
        title: 'Heron\0 1\ud800',
        content_html: '<p>The \0text.\ud800</p>',
        summary: 'In\0 short\udc00',
        authors: [{ name: 'M\0\ud800' }],
        tags: ['c\0\ud800'],
        image: 'https://a.example/\ud800.png',
        date_published: '2026\0\ud800',
      },
    ]),
    titles: [/^Heron.? ?1/],
  },
  'JSON nested 100,000 deep': {
    answer: {
      headers: { 'content-type': 'application/feed+json' },
      body: `{"version":"https://jsonfeed.org/version/1.1","items":${'['.repeat(100_000)}`,
    },
    error: /not a feed|JSON/,
  },
  'times out of all years': {
    answer: plain(
      feedOf(
        ['0000-00-00', '9999-99-99T99:99:99Z', '+275760-09-13T00:00:00Z', '0001-01-01T00:00:00Z', '1e999']
          .map(
            (time, n) => `<item><title>Time ${n}</title><guid>t${n}</guid><pubDate>${time}</pubDate></item>`,
          )
          .join(''),
      ),
    ),
    titles: ['Heron 1', 'Time 0', 'Time 1', 'Time 2', 'Time 3', 'Time 4'],
  },
}
