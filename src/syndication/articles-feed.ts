import type { FastifyReply, FastifyRequest } from 'fastify'
import { listCards, type Position } from '../articles/listing.ts'
import { type ReadFound, readList } from '../articles/reading.ts'
import type { Queries } from '../database/database.ts'
import { cursorBehind, pageStart } from '../http/paging.ts'
import { identityOf, listPath, otherFormats, withParameters } from './addresses.ts'
import { type ArchivePlace, archiveAbove, archiveBelow, archiveSize, within } from './archives.ts'
import { type ArticleWithText, type Content, itemsOfArticles } from './article-items.ts'
import { type Feed, type FeedFormat, type FeedItem, type FeedLink, latestOf } from './feed.ts'
import { type Period, periodNamed } from './periods.ts'
import { type ArticleFeedQuery, type ArticleFilters, checkArchive } from './queries.ts'
import { articlesTitle } from './titles.ts'

/** What answers a request for a feed. */
export type Asked = {
  /** The address of the feed with the parameters that were sent, however its path was written. */
  path: string
  request: FastifyRequest
  reply: FastifyReply
  format: FeedFormat
  base: string
  name: string
}

type Document = Asked & {
  q: Queries
  query: ArticleFeedQuery
  filters: ArticleFilters
  period: Period | undefined
}

const subject = 'articles'
const itemsWithoutLimit = 20

/** A document of the feed of articles: its newest ones, a page behind them, or an archive. */
export async function articlesFeed(
  q: Queries,
  findArticles: ReadFound,
  query: ArticleFeedQuery,
  asked: Asked,
): Promise<Feed> {
  checkArchive(query)
  const { q: _q, expand: _e, content = 'licensed', limit: _l, cursor: _c, archive, ...filters } = query
  const document = {
    ...asked,
    q,
    query,
    filters,
    period: archive === undefined ? undefined : periodNamed(archive),
  }
  const { articles, next } = await readPage(document, findArticles, content)
  const { path, format, base, name } = asked
  const items = await itemsOfArticles(q, articles, content)
  return {
    id: `${base}${identityOf(path)}`,
    title: await articlesTitle(q, name, query),
    description: 'Articles of many outlets, each with its credit.',
    language: languageOf(query, items),
    updatedAt: latestOf(items.map((item) => item.updatedAt)),
    homeUrl: `${base}${listPath(path, subject)}`,
    selfUrl: new URL(`${base}${path}`).href,
    links: [
      ...otherFormats(path, subject, format, base),
      ...(document.period ? [] : await pageLinks(document, articles, next)),
      ...(await archiveLinks(document, articles)),
    ],
    isArchive: document.period !== undefined,
    items,
  }
}

/** The list of the same filters, as it is served as JSON. */
async function readPage(
  { q, query, filters, period, request, reply, base }: Document,
  findArticles: ReadFound,
  content: Content,
): Promise<{ articles: ArticleWithText[]; next: string | null }> {
  const { q: words, expand, cursor } = query
  const body = content === 'summary' ? {} : { include: ['body' as const] }
  const limit = period ? archiveSize : (query.limit ?? itemsWithoutLimit)
  const list = { ...(period ? within(filters, period) : filters), ...body, cursor, limit }
  const json =
    words === undefined && !expand
      ? await readList(q, list, request, reply, base)
      : await findArticles(q, { ...list, q: words, expand, sort: 'newest' }, request, reply, base)
  const { data, page } = JSON.parse(json.toString())
  return { articles: data, next: page.next }
}

/** RFC 5005, section 3: pages behind the first, and before this one. */
async function pageLinks(
  { q, query, filters, request, path, base }: Document,
  articles: ArticleWithText[],
  next: string | null,
): Promise<FeedLink[]> {
  const links: FeedLink[] = []
  const to = (cursor: string | undefined) => `${base}${withParameters(path, { cursor })}`
  if (next !== null) links.push({ rel: 'next', href: to(next) })
  if (query.cursor === undefined) return links
  links.push({ rel: 'first', href: to(undefined) })
  const start = query.q === undefined ? pageStart(request, query.cursor, ['text', 'text']) : undefined
  if (!start) return links
  const first = articles[0]
  const after: Position = first ? positionOf(first) : { at: start[0], id: start[1] }
  const limit = query.limit ?? itemsWithoutLimit
  const above = await listCards(q, filters, { sort: 'oldest', after, limit })
  const before = above[limit]
  links.push({ rel: 'previous', href: to(before && cursorBehind({ url: path }, [before.at, before.id])) })
  return links
}

/** RFC 5005, section 4. What is found by words has pages only: no index leads to its periods. */
async function archiveLinks(document: Document, articles: ArticleWithText[]): Promise<FeedLink[]> {
  const { q, query, filters, period } = document
  if (query.q !== undefined) return []
  const last = articles.at(-1)
  const place = last ? positionOf(last) : period && { at: period.start, id: '' }
  const below = place && (await archiveBelow(q, filters, place))
  const links: FeedLink[] = []
  if (below) links.push({ rel: 'prev-archive', href: archiveAddress(document, below) })
  if (!period) return links
  links.push({ rel: 'current', href: archiveAddress(document, undefined) })
  const above = query.cursor === undefined ? await archiveAbove(q, filters, period) : undefined
  if (above) links.push({ rel: 'next-archive', href: archiveAddress(document, { period: above }) })
  return links
}

function archiveAddress({ path, base }: Asked, place: ArchivePlace | undefined): string {
  const url = withParameters(path, {
    limit: undefined,
    cursor: undefined,
    archive: place?.period.name,
  })
  const cursor = place?.after && cursorBehind({ url }, [place.after.at, place.after.id])
  return `${base}${cursor === undefined ? url : withParameters(url, { cursor })}`
}

const positionOf = ({ publishedAt, id }: ArticleWithText): Position => ({ at: publishedAt, id })

function languageOf({ language }: ArticleFeedQuery, items: FeedItem[]): string | null {
  if (language?.length === 1) return language[0] as string
  const languages = new Set(items.map((item) => item.language))
  return languages.size === 1 ? ([...languages][0] ?? null) : null
}
