import type { FeedItem, ParsedFeed, Person } from '../item.ts'
import { addressOf } from './addresses.ts'
import { distinct } from './people.ts'
import { boundedItems, categoriesOf, drop, guidOf, languageOf, type Reading, timesOf } from './reading.ts'
import { escapedHtml, htmlAtMost, plainLine } from './texts.ts'

type Members = Record<string, unknown>

/** A JSON Feed (1.0 or 1.1); `undefined` where the document is none. A member of a wrong type is left out, and said. */
export function jsonFeed(reading: Reading, document: unknown): ParsedFeed | undefined {
  if (!isObject(document) || !isFeed(document)) return undefined
  const homeUrl = addressOf(textIn(reading, document, 'home_page_url'), reading.url)
  const entries = Array.isArray(document.items) ? document.items : []
  const kept = boundedItems(reading, entries.filter(isObject))
  if (kept.length < entries.length) drop(reading, 'items that are no objects', 'An item is an object.')
  const ofFeed = {
    base: homeUrl ?? reading.url,
    language: languageOf(textIn(reading, document, 'language')),
    authors: peopleIn(reading, document),
  }
  return {
    format: 'json',
    title: plainLine(textIn(reading, document, 'title')) || null,
    homeUrl,
    language: ofFeed.language,
    hubUrl: hubOf(reading, document),
    selfUrl: addressOf(textIn(reading, document, 'feed_url'), reading.url),
    ttlMinutes: null,
    skipHours: [],
    skipDays: [],
    items: kept.map((entry) => itemOf(reading, entry, ofFeed)),
    dropped: reading.dropped,
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isFeed(document: Members): boolean {
  const version = typeof document.version === 'string' ? document.version : ''
  return version.includes('jsonfeed.org') || (Array.isArray(document.items) && 'title' in document)
}

type OfFeed = { base: string; language: string | null; authors: Person[] }

function itemOf(reading: Reading, entry: Members, ofFeed: OfFeed): FeedItem {
  const text = (name: string) => textIn(reading, entry, name)
  const externalUrl = addressOf(text('external_url'), ofFeed.base)
  const plain = text('content_text')
  const authors = peopleIn(reading, entry)
  const own = addressOf(text('url'), ofFeed.base)
  const id = text('id')
  return {
    guid: guidOf(id),
    url: own ?? externalUrl ?? (/^https?:/i.test(id) ? addressOf(id, ofFeed.base) : null),
    title: plainLine(text('title')) || null,
    summaryHtml: escapedHtml(text('summary')).slice(0, htmlAtMost) || null,
    contentHtml: (text('content_html') || paragraphs(plain)).slice(0, htmlAtMost) || null,
    ...timesOf(reading, { published: text('date_published'), updated: text('date_modified') }),
    authors: authors.length > 0 ? authors : ofFeed.authors,
    categories: categoriesOf(linesIn(reading, entry, 'tags')),
    language: languageOf(text('language')) ?? ofFeed.language,
    imageUrl: addressOf(text('image'), ofFeed.base) ?? addressOf(text('banner_image'), ofFeed.base),
    rights: null,
    licence: null,
    origin: own && externalUrl && own !== externalUrl ? { name: null, url: externalUrl } : null,
  }
}

/** The text of a member, '' where there is none. A number is as good as its digits. */
function textIn(reading: Reading, members: Members, name: string): string {
  const value = members[name]
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number') return String(value)
  if (value !== undefined && value !== null)
    drop(reading, `the member ${JSON.stringify(name)}`, 'It is no text.')
  return ''
}

function linesIn(reading: Reading, members: Members, name: string): string[] {
  const value = members[name]
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return value.split(',')
  const lines = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  if (!Array.isArray(value) || lines.length < value.length)
    drop(reading, `the member ${JSON.stringify(name)}`, 'Not all of it is text.')
  return lines
}

/** Of `authors`, or of `author` as version 1.0 has it. */
function peopleIn(reading: Reading, members: Members): Person[] {
  const listed = Array.isArray(members.authors) ? members.authors : [members.authors ?? members.author]
  const people = listed.flatMap((each): Person[] => {
    const name = isObject(each)
      ? plainLine(textIn(reading, each, 'name'))
      : plainLine(typeof each === 'string' ? each : '')
    const url = isObject(each) ? addressOf(textIn(reading, each, 'url'), reading.url) : null
    return name ? [{ name, url }] : []
  })
  return distinct(people)
}

function hubOf(reading: Reading, members: Members): string | null {
  const hubs = Array.isArray(members.hubs) ? members.hubs.filter(isObject) : []
  for (const hub of hubs) {
    const url = addressOf(textIn(reading, hub, 'url'), reading.url)
    if (url) return url
  }
  return null
}

function paragraphs(text: string): string {
  return text
    .split(/\n\s*\n/)
    .filter((each) => each.trim() !== '')
    .map((each) => `<p>${escapedHtml(each.trim()).replaceAll('\n', '<br>')}</p>`)
    .join('\n')
}
