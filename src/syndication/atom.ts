import { xmlElement, xmlText } from '../shared/xml.ts'
import { type Feed, type FeedItem, type FeedPerson, mediaTypes, uuidUrn } from './feed.ts'

const namespaces = {
  xmlns: 'http://www.w3.org/2005/Atom',
  'xmlns:fh': 'http://purl.org/syndication/history/1.0',
}

/** Atom (RFC 4287), with the history of RFC 5005. */
export function writeAtom(feed: Feed): string {
  const members = [
    xmlText('id', feed.id),
    xmlText('title', feed.title),
    xmlText('subtitle', feed.description),
    xmlText('updated', feed.updatedAt),
    xmlText('generator', 'Newsweave'),
    xmlElement('link', { rel: 'self', href: feed.selfUrl, type: mediaTypes.atom }),
    ...feed.links.map(({ rel, href, type }) => xmlElement('link', { rel, href, type })),
    feed.isArchive ? xmlElement('fh:archive', {}) : '',
    ...feed.items.map(entryElement),
  ]
  const inside = members.filter((line) => line !== '').join('\n')
  const root = xmlElement('feed', { ...namespaces, 'xml:lang': feed.language }, `\n${inside}\n`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`
}

function entryElement(item: FeedItem): string {
  const { source } = item
  // An entry has an author (RFC 4287, 4.2.1); what nobody signed is its outlet's.
  const authors = item.authors.length > 0 ? item.authors : [{ name: source.name, url: source.homeUrl }]
  const members = [
    xmlText('id', uuidUrn(item.id)),
    xmlText('title', item.title),
    xmlElement('link', { rel: 'alternate', href: item.url, hreflang: item.language }),
    item.viaUrl === null ? '' : xmlElement('link', { rel: 'via', href: item.viaUrl }),
    item.imageUrl === null
      ? ''
      : xmlElement('link', { rel: 'enclosure', href: item.imageUrl, type: imageType(item.imageUrl) }),
    xmlText('published', item.publishedAt),
    xmlText('updated', item.updatedAt),
    ...authors.map((person) => personElement('author', person)),
    ...item.translators.map((person) => personElement('contributor', person)),
    ...item.tags.map(({ slug, name }) => xmlElement('category', { term: slug, label: name })),
    xmlText('rights', item.rights),
    sourceElement(item),
    xmlText('summary', item.summary),
    xmlText('content', item.html, { type: 'html' }),
  ]
  return xmlElement('entry', { 'xml:lang': item.language }, members.join(''))
}

function personElement(name: string, person: FeedPerson): string {
  return xmlElement(name, {}, xmlText('name', person.name) + xmlText('uri', person.url))
}

/** The feed that the entry was taken from, which was changed with this entry at the latest. */
function sourceElement({ source, publishedAt }: FeedItem): string {
  const { id, name, homeUrl, feedUrl } = source
  const members = [
    xmlText('id', uuidUrn(id)),
    xmlText('title', name),
    xmlText('updated', publishedAt),
    xmlElement('link', { rel: 'alternate', href: homeUrl }),
    feedUrl === null ? '' : xmlElement('link', { rel: 'self', href: feedUrl }),
  ]
  return xmlElement('source', {}, members.join(''))
}

const imageTypes: Record<string, string> = {
  avif: 'image/avif',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  webp: 'image/webp',
}

/** As far as the address tells; readers take an image whose type is not told for any file. */
function imageType(url: string): string {
  const extension = /\.(\w+)$/.exec(URL.parse(url)?.pathname ?? '')?.[1]?.toLowerCase() ?? ''
  return imageTypes[extension] ?? 'image/*'
}
