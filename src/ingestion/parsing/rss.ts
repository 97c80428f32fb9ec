import type { FeedItem, Person } from '../item.ts'
import { addressOf, baseOf } from './addresses.ts'
import { contentOf } from './bodies.ts'
import { imageOf } from './images.ts'
import { licenceIn } from './licence.ts'
import { linked, linksOf } from './links.ts'
import { authorsOf } from './people.ts'
import { categoriesOf, guidOf, languageOf, type Reading, timesOf } from './reading.ts'
import { titleOf } from './texts.ts'
import { child, children, inherited, textOf, textOfChild, type XmlElement } from './xml-tree.ts'

/** What an item takes from its feed where it says nothing itself. */
export type OfFeed = { base: string; authors: Person[]; rights: string | null; licence: string | null }

const published = ['pubdate', 'atom:published', 'dc:date', 'dcterms:issued', 'dcterms:created', 'published']
const updated = ['atom:updated', 'dcterms:modified', 'updated', 'lastbuilddate', 'lastmod']
const authors = ['dc:creator', 'author', 'atom:author', 'dc:author', 'itunes:author']

/** An `item` of RSS 0.9 to 2.0 or RDF. */
export function rssItem(reading: Reading, item: XmlElement, ofFeed: OfFeed): FeedItem {
  const base = baseOf(item, ofFeed.base)
  const url = itemUrl(item, base)
  const content = child(item, 'content:encoded', 'xhtml:body', 'body', 'atom:content', 'content', 'fullitem')
  const summary = child(
    item,
    'description',
    'atom:summary',
    'summary',
    'dc:description',
    'itunes:summary',
    'media:description',
  )
  const people = authorsOf(item, authors, base)
  return {
    guid: guidOf(
      textOfChild(item, 'guid', 'atom:id', 'dc:identifier') || (item.attributes['rdf:about'] ?? ''),
    ),
    url,
    title: titleOf(child(item, 'title', 'atom:title', 'dc:title', 'media:title', 'itunes:title')),
    summaryHtml: contentOf(summary, 'html', ofFeed.base),
    contentHtml: contentOf(content, 'html', ofFeed.base),
    ...timesOf(reading, {
      published: textOfChild(item, ...published),
      updated: textOfChild(item, ...updated),
    }),
    authors: people.length > 0 ? people : ofFeed.authors,
    categories: categoriesOf(categoryTexts(item)),
    language: languageOf(
      textOfChild(item, 'dc:language', 'language') || inherited(content ?? item, 'xml:lang'),
    ),
    imageUrl: imageOf(item, base),
    rights: titleOf(child(item, 'dc:rights', 'copyright', 'atom:rights', 'media:copyright')) ?? ofFeed.rights,
    licence: licenceIn(item) ?? ofFeed.licence,
    origin: originOf(item, base),
  }
}

/** The address of the item at its publisher: services that count clicks keep it beside their own. */
function itemUrl(item: XmlElement, base: string): string | null {
  const original = addressOf(textOfChild(item, 'feedburner:origlink', 'pheedo:origlink'), base)
  if (original) return original
  for (const link of children(item, 'link')) {
    const address = addressOf(textOf(link), baseOf(link, base))
    if (address) return address
  }
  return (
    linked(item, 'alternate', base) ??
    permanentLink(item, base) ??
    addressOf(item.attributes['rdf:about'], base)
  )
}

/** Where it is said that the guid is a link, it may be a relative one; where nothing is said, it has to look like one. */
function permanentLink(item: XmlElement, base: string): string | null {
  const guid = child(item, 'guid')
  const said = (guid?.attributes.isPermaLink ?? guid?.attributes.ispermalink)?.trim().toLowerCase()
  const text = textOf(guid)
  if (said === 'true') return addressOf(text, base)
  return said === undefined && /^https?:/i.test(text) ? addressOf(text, base) : null
}

function categoryTexts(item: XmlElement): string[] {
  return [
    ...children(item, 'category', 'dc:subject').map((each) => textOf(each) || (each.attributes.text ?? '')),
    ...children(item, 'atom:category').map(({ attributes }) => attributes.label || (attributes.term ?? '')),
    ...children(item, 'media:category').map((each) => each.attributes.label || textOf(each)),
    ...children(item, 'itunes:category')
      .flatMap((each) => [each, ...children(each, 'itunes:category')])
      .map(({ attributes }) => attributes.text ?? ''),
    ...children(item, 'itunes:keywords', 'media:keywords').flatMap((each) => textOf(each).split(',')),
  ]
}

function originOf(item: XmlElement, base: string): FeedItem['origin'] {
  const source = child(item, 'source', 'dc:source')
  const via = linksOf(item, 'via')[0]
  if (!source && !via) return null
  if (!source) return { name: via?.attributes.title || null, url: linked(item, 'via', base) }
  const text = titleOf(source)
  const url = source.attributes.url ?? (/^https?:/i.test(text ?? '') ? (text ?? '') : '')
  return { name: text === url ? null : text, url: addressOf(url, base) }
}
