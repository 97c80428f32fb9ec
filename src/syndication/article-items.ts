import type { Article, ArticleDetail } from '../articles/article.ts'
import type { Queries } from '../database/database.ts'
import { escapeHtml } from '../http/page.ts'
import { findSource } from '../sources/sources.ts'
import type { FeedItem } from './feed.ts'

export type ArticleWithText = Article & Partial<Pick<ArticleDetail, 'body'>>

/** `full` and `summary` are what was asked for; `licensed` gives the text of what may be passed on, and the summary of the rest. */
export type Content = 'full' | 'summary' | 'licensed'

/** Licences under which anybody may pass a whole text on with its credit. */
const passedOn = /^(?:CC0|CC[ -]BY|PDDL|ODC-By|ODbL|GFDL|OGL)\b/i

export async function itemsOfArticles(
  q: Queries,
  articles: ArticleWithText[],
  content: Content,
): Promise<FeedItem[]> {
  const feeds = await feedUrlsOf(q, articles)
  return articles.map((article) => ({
    ...creditsOf(article, feeds.get(article.source.id) ?? null),
    id: article.id,
    url: absolute(article.url),
    title: article.title,
    summary: article.summary,
    html: textOf(article, content),
    publishedAt: article.publishedAt,
    updatedAt: article.contentChangedAt,
    changedAt: article.updatedAt,
    tags: article.tags,
    extension: extensionOf(article),
  }))
}

/** The addresses of the feeds of the articles' sources, by source. */
export async function feedUrlsOf(
  q: Queries,
  articles: Pick<Article, 'source'>[],
): Promise<Map<string, string | null>> {
  const feeds = new Map<string, string | null>()
  for (const id of new Set(articles.map(({ source }) => source.id))) {
    const source = await findSource(q, id)
    feeds.set(id, source?.feedUrl ? absolute(source.feedUrl) : null)
  }
  return feeds
}

/** Who published here, who first, who wrote: it goes with an item whatever its content. */
export function creditsOf(article: Article, feedUrl: string | null) {
  const { authors, source, attribution, imageUrl } = article
  const people = (role: Article['authors'][number]['role']) =>
    authors
      .filter((author) => author.role === role)
      .map(({ name, url }) => ({ name, url: url === null ? null : absolute(url) }))
  return {
    language: article.language,
    authors: people('author'),
    translators: people('translator'),
    source: { ...source, homeUrl: absolute(source.homeUrl), feedUrl },
    rights: rightsOf(attribution),
    imageUrl: imageUrl === null ? null : absolute(imageUrl),
    viaUrl: viaOf(article),
  }
}

export function extensionOf(article: Article): FeedItem['extension'] {
  const { attribution, source, translationOf, story, alsoIn, revision } = article
  return { attribution, source, translationOf, story, alsoIn: alsoIn.length, revision }
}

/** Readers show the text and often nothing else, so its credit stands at its foot. */
export function creditLine({ text, url }: Article['attribution']): string {
  const credit = escapeHtml(text)
  return url === null
    ? `<p>${credit}</p>`
    : `<p><a href="${escapeHtml(absolute(url))}" rel="nofollow noopener">${credit}</a></p>`
}

function textOf({ body, attribution }: ArticleWithText, content: Content): string | null {
  if (!body?.html || content === 'summary') return null
  if (content === 'licensed' && !passedOn.test(attribution.licence ?? '')) return null
  return `${body.html}\n${creditLine(attribution)}`
}

function rightsOf({ text, rightsHolder, licence }: Article['attribution']): string {
  const holder = rightsHolder === null || text.includes(rightsHolder) ? null : `© ${rightsHolder}`
  return [text, holder, licence].filter((part) => part !== null).join('; ')
}

function viaOf({ url, canonicalUrl, translationOf, attribution }: Article): string | null {
  const other = [canonicalUrl, translationOf?.url, attribution.url].find(
    (address) => address && absolute(address) !== absolute(url),
  )
  return other ? absolute(other) : null
}

/** Addresses are kept as they were sent, some with letters that a feed has to encode. */
export const absolute = (url: string): string => URL.parse(url)?.href ?? url
