import { decodeBytes } from '../../src/ingestion/parsing/decode.ts'
import { parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import { feedFiles, type SavedFile } from '../feeds/corpus.ts'
import { factsOfJson, factsOfXml, type ItemFacts, type ItemState, jsonItem, xmlItem } from './item-text.ts'

/** A real feed taken to pieces: what stands before its items, each of these, and what stands behind. */
export type SavedFeed = {
  name: string
  head: string
  items: { text: string; facts: ItemFacts }[]
  tail: string
  separator: string
  contentType: string
  render: (item: string, state: ItemState) => string
}

const element = /<((?:[\w-]+:)?(?:item|entry))(?=[\s>])[\s\S]*?<\/\1>/gi
/** Of a feed of hundreds: the newest. */
const itemsAtMost = 150

/** The saved feeds whose items can be told apart, with each item once. */
export function savedFeeds(): SavedFeed[] {
  return feedFiles('saved')
    .map(takenApart)
    .filter((feed): feed is SavedFeed => feed !== undefined && feed.items.length > 0)
    .map((feed) => ({ ...feed, items: distinct(feed.items).slice(0, itemsAtMost) }))
    .filter(isReadAsItStands)
}

function takenApart({ name, bytes }: SavedFile): SavedFeed | undefined {
  const { text } = decodeBytes(bytes, { contentType: null }, 'feed')
  return /^\s*\{/.test(text) ? jsonFeed(name, text) : xmlFeed(name, text)
}

function xmlFeed(name: string, text: string): SavedFeed | undefined {
  const found = [...text.matchAll(element)]
  const [first, last] = [found[0], found.at(-1)]
  if (!first || !last) return undefined
  return {
    name,
    // It is served in encodings that its prolog does not know.
    head: text.slice(0, first.index).replace(/(<\?xml[^>]*?)\s+encoding=(["'])[^"']*\2/i, '$1'),
    items: found.map(([item]) => ({ text: item, facts: factsOfXml(item) })),
    tail: text.slice(last.index + last[0].length),
    separator: '\n',
    contentType: /<rss/i.test(text) ? 'application/rss+xml' : 'application/xml',
    render: xmlItem,
  }
}

function jsonFeed(name: string, text: string): SavedFeed {
  const { items, ...rest } = JSON.parse(text) as { items: unknown[] }
  const texts = items.map((item) => JSON.stringify(item))
  return {
    name,
    head: `${JSON.stringify(rest).slice(0, -1)},"items":[`,
    items: texts.map((item) => ({ text: item, facts: factsOfJson(item) })),
    tail: ']}',
    separator: ',',
    contentType: 'application/feed+json',
    render: jsonItem,
  }
}

/** What one feed has twice is one item: two with one guid, or without guids at one address. */
function distinct(items: SavedFeed['items']): SavedFeed['items'] {
  const taken = new Set<string>()
  return items.filter(({ facts: { guid, link, title, date } }) => {
    const key = guid ? `guid ${guid}` : link ? `link ${link}` : `title ${title} ${date}`
    if (taken.has(key)) return false
    taken.add(key)
    return true
  })
}

/** Whether each piece is one item to who reads it: pieces of what is nested in itself are not. */
function isReadAsItStands({ head, items, tail, separator, render }: SavedFeed): boolean {
  const marked = items.map(({ text }, at) =>
    render(text, { mark: `mark${at}x `, title: '', guid: '', date: undefined, host: undefined }),
  )
  const document = Buffer.from(head + marked.join(separator) + tail)
  try {
    const read = parseFeed(document, { contentType: null, url: 'https://a.example/feed', now: new Date() })
    return (
      read.items.length === items.length &&
      read.items.every((item, at) => `${item.summaryHtml} ${item.contentHtml}`.includes(`mark${at}x `))
    )
  } catch {
    return false
  }
}
