import { z } from 'zod'
import type { Article, Highlight } from '../articles/article.ts'
import type { Story } from '../stories/story.ts'

const time = z.string().describe('RFC 3339, UTC.')

/** What an agent needs to choose an article and to credit it: an article of the API has three times as much. */
export const ArticleLine = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string().describe('Where the outlet published it.'),
  source: z.string().describe('The outlet.'),
  authors: z.array(z.string()),
  publishedAt: time,
  language: z.string(),
  summary: z.string().nullable(),
  tags: z.array(z.string()).describe('Slugs.'),
  credit: z.string().describe('To be shown wherever the article is quoted.'),
  storyId: z.string().nullable().describe('The story that it belongs to, for get_story.'),
  duplicateOf: z.string().nullable().describe('The article whose text this one republishes.'),
  excerpt: z.string().optional().describe('The piece of the text that matches the search best.'),
})
export type ArticleLine = z.infer<typeof ArticleLine>

/** The members of an article that a line is made of, as `fields` names them. */
export const lineFields = [
  'id',
  'title',
  'url',
  'source.name',
  'authors',
  'publishedAt',
  'language',
  'summary',
  'tags',
  'story.id',
  'duplicateOf',
]

export function lineOf(article: Article & { highlight?: z.infer<typeof Highlight> }): ArticleLine {
  const { id, title, url, publishedAt, language, summary, duplicateOf, highlight } = article
  return {
    id,
    title,
    url,
    source: article.source.name,
    authors: article.authors.map(({ name }) => name),
    publishedAt,
    language,
    summary,
    tags: article.tags.map(({ slug }) => slug),
    credit: article.attribution.text,
    storyId: article.story?.id ?? null,
    duplicateOf,
    ...(highlight?.body && { excerpt: highlight.body.text }),
  }
}

export const StoryLine = z.object({
  id: z.string(),
  title: z.string(),
  articleCount: z.int(),
  sourceCount: z.int().describe('Outlets that tell it.'),
  languages: z.array(z.string()),
  firstPublishedAt: time,
  lastPublishedAt: time,
  tags: z.array(z.string()).describe('Slugs.'),
  representative: ArticleLine.describe('The article that stands for the story.'),
})
export type StoryLine = z.infer<typeof StoryLine>

export function storyLineOf(story: Story): StoryLine {
  const { id, title, articleCount, sourceCount, languages, firstPublishedAt, lastPublishedAt } = story
  return {
    id,
    title,
    articleCount,
    sourceCount,
    languages,
    firstPublishedAt,
    lastPublishedAt,
    tags: story.tags.map(({ slug }) => slug),
    representative: lineOf(story.representative.article),
  }
}

/** A list of the API. */
export type Page<Item> = { data: Item[]; page: { next: string | null } }

export const cursor = z
  .string()
  .max(1000)
  .optional()
  .describe('`next` of the answer before, with the same filters.')

export const nextCursor = z
  .string()
  .nullable()
  .describe('Send it as `cursor`, with the same filters, for what comes behind; null at the end.')

/** An article as text, for agents that read no structured content. */
export function articleText(article: ArticleLine): string {
  const { id, title, url, source, publishedAt, language, summary, excerpt } = article
  return [
    `${title} (${source}, ${publishedAt.slice(0, 10)}, ${language}; id ${id})`,
    `  ${url}`,
    ...[summary, excerpt].flatMap((text) => (text ? [`  ${text}`] : [])),
  ].join('\n')
}

export function storyText({ id, title, articleCount, sourceCount, lastPublishedAt }: StoryLine): string {
  const size = `${articleCount} articles of ${sourceCount} outlets`
  return `${title} (${size}, the last on ${lastPublishedAt.slice(0, 10)}; id ${id})`
}

/** Several of something as text: what there is, or that there is none, and whether there is more. */
export function listText(texts: string[], next: string | null, none: string): string {
  if (texts.length === 0) return next === null ? none : `None on this page. There is more: cursor ${next}`
  return [...texts, ...(next === null ? [] : [`There is more: cursor ${next}`])].join('\n\n')
}
