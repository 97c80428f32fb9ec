import { z } from 'zod'
import { ArticleView } from '../articles/article.ts'
import { shapingParameters } from '../articles/query.ts'
import { readList } from '../articles/reading.ts'
import { operation } from '../http/operation.ts'
import { linkNext } from '../http/paging.ts'
import { pageOf, pageQuery } from '../http/parameters.ts'
import { readyAnswer, sendReady } from '../http/response-cache.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { movedOn, requireRow, sendOn, storyPath } from './addresses.ts'
import { addStoryWrites } from './routes-editing.ts'
import { readStories, readStory, StoryList, StoryListQuery, storyShaping } from './stories-reading.ts'
import { Story } from './story.ts'

const tag = 'Stories'

/** Stories: reading them and their articles, and what editors make of them. */
export function storyRoutes(app: Server, deps: RouteDependencies): void {
  addList(app, deps)
  addOneStory(app, deps)
  addStoryWrites(app, deps)
}

function addList(app: Server, { database, publicUrl }: RouteDependencies) {
  app.get(
    '/v1/stories',
    operation(
      {
        id: 'listStories',
        tag,
        summary: 'List stories',
        description:
          'The hottest first, or the newest: with `include=articles` a front page in one request. Filters are combined. A page may be short and yet have a next one, where many stories were looked at and few matched. A story that grows hotter meanwhile moves up, and is not met again further down.',
        access: 'read',
        cached: true,
      },
      { querystring: StoryListQuery, response: { 200: StoryList } },
    ),
    async (request, reply) => {
      const { json, next } = await readStories(database, request.query, request)
      linkNext(request, reply, next, publicUrl())
      sendReady(request, reply, readyAnswer(Buffer.from(json), reply))
      return reply
    },
  )
}

function addOneStory(app: Server, { database, publicUrl }: RouteDependencies) {
  app.get(
    '/v1/stories/:id',
    operation(
      {
        id: 'getStory',
        tag,
        summary: 'Read a story',
        description:
          'The id of a story that was merged answers 308 to the living one. A story without a published article answers 410, until one is restored.',
        access: 'read',
        problems: ['gone'],
        cached: true,
      },
      {
        params: storyPath,
        querystring: z.strictObject(storyShaping),
        response: { 200: Story, 308: movedOn },
      },
    ),
    async (request, reply) => {
      const row = await requireRow(database, request.params.id)
      if (row.merged_into !== null) return sendOn(request, reply, row.merged_into)
      const json = await readStory(database, row, request.query.include)
      sendReady(request, reply, readyAnswer(Buffer.from(json), reply, row.version))
      return reply
    },
  )
  app.get(
    '/v1/stories/:id/articles',
    operation(
      {
        id: 'listStoryArticles',
        tag,
        summary: 'List the articles of a story',
        description: 'Its published articles, newest or oldest first: the same as `GET /v1/articles?story=`.',
        access: 'read',
        cached: true,
      },
      {
        params: storyPath,
        querystring: z.strictObject({
          sort: z.enum(['newest', 'oldest']).default('newest').describe('By `publishedAt`.'),
          ...shapingParameters,
          ...pageQuery,
        }),
        response: { 200: pageOf(ArticleView), 308: movedOn },
      },
    ),
    async (request, reply) => {
      const { id, merged_into } = await requireRow(database, request.params.id)
      if (merged_into !== null) return sendOn(request, reply, merged_into, '/articles')
      const body = await readList(database, { ...request.query, story: id }, request, reply, publicUrl())
      sendReady(request, reply, readyAnswer(body, reply))
      return reply
    },
  )
}
