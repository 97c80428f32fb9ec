import { listName } from '../http/paging.ts'
import { type FeedFormat, type FeedLink, feedFormats, mediaTypes } from './feed.ts'

export type Subject = 'articles' | 'stories'

/** Where a feed is, and the part of its address that says which. */
export const feedPath = (subject: Subject, format: FeedFormat) => `/v1/feeds/${subject}.${format}`

/** The feeds of a tag, under the address by which they are subscribed to. */
export const tagFeedPath = (format: FeedFormat, slug: string) =>
  `${feedPath('articles', format)}?tagsAll=${encodeURIComponent(slug)}`

/** The path with these parameters changed, those of `undefined` left out. */
export function withParameters(path: string, changes: Record<string, string | undefined>): string {
  const { pathname, searchParams } = new URL(path, 'http://feed')
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) searchParams.delete(name)
    else searchParams.set(name, value)
  }
  return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname
}

/** All documents of a feed have one identity: its address without what moves within it. */
export const identityOf = (path: string) => listName({ url: withParameters(path, { archive: undefined }) })

/** The same list as JSON. What only feeds have is left out. */
export function listPath(path: string, subject: Subject): string {
  const moving = { archive: undefined, cursor: undefined, limit: undefined, content: undefined }
  const { search } = new URL(withParameters(path, moving), 'http://feed')
  return `/v1/${subject}${search}`
}

/** The same document in the other formats. A cursor is good for one address, so these lead to the beginning. */
export function otherFormats(path: string, subject: Subject, format: FeedFormat, base: string): FeedLink[] {
  const { search } = new URL(withParameters(path, { cursor: undefined, archive: undefined }), 'http://feed')
  return feedFormats
    .filter((other) => other !== format)
    .map((other) => ({
      rel: 'alternate',
      href: `${base}${feedPath(subject, other)}${search}`,
      type: mediaTypes[other],
    }))
}
