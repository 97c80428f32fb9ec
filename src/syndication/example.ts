import { Article } from '../articles/article.ts'
import { creditsOf, extensionOf } from './article-items.ts'
import type { Feed } from './feed.ts'

const article = Article.meta()?.example as Article
const base = 'https://news.example'
const path = '/v1/feeds/articles'

/** What the document shows of a feed. */
export const exampleFeed: Feed = {
  id: `${base}${path}?tagsAll=chips`,
  title: 'Newsweave: chips',
  description: 'Articles of many outlets, each with its credit.',
  language: 'en',
  updatedAt: article.contentChangedAt,
  homeUrl: `${base}/v1/articles?tagsAll=chips`,
  selfUrl: `${base}${path}?tagsAll=chips`,
  links: [{ rel: 'prev-archive', href: `${base}${path}?tagsAll=chips&archive=2026-10` }],
  isArchive: false,
  items: [
    {
      ...creditsOf(article, null),
      id: article.id,
      url: article.url,
      title: article.title,
      summary: article.summary,
      html: null,
      publishedAt: article.publishedAt,
      updatedAt: article.contentChangedAt,
      changedAt: article.updatedAt,
      tags: article.tags,
      extension: extensionOf(article),
    },
  ],
}
