import type { Queries } from '../database/database.ts'
import { type Outline, writeOpml } from '../shared/opml-writing.ts'
import type { Tag } from '../tags/tag.ts'
import { everyTag } from '../tags/tags.ts'
import { listPath, tagFeedPath } from './addresses.ts'

/** Every tag with its feed as OPML, each below the one above it, and when one of them last changed. */
export async function tagsAsOpml(q: Queries, base: string, name: string) {
  const tags = await everyTag(q)
  const below = Map.groupBy(tags, ({ parent }) => parent)
  const outlineOf = (tag: Tag): Outline => {
    const feed = tagFeedPath('rss', tag.slug)
    return {
      title: tag.name,
      attributes: {
        type: 'rss',
        xmlUrl: `${base}${feed}`,
        htmlUrl: `${base}${listPath(feed, 'articles')}`,
        description: tag.description,
      },
      outlines: (below.get(tag.slug) ?? []).map(outlineOf),
    }
  }
  return {
    text: writeOpml(`${name}: tags`, (below.get(null) ?? []).map(outlineOf)),
    changedAt: tags.map(({ updatedAt }) => updatedAt),
  }
}
