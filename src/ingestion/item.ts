import type { feedFormats } from '../sources/source.ts'

/** A feed as it was read, whatever its format. Texts are plain; what says HTML is as the feed gave it, neither cleaned nor absolute. */
export type ParsedFeed = {
  format: (typeof feedFormats)[number]
  title: string | null
  homeUrl: string | null
  /** BCP 47. */
  language: string | null
  /** Where a WebSub hub tells of changes, and the address under which it knows the feed. */
  hubUrl: string | null
  selfUrl: string | null
  /** How long the feed asks to be left alone, in minutes. */
  ttlMinutes: number | null
  /** Hours (0–23) and days (`monday`…) in UTC at which the feed asks not to be read. */
  skipHours: number[]
  skipDays: string[]
  items: FeedItem[]
  dropped: Dropped[]
}

export type Person = { name: string; url: string | null }

/** An entry of a feed. Addresses are absolute, times are RFC 3339 in UTC; null is what the feed does not say. */
export type FeedItem = {
  guid: string | null
  url: string | null
  title: string | null
  summaryHtml: string | null
  contentHtml: string | null
  publishedAt: string | null
  updatedAt: string | null
  /** As it was written, for the log of what could not be read. */
  dateText: string | null
  authors: Person[]
  categories: string[]
  language: string | null
  imageUrl: string | null
  rights: string | null
  /** The SPDX identifier of its Creative Commons licence. */
  licence: string | null
  /** The feed or page that the item was taken from (`source`, `atom:source`, `via`). */
  origin: { name: string | null; url: string | null } | null
}

/** What a stage left out, and why, for the log of a fetch. */
export type Dropped = { stage: Stage; what: string; why: string }
export const stages = ['fetch', 'decode', 'parse', 'identify', 'page', 'clean', 'tag', 'write'] as const
export type Stage = (typeof stages)[number]

/** An item that says nothing yet. */
export const blankItem: FeedItem = {
  guid: null,
  url: null,
  title: null,
  summaryHtml: null,
  contentHtml: null,
  publishedAt: null,
  updatedAt: null,
  dateText: null,
  authors: [],
  categories: [],
  language: null,
  imageUrl: null,
  rights: null,
  licence: null,
  origin: null,
}
