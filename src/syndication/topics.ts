import type { Queries } from '../database/database.ts'
import { tagPaths } from '../tags/tags.ts'
import { feedPath, tagFeedPath } from './addresses.ts'
import { type FeedFormat, feedFormats } from './feed.ts'

/** The feeds without a filter, of which the hub is told whatever changes. */
export const wholeTopics = (['articles', 'stories'] as const).flatMap((subject) =>
  feedFormats.map((format) => feedPath(subject, format)),
)

export const tagTopics = (slug: string) => feedFormats.map((format) => tagFeedPath(format, slug))

/**
 * Whether the hub is told of the feed at this address: it is one without a filter, or that of one tag under its own slug. Others
 * name no hub, since one that nobody tells of changes keeps readers from asking.
 */
export async function isTopic(
  q: Queries,
  { path, format, tags }: { path: string; format: FeedFormat; tags: string[] | undefined },
): Promise<boolean> {
  if (wholeTopics.includes(path)) return true
  const [slug, second] = tags ?? []
  if (slug === undefined || second !== undefined) return false
  const living = (await tagPaths(q, [slug])).get(slug)?.at(-1)?.slug
  return living !== undefined && path === tagFeedPath(format, living)
}
