import type { Dropped, Person } from './item.ts'

/** What a page of an article is made of. Addresses are absolute, times are RFC 3339 in UTC; null is what the page does not say. */
export type ExtractedPage = {
  title: string | null
  /** The article itself, as HTML that is not sanitised yet. */
  bodyHtml: string | null
  summary: string | null
  authors: Person[]
  publishedAt: string | null
  imageUrl: string | null
  canonicalUrl: string | null
  /** BCP 47. */
  language: string | null
  siteName: string | null
  /** The SPDX identifier of its Creative Commons licence. */
  licence: string | null
  credits: Credits
  /** What the page lists as related, in its order. It is not in the body. */
  relatedLinks: { url: string; title: string }[]
  /** Feeds that the page names, for discovery. */
  feeds: { url: string; title: string | null; type: string }[]
  dropped: Dropped[]
}

/** Whom a page credits. `text` is the line as it stands there, which is lifted out of the body. */
export type Credits = {
  text: string | null
  /** The outlet and the address that it was taken from: `原文链接`, `来源`, `via`, a canonical link of another site, `isBasedOn`. */
  originalPublisher: string | null
  originalUrl: string | null
  translators: Person[]
}
