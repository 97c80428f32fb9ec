import { z } from 'zod'
import type { ReadFound } from '../articles/reading.ts'
import { operation } from '../http/operation.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { feedPath, type Subject } from './addresses.ts'
import { articlesFeed } from './articles-feed.ts'
import { writeAtom } from './atom.ts'
import { exampleFeed } from './example.ts'
import { type FeedFormat, feedFormats, mediaTypes } from './feed.ts'
import { JsonFeed } from './json-feed.ts'
import { ArticleFeedQuery, StoryFeedQuery } from './queries.ts'
import { writeRss } from './rss.ts'
import { sendDocument, sendFeed } from './sending.ts'
import { storiesFeed } from './stories-feed.ts'
import { tagsAsOpml } from './tags-list.ts'
import { isTopic } from './topics.ts'

const tag = 'Feeds'
const opml = 'text/x-opml'

type Dependencies = Pick<RouteDependencies, 'database' | 'publicUrl'> & {
  /** What is beside feeds, and given to them: the search. */
  findArticles: ReadFound
  /** What the feeds are called. */
  name: string
  /** The WebSub hub that is told of what is new. */
  hub: string | undefined
}

/** What is here as feeds: lists of articles with any filter, the front page, and a list of the feeds of all tags. */
export function feedRoutes(app: Server, deps: Dependencies): void {
  for (const format of feedFormats) {
    addArticles(app, deps, format)
    addStories(app, deps, format)
  }
  addTags(app, deps)
}

const names: Record<FeedFormat, { id: string; title: string }> = {
  rss: { id: 'Rss', title: 'RSS 2.0' },
  atom: { id: 'Atom', title: 'Atom' },
  json: { id: 'Json', title: 'JSON Feed 1.1' },
}

const documents: Record<FeedFormat, z.ZodType> = {
  rss: z.string().meta({ example: writeRss(exampleFeed) }),
  atom: z.string().meta({ example: writeAtom(exampleFeed) }),
  json: JsonFeed,
}

const answerOf = (format: FeedFormat) => ({
  response: { 200: { content: { [mediaTypes[format]]: { schema: documents[format] } } } },
})

function addArticles(
  app: Server,
  { database, publicUrl, findArticles, name, hub }: Dependencies,
  format: FeedFormat,
) {
  app.get(
    feedPath('articles', format),
    operation(
      {
        id: `getArticles${names[format].id}`,
        tag,
        summary: `Read articles as ${names[format].title}`,
        description:
          'Takes the filters of the list of articles, `q` too. The newest come first, each with its credit, under its permanent id. `next` leads to the page behind, `prev-archive` (RFC 5005) to what was published before, by month, day or hour: who follows these meets each article once. What `q` finds has pages and no archives.',
        access: 'read',
        cached: true,
        headers: ['Link', 'Last-Modified'],
      },
      { querystring: ArticleFeedQuery, ...answerOf(format) },
    ),
    async (request, reply) => {
      const { query } = request
      const path = pathOf('articles', format, request)
      const asked = { request, reply, path, format, base: publicUrl(), name }
      const feed = await articlesFeed(database, findArticles, query, asked)
      const told = hub !== undefined && (await isTopic(database, { path, format, tags: query.tagsAll }))
      if (told) feed.links.push({ rel: 'hub', href: hub })
      await sendFeed(request, reply, { q: database, feed, format })
      return reply
    },
  )
}

function addStories(app: Server, { database, publicUrl, name, hub }: Dependencies, format: FeedFormat) {
  app.get(
    feedPath('stories', format),
    operation(
      {
        id: `getStories${names[format].id}`,
        tag,
        summary: `Read stories as ${names[format].title}`,
        description:
          'The front page, with the filters of the list of stories: each with the article that stands for it, and a link to what each outlet tells. It has pages and no archives.',
        access: 'read',
        cached: true,
        headers: ['Link', 'Last-Modified'],
      },
      { querystring: StoryFeedQuery, ...answerOf(format) },
    ),
    async (request, reply) => {
      const path = pathOf('stories', format, request)
      const asked = { request, reply, path, format, base: publicUrl(), name }
      const feed = await storiesFeed(database, request.query, asked)
      const told = hub !== undefined && (await isTopic(database, { path, format, tags: undefined }))
      if (told) feed.links.push({ rel: 'hub', href: hub })
      await sendFeed(request, reply, { q: database, feed, format })
      return reply
    },
  )
}

function pathOf(subject: Subject, format: FeedFormat, { url }: { url: string }): string {
  const query = url.indexOf('?')
  return `${feedPath(subject, format)}${query < 0 ? '' : url.slice(query)}`
}

const example = `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head><title>Newsweave: tags</title></head>
  <body>
    <outline type="rss" text="Chips" xmlUrl="https://news.example/v1/feeds/articles.rss?tagsAll=chips"/>
  </body>
</opml>
`

function addTags(app: Server, { database, publicUrl, name }: Dependencies) {
  app.get(
    '/v1/feeds/tags.opml',
    operation(
      {
        id: 'getTagsOpml',
        tag,
        summary: 'Read the feeds of all tags as OPML',
        description: 'Each tag with its feed, below the tag above it: for readers that take a list.',
        access: 'read',
        cached: true,
        headers: ['Last-Modified'],
      },
      { response: { 200: { content: { [opml]: { schema: z.string().meta({ example }) } } } } },
    ),
    async (request, reply) => {
      const { text, changedAt } = await tagsAsOpml(database, publicUrl(), name)
      await sendDocument(request, reply, { q: database, text, type: opml, changedAt })
      return reply
    },
  )
}
