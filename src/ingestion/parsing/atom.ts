import type { FeedItem } from '../item.ts'
import { addressOf, baseOf } from './addresses.ts'
import { contentOf } from './bodies.ts'
import { imageOf } from './images.ts'
import { licenceIn } from './licence.ts'
import { linked, linksOf } from './links.ts'
import { authorsOf } from './people.ts'
import { categoriesOf, guidOf, languageOf, type Reading, timesOf } from './reading.ts'
import type { OfFeed } from './rss.ts'
import { titleOf } from './texts.ts'
import { child, children, inherited, textOf, textOfChild, type XmlElement } from './xml-tree.ts'

const published =
  'atom:published published atom:issued issued atom:created created dc:date dcterms:issued dcterms:created pubdate'.split(
    ' ',
  )
const updated = 'atom:updated updated atom:modified modified dcterms:modified'.split(' ')
const authors = ['atom:author', 'author', 'dc:creator', 'itunes:author']

/** An `entry` of Atom 0.3 or 1.0. */
export function atomEntry(reading: Reading, entry: XmlElement, ofFeed: OfFeed): FeedItem {
  const base = baseOf(entry, ofFeed.base)
  const content = contentElement(entry)
  const summary = child(entry, 'atom:summary', 'summary', 'media:description') ?? groupDescription(entry)
  const source = child(entry, 'atom:source', 'source')
  const people = authorsOf(entry, authors, base)
  const ofSource = source ? authorsOf(source, authors, base) : []
  const inheritedPeople = ofSource.length > 0 ? ofSource : ofFeed.authors
  return {
    guid: guidOf(textOfChild(entry, 'atom:id', 'id', 'guid')),
    url: entryUrl(entry, base),
    title: titleOf(child(entry, 'atom:title', 'title', 'dc:title', 'media:title')),
    summaryHtml: contentOf(summary, 'either', ofFeed.base),
    contentHtml: contentOf(content, 'either', ofFeed.base),
    ...timesOf(reading, {
      published: textOfChild(entry, ...published),
      updated: textOfChild(entry, ...updated),
    }),
    authors: people.length > 0 ? people : inheritedPeople,
    categories: categoriesOf(categoryTexts(entry)),
    language: languageOf(textOfChild(entry, 'dc:language') || inherited(content ?? entry, 'xml:lang')),
    imageUrl: imageOf(entry, base),
    rights:
      titleOf(child(entry, 'atom:rights', 'rights', 'atom:copyright', 'copyright', 'dc:rights')) ??
      ofFeed.rights,
    licence: licenceIn(entry) ?? ofFeed.licence,
    origin: originOf(entry, source, base),
  }
}

function entryUrl(entry: XmlElement, base: string): string | null {
  const original = addressOf(textOfChild(entry, 'feedburner:origlink', 'pheedo:origlink'), base)
  const page = original ?? linked(entry, 'alternate', base)
  if (page) return page
  const written = children(entry, 'atom:link', 'link')
    .map(textOf)
    .find((text) => text !== '')
  const id = textOfChild(entry, 'atom:id', 'id')
  return (
    addressOf(written, base) ??
    (/^https?:/i.test(id) ? addressOf(id, base) : null) ??
    linked(entry, 'self', base)
  )
}

/** Of several contents that which is HTML, and the last of equal ones: they go from plain to rich. */
function contentElement(entry: XmlElement): XmlElement | undefined {
  const contents = children(entry, 'atom:content', 'content').filter((each) => each.children.length > 0)
  return (
    contents.find(({ attributes }) => /html/i.test(attributes.type ?? '')) ??
    contents.at(-1) ??
    child(entry, 'content:encoded', 'xhtml:body')
  )
}

function groupDescription(entry: XmlElement): XmlElement | undefined {
  const group = child(entry, 'media:group')
  return group && child(group, 'media:description')
}

/** A label is for people and goes before the term. Terms that are addresses sort entries for machines. */
function categoryTexts(entry: XmlElement): string[] {
  return [
    ...children(entry, 'atom:category', 'category').map((each) => {
      const { label, term } = each.attributes
      return label || (term && !/^https?:/i.test(term) ? term : textOf(each))
    }),
    ...children(entry, 'dc:subject').map(textOf),
  ]
}

function originOf(entry: XmlElement, source: XmlElement | undefined, base: string): FeedItem['origin'] {
  if (source) {
    const inSource = baseOf(source, base)
    const id = textOfChild(source, 'atom:id', 'id')
    const url = linked(source, 'alternate', inSource) ?? linked(source, 'self', inSource)
    return {
      name: titleOf(child(source, 'atom:title', 'title')),
      url: url ?? (/^https?:/i.test(id) ? addressOf(id, inSource) : null),
    }
  }
  const via = linksOf(entry, 'via')[0]
  return via ? { name: via.attributes.title || null, url: linked(entry, 'via', base) } : null
}
