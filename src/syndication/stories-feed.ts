import type { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { escapeHtml } from '../http/page.ts'
import { readStories } from '../stories/stories-reading.ts'
import type { Story } from '../stories/story.ts'
import { identityOf, listPath, otherFormats, withParameters } from './addresses.ts'
import { absolute, creditLine, creditsOf, extensionOf, feedUrlsOf } from './article-items.ts'
import type { Asked } from './articles-feed.ts'
import { type Feed, type FeedItem, latestOf } from './feed.ts'
import type { StoryFeedQuery } from './queries.ts'
import { listTold, type Told } from './store.ts'
import { storiesTitle } from './titles.ts'

type ListedStory = z.infer<typeof Story>

const subject = 'stories'
const itemsWithoutLimit = 20
/** Articles of a story among which its outlets are looked for. */
const articlesPerStory = 50

/** The front page as a feed. It is in the order of the moment, which has no past: pages, and no archives. */
export async function storiesFeed(q: Queries, query: StoryFeedQuery, asked: Asked): Promise<Feed> {
  const { request, path, format, base, name } = asked
  const { content, limit = itemsWithoutLimit, ...filters } = query
  const { json, next } = await readStories(q, { ...filters, limit }, request)
  const items = await itemsOf(q, JSON.parse(json).data, content !== 'summary')
  const to = (cursor: string | undefined) => `${base}${withParameters(path, { cursor })}`
  return {
    id: `${base}${identityOf(path)}`,
    title: storiesTitle(name, query),
    description: 'What happened, and every outlet that tells it.',
    language: query.language?.length === 1 ? (query.language[0] as string) : null,
    updatedAt: latestOf(items.map((item) => item.updatedAt)),
    homeUrl: `${base}${listPath(path, subject)}`,
    selfUrl: new URL(`${base}${path}`).href,
    links: [
      ...otherFormats(path, subject, format, base),
      ...(next === null ? [] : [{ rel: 'next', href: to(next) }]),
      ...(query.cursor === undefined ? [] : [{ rel: 'first', href: to(undefined) }]),
    ],
    isArchive: false,
    items,
  }
}

async function itemsOf(q: Queries, stories: ListedStory[], withOutlets: boolean): Promise<FeedItem[]> {
  const ids = stories.map(({ id }) => id)
  const told = ids.length > 0 && withOutlets ? await listTold(q, ids, articlesPerStory) : []
  const toldOf = Map.groupBy(told, ({ story_id }) => story_id)
  const representatives = stories.map(({ representative }) => representative.article)
  const feeds = await feedUrlsOf(q, representatives)
  return stories.map((story) => {
    const { article } = story.representative
    const { articleCount, sourceCount } = story
    return {
      ...creditsOf(article, feeds.get(article.source.id) ?? null),
      id: story.id,
      url: absolute(article.url),
      title: story.title,
      summary: article.summary,
      html: withOutlets ? outletsHtml(story, toldOf.get(story.id) ?? []) : null,
      publishedAt: story.firstPublishedAt,
      updatedAt: story.updatedAt,
      changedAt: latestOf([story.updatedAt, article.updatedAt]),
      tags: story.tags,
      extension: { ...extensionOf(article), articleCount, sourceCount },
    }
  })
}

/** What its first outlet says of it, and a link to the first article of each. */
function outletsHtml({ representative: { article } }: ListedStory, told: Told[]): string {
  const firsts = [...Map.groupBy(told, ({ source_id }) => source_id).values()].flatMap(
    ([first]) => first ?? [],
  )
  const lines = firsts.map(
    ({ name, title, url, language }) =>
      `<li>${escapeHtml(name)}: <a href="${escapeHtml(absolute(url))}" lang="${escapeHtml(language)}" rel="nofollow noopener">${escapeHtml(title)}</a></li>`,
  )
  const summary = article.summary === null ? '' : `<p>${escapeHtml(article.summary)}</p>\n`
  return `${summary}<ul>\n${lines.join('\n')}\n</ul>\n${creditLine(article.attribution)}`
}
