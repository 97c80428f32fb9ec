import { articleOfItem } from '../../src/ingestion/article-of-item.ts'
import type { FeedItem } from '../../src/ingestion/item.ts'
import { tasks } from '../../src/ingestion/workshop-tasks.ts'
import { feedFiles } from '../feeds/corpus.ts'
import { vectors } from './vectors.ts'

/** What a feed or a page brings, and what is stored of it. */
export type Payload = { raw: string; stored: Stored }
export type Stored = { html: string; title: string; summary: string }

const frame = { url: 'http://feeds.example/feed.xml', zone: null, now: new Date('2026-11-26T12:00:00Z') }
const source = {
  id: 'inert',
  name: 'Feeds',
  homeUrl: 'http://feeds.example/',
  attributionTemplate: null,
  tags: [],
}
const suspicious = /<script|&lt;script|javascript:|\bon(?:error|load|click|mouse\w+)\s*=/i

/**
 * Each text of the tests of other readers that was written to do harm, and each vector of ours, once, as the product stores it. The
 * former are kept beside the repository, each with its licence: feedparser (BSD-2-Clause), gofeed and yarr (MIT), miniflux (Apache-2.0).
 */
export function payloads({ vectorsOnly = false } = {}): Payload[] {
  const files = (vectorsOnly ? [] : ['feedparser', 'gofeed', 'miniflux', 'yarr'])
    .flatMap(feedFiles)
    .filter(({ name, bytes }) => name.includes('/sanitize/') || suspicious.test(bytes.toString('latin1')))
  const all = [...files.flatMap(({ bytes }) => ofFeed(bytes)), ...vectors.flatMap(ofVector)]
  return [...new Map(all.map((payload) => [payload.raw + payload.stored.html, payload])).values()]
}

function ofFeed(bytes: Uint8Array): Payload[] {
  let items: FeedItem[]
  try {
    items = tasks.parseFeed({ bytes, contentType: null, ...frame }).items
  } catch {
    return []
  }
  return items.flatMap((item) => {
    const raw = item.contentHtml ?? item.summaryHtml
    const stored = storedOf(item)
    return raw && stored ? [{ raw, stored }] : []
  })
}

/** By a feed as its text, its summary and its title, and by a page as part of an article. */
function ofVector(vector: string): Payload[] {
  const title = escaped(vector)
  const item = `<item><guid>1</guid><title>Heron ${title}</title><description>${title}</description>
    <content:encoded>${title}</content:encoded></item>`
  const rss = `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>${item}</channel></rss>`
  const paragraph = `<p>${'The heron left the laboratory in the morning and was back before noon. '.repeat(5)}</p>`
  const html = `<!doctype html><title>Heron</title><article><h1>Heron</h1>${paragraph}${paragraph}<div>${vector}</div>${paragraph}`
  const bytes = Buffer.from(html)
  const page = tasks.extractPage({ bytes, contentType: 'text/html; charset=utf-8', ...frame })
  const [fromFeed] = ofFeed(Buffer.from(rss))
  const stored = fromFeed && storedOf({ ...blankOf(vector), title: 'Heron' }, page)
  if (!fromFeed || !stored) throw new Error(`Nothing came of ${vector}`)
  return [fromFeed, { raw: vector, stored }]
}

const blankOf = (html: string): FeedItem => {
  const bytes = Buffer.from(
    JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', items: [{ id: '1', content_html: html }] }),
  )
  return tasks.parseFeed({ bytes, contentType: null, ...frame }).items[0] as FeedItem
}

function storedOf(item: FeedItem, page?: Parameters<typeof articleOfItem>[2]): Stored | undefined {
  const { article } = articleOfItem(source, item, page, frame.now)
  if (!article) return undefined
  const html = article.body && 'html' in article.body ? article.body.html : ''
  const { content } = tasks.cleanBody({ html, base: article.url })
  return { html: content.html, title: article.title, summary: article.summary ?? '' }
}

const escaped = (html: string) => html.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
