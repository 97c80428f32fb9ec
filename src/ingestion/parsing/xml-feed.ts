import type { ParsedFeed } from '../item.ts'
import { addressOf, baseOf } from './addresses.ts'
import { atomEntry } from './atom.ts'
import { licenceOfItems } from './licence.ts'
import { linked, linksOf } from './links.ts'
import { authorsOf } from './people.ts'
import { boundedItems, drop, languageOf, type Reading } from './reading.ts'
import { repairedXml } from './repair.ts'
import { rssItem } from './rss.ts'
import { schedule } from './schedule.ts'
import { titleOf } from './texts.ts'
import { child, children, inherited, textOf, textOfChild, type XmlElement, xmlTree } from './xml-tree.ts'

const formats: Record<string, ParsedFeed['format']> = {
  rss: 'rss',
  channel: 'rss',
  'rdf:rdf': 'rdf',
  'atom:feed': 'atom',
  feed: 'atom',
}
const feedAuthors = ['atom:author', 'author', 'dc:creator', 'managingeditor', 'dc:author', 'itunes:author']
const rights = ['atom:rights', 'rights', 'copyright', 'atom:copyright', 'dc:rights']

/** A feed in RSS, Atom or RDF, as much of it as can be read; `undefined` where the document is none of them. */
export function xmlFeed(reading: Reading, document: string): ParsedFeed | undefined {
  const { root, stoppedBy } = xmlTree(repairedXml(document))
  const feed = feedIn(root)
  const format = feed && formats[feed.name]
  if (!feed || !format) return undefined
  if (stoppedBy) drop(reading, 'the rest of the feed', stoppedBy)
  else if (!feed.isWhole) drop(reading, 'the end of the feed', 'It ends in the middle.')
  const channel = format === 'atom' ? feed : (child(feed, 'channel') ?? feed)
  const homeUrl = homeUrlOf(channel, reading.url)
  const ofFeed = {
    base: homeUrl ?? reading.url,
    authors: authorsOf(channel, feedAuthors, reading.url),
    rights: titleOf(child(channel, ...rights)),
    licence: licenceOfItems(channel),
  }
  const entries = boundedItems(reading, entriesOf(feed, reading))
  return {
    format,
    title: titleOf(child(channel, 'title', 'atom:title', 'dc:title')),
    homeUrl,
    language: languageOf(textOfChild(channel, 'language', 'dc:language') || inherited(channel, 'xml:lang')),
    hubUrl: linked(channel, 'hub', baseOf(channel, reading.url)),
    selfUrl: linked(channel, 'self', baseOf(channel, reading.url)),
    ...schedule(channel),
    items: entries.map((entry) =>
      entry.name === 'item' ? rssItem(reading, entry, ofFeed) : atomEntry(reading, entry, ofFeed),
    ),
    dropped: reading.dropped,
  }
}

/** The element that is the feed, also where other things stand before or around it. */
function feedIn(element: XmlElement): XmlElement | undefined {
  for (const each of element.children) {
    if (typeof each === 'string') continue
    const found = formats[each.name] ? each : feedIn(each)
    if (found) return found
  }
  return undefined
}

/** Without an item in which the document ends before its guid or address: nobody would know it again when it comes whole. */
function entriesOf(feed: XmlElement, { url, dropped }: Reading): XmlElement[] {
  const entries = entriesIn(feed, [])
  const last = entries.at(-1)
  if (feed.isWhole || !last || last.isWhole) return entries
  const others = entries.slice(0, -1)
  last.children = last.children.filter((each) => typeof each === 'string' || each.isWhole || !isName(each))
  last.named = undefined
  if (hasGuid(last) || (!others.some(hasGuid) && hasAddress(last, url))) return entries
  dropped.push({ stage: 'parse', what: 'the last item', why: 'The feed ends before its guid or link.' })
  return others
}

const guids = ['guid', 'atom:id', 'id']
const isName = ({ name }: XmlElement) => name === 'link' || guids.includes(name)
const hasGuid = (entry: XmlElement) => child(entry, ...guids) !== undefined
const hasAddress = (entry: XmlElement, base: string) =>
  child(entry, 'link') !== undefined || linked(entry, 'alternate', base) !== null

/** Items wherever they stand: beside the channel (RDF), or in one that lost its end. */
function entriesIn(element: XmlElement, found: XmlElement[]): XmlElement[] {
  for (const each of element.children) {
    if (typeof each === 'string') continue
    const isEntry = each.name === 'item' || each.name === 'atom:entry' || each.name === 'entry'
    if (!isEntry) entriesIn(each, found)
    else if (each.isWhole || isNameable(each)) found.push(each)
  }
  return found
}

/** What was cut off counts where at least its title or address came through. */
function isNameable(entry: XmlElement): boolean {
  return (
    textOf(child(entry, 'title', 'atom:title', 'link', 'guid', 'atom:id', 'id')) !== '' ||
    linksOf(entry, 'alternate').length > 0
  )
}

function homeUrlOf(channel: XmlElement, url: string): string | null {
  const base = baseOf(channel, url)
  for (const link of children(channel, 'link')) {
    const address = addressOf(textOf(link), baseOf(link, url))
    if (address) return address
  }
  return linked(channel, 'alternate', base) ?? addressOf(textOfChild(channel, 'atom:link'), base)
}
