import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { entityTag } from '../http/caching.ts'
import { type Answer, idempotencyHeader, send } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { pathId } from '../http/parameters.ts'
import { acceptedVersions, ifMatchHeader } from '../http/preconditions.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { addressOf, movedOn, requireRow, sendOn, storyPath } from './addresses.ts'
import { composeStory, mergeByEditor, moveIn, moveOut, renameStory } from './editing.ts'
import { readStory } from './stories-reading.ts'
import { findStory, type StoryRow } from './stories-store.ts'
import { NewStory, Story, StoryMerge, StoryPatch } from './story.ts'

const tag = 'Stories'
const memberPath = storyPath.extend({ articleId: pathId('the article') })

/** What editors make of stories. The machine never undoes it. */
export function addStoryWrites(app: Server, deps: RouteDependencies): void {
  addMaking(app, deps)
  addMerging(app, deps)
  addMembers(app, deps)
}

function addMaking(app: Server, { database, once }: RouteDependencies) {
  app.post(
    '/v1/stories',
    operation(
      {
        id: 'createStory',
        tag,
        summary: 'Make a story, or split one',
        description:
          'Puts these articles into a story of their own, out of any that they are in, and there they stay: so a story is split.',
        access: 'stories:write',
      },
      { headers: idempotencyHeader, body: NewStory, response: { 201: Story } },
    ),
    async (request, reply) => {
      await once(request, reply, async (tx) => {
        const row = await composeStory(tx, request.body)
        const answer = await answerOf(tx, row)
        return { ...answer, status: 201, headers: { ...answer.headers, Location: addressOf(row.id) } }
      })
      return reply
    },
  )
  app.patch(
    '/v1/stories/:id',
    operation(
      {
        id: 'patchStory',
        tag,
        summary: 'Give a story a title',
        description:
          'A JSON merge patch (RFC 7396). The title stays, whatever articles join; null leaves it to the representative again.',
        access: 'stories:write',
        problems: ['gone', 'conflict'],
      },
      {
        params: storyPath,
        headers: ifMatchHeader,
        body: StoryPatch,
        response: { 200: Story, 308: movedOn },
      },
    ),
    async (request, reply) => {
      const { id, merged_into } = await requireRow(database, request.params.id)
      if (merged_into !== null) return sendOn(request, reply, merged_into)
      const input = { id, patch: request.body, accepted: acceptedVersions(request) }
      send(reply, await database.write(async (tx) => answerOf(tx, await renameStory(tx, input))))
      return reply
    },
  )
}

function addMerging(app: Server, { database }: RouteDependencies) {
  app.put(
    '/v1/stories/:id/merge',
    operation(
      {
        id: 'mergeStory',
        tag,
        summary: 'Merge a story into another',
        description:
          'The articles of the story become those of the other one, which keeps its title, and there they stay; its address answers 308 from then on. Answers the story that lives on; sent again, the same.',
        access: 'stories:write',
        problems: ['gone', 'conflict'],
      },
      {
        params: storyPath,
        headers: ifMatchHeader,
        body: StoryMerge,
        response: { 200: Story, 308: movedOn },
      },
    ),
    async (request, reply) => {
      const { into } = request.body
      const { id, merged_into } = await requireRow(database, request.params.id)
      if (merged_into !== null) {
        const target = await findStory(database, into)
        if ((target?.merged_into ?? target?.id) !== merged_into)
          return sendOn(request, reply, merged_into, '/merge')
        send(reply, await answerOf(database, await requireRow(database, merged_into)))
        return reply
      }
      const input = { id, into, accepted: acceptedVersions(request) }
      send(reply, await database.write(async (tx) => answerOf(tx, await mergeByEditor(tx, input))))
      return reply
    },
  )
}

function addMembers(app: Server, { database }: RouteDependencies) {
  const path = '/v1/stories/:id/articles/:articleId'
  const below = (articleId: string) => `/articles/${encodeURIComponent(articleId)}`
  app.put(
    path,
    operation(
      {
        id: 'addStoryArticle',
        tag,
        summary: 'Move an article into a story',
        description:
          'The article leaves the story that it is in, and stays in this one. `If-Match` is about the story. Answers the story.',
        access: 'stories:write',
        problems: ['gone', 'conflict'],
      },
      { params: memberPath, headers: ifMatchHeader, response: { 200: Story, 308: movedOn } },
    ),
    async (request, reply) => {
      const { articleId } = request.params
      const { id, merged_into } = await requireRow(database, request.params.id)
      if (merged_into !== null) return sendOn(request, reply, merged_into, below(articleId))
      const input = { id, articleId, accepted: acceptedVersions(request) }
      send(reply, await database.write(async (tx) => answerOf(tx, await moveIn(tx, input))))
      return reply
    },
  )
  app.delete(
    path,
    operation(
      {
        id: 'removeStoryArticle',
        tag,
        summary: 'Take an article out of a story',
        description:
          'The article is in no story then, until an editor puts it into one. `If-Match` is about the story.',
        access: 'stories:write',
        problems: ['conflict'],
      },
      {
        params: memberPath,
        headers: ifMatchHeader,
        response: { 204: z.null().describe('Taken out.'), 308: movedOn },
      },
    ),
    async (request, reply) => {
      const { articleId } = request.params
      const { id, merged_into } = await requireRow(database, request.params.id)
      if (merged_into !== null) return sendOn(request, reply, merged_into, below(articleId))
      const input = { id, articleId, accepted: acceptedVersions(request) }
      await database.write((tx) => moveOut(tx, input))
      return reply.code(204).send(null)
    },
  )
}

/** The validator is of the whole representation: articles and tags change without a new version of the story. */
async function answerOf(q: Queries, row: StoryRow): Promise<Answer> {
  const json = await readStory(q, row)
  const ETag = entityTag(json, row.version)
  return { status: 200, headers: { ETag, 'Content-Location': addressOf(row.id) }, body: JSON.parse(json) }
}
