import { escapeHtml } from '../http/page.ts'
import { xmlElement, xmlText } from '../shared/xml.ts'
import { type Feed, type FeedItem, mediaTypes, uuidUrn } from './feed.ts'

const namespaces = {
  version: '2.0',
  'xmlns:atom': 'http://www.w3.org/2005/Atom',
  'xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
  'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
  'xmlns:fh': 'http://purl.org/syndication/history/1.0',
  'xmlns:media': 'http://search.yahoo.com/mrss/',
}

/** RSS 2.0 as the RSS Advisory Board's profile has it, with what other vocabularies say better. */
export function writeRss(feed: Feed): string {
  const channel = [
    xmlText('title', feed.title),
    xmlText('link', feed.homeUrl),
    xmlText('description', feed.description),
    xmlText('language', feed.language),
    xmlText('lastBuildDate', rfc822(feed.updatedAt)),
    xmlText('generator', 'Newsweave'),
    xmlElement('atom:link', { rel: 'self', href: feed.selfUrl, type: mediaTypes.rss }),
    ...feed.links.map(({ rel, href, type }) => xmlElement('atom:link', { rel, href, type })),
    feed.isArchive ? xmlElement('fh:archive', {}) : '',
    ...feed.items.map(itemElement),
  ]
  const inside = channel.filter((line) => line !== '').join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xmlElement('rss', namespaces, `\n<channel>\n${inside}\n</channel>\n`)}\n`
}

function itemElement(item: FeedItem): string {
  const { source } = item
  const members = [
    xmlText('title', item.title),
    xmlText('link', item.url),
    xmlText('guid', uuidUrn(item.id), { isPermaLink: 'false' }),
    xmlText('pubDate', rfc822(item.publishedAt)),
    xmlText('atom:updated', item.updatedAt),
    ...item.authors.map(({ name }) => xmlText('dc:creator', name)),
    ...item.translators.map(({ name }) => xmlText('dc:contributor', name)),
    xmlText('dc:language', item.language),
    xmlText('dc:rights', item.rights),
    xmlText('source', source.name, { url: source.feedUrl ?? source.homeUrl }),
    ...item.tags.map(({ name }) => xmlText('category', name)),
    item.viaUrl === null ? '' : xmlElement('atom:link', { rel: 'via', href: item.viaUrl }),
    // An enclosure has a length, which nobody here knows.
    item.imageUrl === null ? '' : xmlElement('media:content', { url: item.imageUrl, medium: 'image' }),
    xmlText('description', item.summary === null ? null : escapeHtml(item.summary)),
    xmlText('content:encoded', item.html),
  ]
  return xmlElement('item', {}, members.join(''))
}

/** RFC 822 as amended by RFC 1123: four digits of the year. */
const rfc822 = (time: string) => new Date(time).toUTCString()
