import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { cacheControl, entityTag } from '../http/caching.ts'
import { type Answer, idempotencyHeader, send } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { cutPage, linkNext, pageStart } from '../http/paging.ts'
import { pageOf, pageQuery } from '../http/parameters.ts'
import { acceptedVersions, ifMatchHeader } from '../http/preconditions.ts'
import { readyAnswer, sendReady } from '../http/response-cache.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { normaliseSlug } from '../shared/slug.ts'
import { mergeTag } from './merge.ts'
import { findTagIds } from './slugs.ts'
import { findTagBySlug, listTags, type TagView } from './store.ts'
import { NewTag, Tag, TagMerge, TagPatch } from './tag.ts'
import { addTag, changeTag, dropTag, noSuchTag, type RefreshCards, tagsOf } from './tags.ts'

type Dependencies = RouteDependencies & { refreshCards: RefreshCards }

const tag = 'Tags'
const alone = { alone: true }
// Whatever cannot be a slug names no tag: 404, like any other that is not there.
const tagSlug = z.strictObject({
  slug: z.string().max(1000).overwrite(normaliseSlug).describe('The slug of the tag, or an alias of it.'),
})
const moved = z
  .null()
  .describe('The slug is an alias, or that of a tag that was merged: `Location` names the living one.')

const TagListQuery = z.strictObject({
  parent: z
    .string()
    .max(200)
    .optional()
    .describe('Only the tags right below this one, named by slug or alias.'),
  ...pageQuery,
})

/** Tags: their names and aliases, their tree, and merging them. */
export function tagRoutes(app: Server, deps: Dependencies): void {
  addList(app, deps)
  addOneTag(app, deps)
  addMerge(app, deps)
}

function addList(app: Server, { database, once, publicUrl }: Dependencies) {
  app.get(
    '/v1/tags',
    operation(
      {
        id: 'listTags',
        tag,
        summary: 'List tags',
        description: 'In the order of their slugs.',
        access: 'read',
        cached: true,
      },
      { querystring: TagListQuery, response: { 200: pageOf(Tag) } },
    ),
    async (request, reply) => {
      const { limit, cursor, parent } = request.query
      const after = pageStart(request, cursor, ['text'])?.[0]
      const rows = await listBelow(database, parent, { after, limit: limit + 1 })
      const { shown, page } = cutPage(request, rows, limit, (row) => [row.slug])
      linkNext(request, reply, page.next, publicUrl())
      const body = Buffer.from(JSON.stringify({ data: await tagsOf(database, shown), page }))
      sendReady(request, reply, readyAnswer(body, reply))
      return reply
    },
  )
  app.post(
    '/v1/tags',
    operation(
      {
        id: 'createTag',
        tag,
        summary: 'Add a tag',
        description:
          'A slug or alias leads to one tag: one that another tag has is a 409, whose `tag` names that tag.',
        access: 'tags:write',
        problems: ['conflict'],
      },
      { headers: idempotencyHeader, body: NewTag, response: { 201: Tag } },
    ),
    async (request, reply) => {
      await once(request, reply, async (tx) => {
        const answer = await answerOf(tx, await addTag(tx, request.body))
        const Location = addressOf(request.body.slug)
        return { ...answer, status: 201, headers: { ...answer.headers, Location } }
      })
      return reply
    },
  )
}

/** The tags right below one, or all. Below a tag that does not exist there are none. */
async function listBelow(
  q: Queries,
  parent: string | undefined,
  page: { after?: string; limit: number },
): Promise<TagView[]> {
  if (parent === undefined) return listTags(q, {}, page)
  const [parentId] = await findTagIds(q, [parent])
  return parentId === undefined ? [] : listTags(q, { parentId }, page)
}

