import type { FeedItem, ParsedFeed, Person } from '../../src/ingestion/item.ts'
import { parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import { sameAddress, sameHtml, sameLine } from './compare.ts'
import { feedFiles } from './corpus.ts'
import type { Row } from './row.ts'

const now = new Date('2026-11-26T12:00:00Z')
const address = 'http://feeds.example/feed.xml'

type Members = Record<string, unknown>
export type Pair = { name: string; bytes: Buffer; expected: Members }

/** The share of gofeed's feeds that are read, and in which all agrees that our items have, too. */
export function gofeedRow(): Row {
  const pairs = gofeedPairs()
  const agreeing = pairs.filter((pair) => disagreements(pair).length === 0).length
  return {
    name: 'gofeed: pairs read and agreeing',
    value: agreeing / pairs.length,
    goal: 0.91,
    n: pairs.length,
  }
}

export function gofeedPairs(): Pair[] {
  const files = feedFiles('gofeed')
  const byName = new Map(files.map((file) => [file.name, file.bytes]))
  return files.flatMap(({ name, bytes }) => {
    const stem = name.replace(/\.(?:xml|json)$/, '')
    const answer = byName.get(name.endsWith('.xml') ? `${stem}.json` : `${stem}_expected.json`)
    return answer ? [{ name, bytes, expected: JSON.parse(answer.toString('utf8')) as Members }] : []
  })
}

/** Where we read a feed differently; the failure where we read it not at all. */
export function disagreements({ bytes, expected }: Pair): string[] {
  let feed: ParsedFeed
  try {
    feed = parseFeed(bytes, { contentType: null, url: address, now })
  } catch (error) {
    return [String(error)]
  }
  const items = listIn(expected, 'items', 'entries')
  const ofFeed = checked('feed', [
    ['title', line(feed.title, expected.title)],
    ['items', items.length === feed.items.length],
    ['link', link(feed.homeUrl, expected)],
  ])
  return [
    ...ofFeed,
    ...items.flatMap((item, at) => (feed.items[at] ? inItem(feed.items[at], item, `item ${at}`) : [])),
  ]
}

function inItem(ours: FeedItem, theirs: Members, where: string): string[] {
  const published = theirs.publishedParsed ?? theirs.pubDateParsed ?? theirs.date_published
  return checked(where, [
    ['title', line(ours.title, textIn(theirs.title))],
    ['link', link(ours.url, theirs)],
    ['id', sameOrNone(ours.guid, textIn(theirs.guid) ?? theirs.id)],
    ['published', time(ours.publishedAt ?? ours.updatedAt, published)],
    ['updated', time(ours.updatedAt ?? ours.publishedAt, theirs.updatedParsed)],
    ['content', html(ours.contentHtml ?? ours.summaryHtml, textIn(theirs.content))],
    ['description', html(ours.summaryHtml ?? ours.contentHtml, textIn(theirs.description ?? theirs.summary))],
    ['authors', people(ours.authors, theirs)],
    ['categories', categories(ours.categories, theirs.categories)],
  ])
}

function checked(where: string, parts: [name: string, agrees: boolean][]): string[] {
  return parts.filter(([, agrees]) => !agrees).map(([name]) => `${where}: ${name}`)
}

function listIn(members: Members, ...names: string[]): Members[] {
  const found = names.map((name) => members[name]).find(Array.isArray)
  return (found ?? []) as Members[]
}

function textIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value
}

function line(ours: string | null, theirs: unknown): boolean {
  return typeof theirs !== 'string' || sameLine(ours, theirs)
}

function html(ours: string | null, theirs: unknown): boolean {
  return typeof theirs !== 'string' || sameHtml(ours, theirs)
}

function time(ours: string | null, theirs: unknown): boolean {
  return typeof theirs !== 'string' || (ours !== null && Date.parse(ours) === Date.parse(theirs))
}

function sameOrNone(ours: string | null, theirs: unknown): boolean {
  return typeof theirs !== 'string' || ours === theirs
}

function link(ours: string | null, theirs: Members): boolean {
  return typeof theirs.link !== 'string' || sameAddress(ours, theirs.link)
}

function people(ours: Person[], theirs: Members): boolean {
  const names = listIn(theirs, 'authors').flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
  return names.every((name) => ours.some((person) => sameLine(person.name, name)))
}

/** Terms, or where they have labels these. */
function categories(ours: string[], theirs: unknown): boolean {
  if (!Array.isArray(theirs)) return true
  return theirs.every((each) => {
    const names = typeof each === 'string' ? [each] : [each.label, each.term, each.value]
    return names.some((name) => typeof name === 'string' && ours.some((one) => sameLine(one, name)))
  })
}
