import { z } from 'zod'
import { Article } from '../articles/article.ts'
import { type Feed, type FeedItem, linkOf, uuidUrn } from './feed.ts'

const { attribution, source, translationOf, story, revision } = Article.shape

const Person = z.object({ name: z.string(), url: z.string().optional() })
const Item = z.object({
  id: z.string(),
  url: z.string(),
  title: z.string(),
  content_html: z.string().optional(),
  content_text: z.string().optional(),
  summary: z.string().optional(),
  image: z.string().optional(),
  date_published: z.string(),
  date_modified: z.string(),
  authors: z.array(Person),
  tags: z.array(z.string()),
  language: z.string(),
  _newsweave: z
    .object({
      attribution,
      source,
      translationOf,
      story,
      alsoIn: z.int().describe('Other articles here that have the same text.'),
      revision,
      via: z.string().nullable().describe('Where the text comes from, if that is elsewhere.'),
      articleCount: z.int().optional().describe('Of a story: its articles.'),
      sourceCount: z.int().optional().describe('Of a story: the outlets that tell it.'),
    })
    .describe('The credit, and what JSON Feed has no member for.'),
})

/** JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). Its names are not ours. */
export const JsonFeed = z
  .object({
    version: z.literal('https://jsonfeed.org/version/1.1'),
    title: z.string(),
    home_page_url: z.string(),
    feed_url: z.string(),
    description: z.string(),
    next_url: z.string().optional(),
    language: z.string().optional(),
    hubs: z.array(z.object({ type: z.string(), url: z.string() })).optional(),
    _newsweave: z
      .object({
        id: z.string(),
        updated: z.string(),
        archive: z.boolean(),
        current: z.string().optional(),
        prevArchive: z.string().optional(),
        nextArchive: z.string().optional(),
      })
      .describe('The history of the feed, as RFC 5005 has it.'),
    items: z.array(Item),
  })
  .meta({
    id: 'JsonFeed',
    example: {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Newsweave: chips',
      home_page_url: 'https://news.example/v1/articles?tagsAll=chips',
      feed_url: 'https://news.example/v1/feeds/articles.json?tagsAll=chips',
      description: 'Articles of many outlets, each with its credit.',
      _newsweave: {
        id: 'https://news.example/v1/feeds/articles.json?tagsAll=chips',
        updated: '2026-11-23T06:10:12.345Z',
        archive: false,
      },
      items: [],
    },
  })

export function writeJsonFeed(feed: Feed): string {
  const hub = linkOf(feed, 'hub')
  const document: z.infer<typeof JsonFeed> = {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.homeUrl,
    feed_url: feed.selfUrl,
    description: feed.description,
    ...optional('next_url', linkOf(feed, 'next')),
    ...optional('language', feed.language),
    ...(hub !== undefined && { hubs: [{ type: 'WebSub', url: hub }] }),
    _newsweave: {
      id: feed.id,
      updated: feed.updatedAt,
      archive: feed.isArchive,
      ...optional('current', linkOf(feed, 'current')),
      ...optional('prevArchive', linkOf(feed, 'prev-archive')),
      ...optional('nextArchive', linkOf(feed, 'next-archive')),
    },
    items: feed.items.map(itemObject),
  }
  return JSON.stringify(document)
}

function itemObject(item: FeedItem): z.infer<typeof Item> {
  return {
    id: uuidUrn(item.id),
    url: item.url,
    title: item.title,
    // One of both has to be there.
    ...(item.html ? { content_html: item.html } : { content_text: item.summary ?? item.title }),
    ...optional('summary', item.summary),
    ...optional('image', item.imageUrl),
    date_published: item.publishedAt,
    date_modified: item.updatedAt,
    authors: [...item.authors, ...item.translators].map(({ name, url }) => ({
      name,
      ...optional('url', url),
    })),
    tags: item.tags.map(({ name }) => name),
    language: item.language,
    _newsweave: { ...item.extension, via: item.viaUrl },
  }
}

function optional<Name extends string>(name: Name, value: string | null | undefined) {
  return (value === null || value === undefined ? {} : { [name]: value }) as { [member in Name]?: string }
}
