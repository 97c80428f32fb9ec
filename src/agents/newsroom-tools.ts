import { z } from 'zod'
import type { Article } from '../articles/article.ts'
import { Change, changeTypes } from '../changes/change.ts'
import type { Story } from '../stories/story.ts'
import {
  ArticleLine,
  articleText,
  cursor,
  lineFields,
  lineOf,
  listText,
  nextCursor,
  type Page,
  StoryLine,
  storyLineOf,
  storyText,
} from './shapes.ts'
import { tool } from './tool.ts'

export const listStories = tool({
  name: 'list_stories',
  title: 'The front page',
  description:
    'What is going on: stories, each the articles of all outlets and languages about one event, the hottest first. Use it for "what is the news" and for an overview of a topic.',
  input: z.strictObject({
    sort: z.enum(['heat', 'newest']).default('heat').describe('`heat`: many outlets, lately.'),
    tag: z.string().min(1).max(200).optional().describe('A slug: an article of it carries this tag.'),
    language: z.array(z.string()).min(1).max(20).optional().describe('An article of it is in one of these.'),
    minSources: z.int().min(1).optional().describe('So many outlets tell it, or more.'),
    publishedAfter: z.string().max(40).optional().describe('RFC 3339.'),
    limit: z.int().min(1).max(50).default(10),
    cursor,
  }),
  output: z.object({ stories: z.array(StoryLine), next: nextCursor }),
  async read(ask, query) {
    const { data, page } = (await ask('/v1/stories', query)) as Page<Story>
    return { stories: data.map(storyLineOf), next: page.next }
  },
  text: ({ stories, next }) => listText(stories.map(storyText), next, 'There is no such story.'),
})

export const getStory = tool({
  name: 'get_story',
  title: 'Read a story',
  description: 'One story with its articles, newest first: how outlets and languages tell the same event.',
  input: z.strictObject({
    id: z.string().min(1).max(100),
    limit: z.int().min(1).max(50).default(20).describe('Articles to answer.'),
    cursor,
  }),
  output: z.object({ story: StoryLine, articles: z.array(ArticleLine), next: nextCursor }),
  async read(ask, { id, ...query }) {
    const path = `/v1/stories/${encodeURIComponent(id)}`
    const story = (await ask(path)) as Story
    const { data, page } = (await ask(`${path}/articles`, { ...query, fields: lineFields })) as Page<Article>
    return { story: storyLineOf(story), articles: data.map(lineOf), next: page.next }
  },
  text({ story, articles, next }) {
    return `${storyText(story)}\n\n${listText(articles.map(articleText), next, 'No article is on this page.')}`
  },
})

type ChangeList = { data: z.infer<typeof Change>[]; page: { next: string | null }; lastSeq: number }

/** A number that no log reaches: an answer to it tells the end of the log. */
const behindTheLog = 999_999_999_999_999

export const recentChanges = tool({
  name: 'recent_changes',
  title: 'Recent changes',
  description:
    'What happened in the newsroom, oldest first: articles published, revised, withdrawn; tags, stories, links and sources changed. Without `after` the latest ones. Keep `position` and send it as `after` to learn only what is new.',
  input: z.strictObject({
    after: z.int().min(0).max(behindTheLog).optional().describe('`position` of an earlier answer.'),
    types: z.array(z.enum(changeTypes)).min(1).optional().describe('Only these types.'),
    limit: z.int().min(1).max(200).default(50).describe('Without `after`: entries of the log to look at.'),
  }),
  output: z.object({
    changes: z.array(Change),
    position: z.int().describe('Send it as `after` next time.'),
    more: z.boolean().describe('Whether there is more behind `position` already.'),
  }),
  async read(ask, { after, types, limit }) {
    const end = async () => ((await ask('/v1/changes', { after: behindTheLog })) as ChangeList).lastSeq
    const from = after ?? Math.max(0, (await end()) - limit)
    const { data, page, lastSeq } = (await ask('/v1/changes', { after: from, types, limit })) as ChangeList
    return { changes: data, position: lastSeq, more: page.next !== null }
  },
  text({ changes, position, more }) {
    const lines = changes.map(({ at, type, resource }) => `${at} ${type} ${resource.id}`)
    const rest = more ? 'There is more behind it already.' : 'That is the end for now.'
    return [...lines, `Position ${position}. ${rest}`].join('\n')
  },
})