function addOneTag(app: Server, { database, refreshCards }: Dependencies) {
  const path = '/v1/tags/:slug'
  app.get(
    path,
    operation(
      {
        id: 'getTag',
        tag,
        summary: 'Read a tag',
        description: 'An alias, or the slug of a tag that was merged, answers 308 to the living tag.',
        access: 'read',
        cached: true,
      },
      { params: tagSlug, response: { 200: Tag, 308: moved } },
    ),
    async (request, reply) => {
      const row = await requireBySlug(database, request.params.slug)
      if (row.slug !== request.params.slug) return sendOn(request, reply, row)
      const body = Buffer.from(JSON.stringify(await shown(database, row)))
      sendReady(request, reply, readyAnswer(body, reply, row.version))
      return reply
    },
  )
  app.patch(
    path,
    operation(
      {
        id: 'patchTag',
        tag,
        summary: 'Change a tag',
        description:
          'A JSON merge patch (RFC 7396). A new slug or name shows at once on all articles, and the old slug stays as an alias. With another parent the articles of the tag move to its pages.',
        access: 'tags:write',
        problems: ['conflict'],
      },
      { params: tagSlug, headers: ifMatchHeader, body: TagPatch, response: { 200: Tag, 308: moved } },
    ),
    async (request, reply) => {
      const row = await requireBySlug(database, request.params.slug)
      if (row.slug !== request.params.slug) return sendOn(request, reply, row)
      const input = { id: row.id, patch: request.body, accepted: acceptedVersions(request) }
      const answer = await database.write(
        async (tx) => answerOf(tx, await changeTag(tx, refreshCards, input)),
        alone,
      )
      send(reply, answer)
      return reply
    },
  )
  app.delete(
    path,
    operation(
      {
        id: 'deleteTag',
        tag,
        summary: 'Delete a tag',
        description: 'Tags below it move up to its parent, and its articles lose it.',
        access: 'tags:write',
      },
      {
        params: tagSlug,
        headers: ifMatchHeader,
        response: { 204: z.null().describe('Deleted.'), 308: moved },
      },
    ),
    async (request, reply) => {
      const row = await requireBySlug(database, request.params.slug)
      if (row.slug !== request.params.slug) return sendOn(request, reply, row)
      const input = { id: row.id, accepted: acceptedVersions(request) }
      await database.write((tx) => dropTag(tx, refreshCards, input), alone)
      return reply.code(204).send(null)
    },
  )
}

function addMerge(app: Server, { database, refreshCards }: Dependencies) {
  app.put(
    '/v1/tags/:slug/merge',
    operation(
      {
        id: 'mergeTag',
        tag,
        summary: 'Merge a tag into another',
        description:
          'The articles of the tag, its slugs and the tags below it become those of the other, and its address answers 308 from then on. Answers the tag that lives on; sent again, the same.',
        access: 'tags:write',
      },
      { params: tagSlug, headers: ifMatchHeader, body: TagMerge, response: { 200: Tag, 308: moved } },
    ),
    async (request, reply) => {
      const { into } = request.body
      const row = await requireBySlug(database, request.params.slug)
      if (row.slug !== request.params.slug) {
        const [target] = await findTagIds(database, [into])
        if (target !== row.id) return sendOn(request, reply, row, '/merge')
        send(reply, await answerOf(database, row))
        return reply
      }
      const input = { id: row.id, into, accepted: acceptedVersions(request) }
      const answer = await database.write(
        async (tx) => answerOf(tx, await mergeTag(tx, refreshCards, input)),
        alone,
      )
      send(reply, answer)
      return reply
    },
  )
}

async function requireBySlug(q: Queries, slug: string): Promise<TagView> {
  const row = await findTagBySlug(q, slug)
  if (!row) throw noSuchTag()
  return row
}

/** 308: the same request, at the address of the living tag. Aliases may change, so it is not to be kept. */
function sendOn(request: FastifyRequest, reply: FastifyReply, row: TagView, below = ''): FastifyReply {
  const { search } = new URL(request.url, 'http://tags')
  const location = addressOf(row.slug) + below + search
  return reply
    .code(308)
    .headers({ location, 'cache-control': cacheControl(request) })
    .send()
}

const addressOf = (slug: string) => `/v1/tags/${encodeURIComponent(slug)}`

async function shown(q: Queries, row: TagView): Promise<Tag> {
  return (await tagsOf(q, [row]))[0] as Tag
}

/** The validator is of the whole representation, since counts and the slug of the parent change without a new version. */
async function answerOf(q: Queries, row: TagView): Promise<Answer> {
  const body = await shown(q, row)
  const ETag = entityTag(JSON.stringify(body), row.version)
  return { status: 200, headers: { ETag, 'Content-Location': addressOf(row.slug) }, body }
}
