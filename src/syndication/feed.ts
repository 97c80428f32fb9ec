import type { Article } from '../articles/article.ts'

export const feedFormats = ['rss', 'atom', 'json'] as const
export type FeedFormat = (typeof feedFormats)[number]

/** By format: how it is sent, and how it is named where one leads to it. */
export const mediaTypes: Record<FeedFormat, string> = {
  rss: 'application/rss+xml',
  atom: 'application/atom+xml',
  json: 'application/feed+json',
}

export type FeedPerson = { name: string; url: string | null }
export type FeedLink = { rel: string; href: string; type?: string }

/** One item, whatever the format. Texts are plain, HTML is sanitised, addresses are absolute, times are RFC 3339 in UTC. */
export type FeedItem = {
  /** Its permanent identity, a UUID. */
  id: string
  url: string
  title: string
  language: string
  summary: string | null
  html: string | null
  publishedAt: string
  updatedAt: string
  /** When anything about it changed, its tags included. */
  changedAt: string
  authors: FeedPerson[]
  translators: FeedPerson[]
  source: { id: string; name: string; homeUrl: string; feedUrl: string | null }
  /** The credit with what is known of rights and licence. */
  rights: string
  tags: { slug: string; name: string }[]
  imageUrl: string | null
  /** Where the text comes from, if that is elsewhere: its canonical address, or the original of a translation. */
  viaUrl: string | null
  /** What JSON Feed carries beside all this, as `_newsweave`. */
  extension: Extension
}

export type Extension = Pick<Article, 'attribution' | 'source' | 'translationOf' | 'story' | 'revision'> & {
  /** Other articles here that have the same text. */
  alsoIn: number
  /** Of a story: how many articles and outlets tell it. */
  articleCount?: number
  sourceCount?: number
}

/** One document of a feed. */
export type Feed = {
  /** The same on all documents of the feed. */
  id: string
  title: string
  description: string
  /** Where all its items are in one. */
  language: string | null
  updatedAt: string
  /** The same list for who wants no feed. */
  homeUrl: string
  selfUrl: string
  links: FeedLink[]
  isArchive: boolean
  items: FeedItem[]
}

/** Of a feed that has never had an item. */
const beginning = '1970-01-01T00:00:00.000Z'

/** The latest of these times; of none, a time before all. */
export function latestOf(times: (string | undefined)[]): string {
  return times.reduce<string>(
    (latest, time) => (time !== undefined && time > latest ? time : latest),
    beginning,
  )
}

export const uuidUrn = (id: string) => `urn:uuid:${id}`
export const linkOf = ({ links }: Feed, rel: string): string | undefined =>
  links.find((link) => link.rel === rel)?.href
