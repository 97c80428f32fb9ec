import { z } from 'zod'
import type { Answer } from '../http/idempotency.ts'
import { idempotencyHeader, send } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { pathId } from '../http/parameters.ts'
import { acceptedVersions, ifMatchHeader, versionTag } from '../http/preconditions.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { findSource, noSuchSource } from '../sources/sources.ts'
import {
  ArticleContent,
  ArticleDetail,
  ArticlePatch,
  NewArticle,
  Withdrawal,
  WithdrawalRecord,
} from './article.ts'
import {
  createArticle,
  deleteArticle,
  detailOf,
  restoreArticle,
  type Written,
  withdrawArticle,
} from './articles.ts'
import { patchArticle, upsertArticle } from './revisions.ts'
import { tagArticle, untagArticle } from './tagging.ts'

const tag = 'Articles'
const articlePath = z.strictObject({ id: pathId('the article') })
const taggedArticle = articlePath.extend({
  slug: z.string().max(200).describe('The slug of the tag, or an alias of it.'),
})
const upsertHeaders = z.looseObject({
  ...ifMatchHeader.shape,
  'if-none-match': z
    .string()
    .optional()
    .describe('`*` writes only where there is no such article yet: 412 otherwise.'),
})

/** Creating, pushing, changing and deleting one article. */
export function addArticleWrites(app: Server, { database, once }: RouteDependencies) {
  app.post(
    '/v1/articles',
    operation(
      {
        id: 'createArticle',
        tag,
        summary: 'Add an article',
        description:
          'Adds an article of a source. A source has one article at an address and one under an external id; another is a 409 that names it. What was deleted does not come back: 410.',
        access: 'articles:write',
        problems: ['conflict', 'gone'],
      },
      { headers: idempotencyHeader, body: NewArticle, response: { 201: ArticleDetail } },
    ),
    async (request, reply) => {
      await once(request, reply, async (tx) => answerOf(await createArticle(tx, request.body)))
      return reply
    },
  )
  app.put(
    '/v1/sources/:id/articles/:externalId',
    operation(
      {
        id: 'putArticle',
        tag,
        summary: "Push an article under the source's own id",
        description:
          'Makes the article or brings it up to date; sent again unchanged, it costs no write. Members that are left out are cleared, except tags and state, which stay. A withdrawn or deleted article stays so: 410.',
        access: 'articles:write',
        problems: ['conflict', 'gone'],
      },
      {
        params: z.strictObject({
          id: pathId('the source'),
          externalId: z.string().trim().min(1).max(500).describe("The source's own identity of the article."),
        }),
        headers: upsertHeaders,
        body: ArticleContent,
        response: { 200: ArticleDetail, 201: ArticleDetail },
      },
    ),
    async (request, reply) => {
      const { id: sourceId, externalId } = request.params
      const input = {
        ...request.body,
        sourceId,
        externalId,
        accepted: acceptedVersions(request),
        createOnly: request.headers['if-none-match']?.trim() === '*',
      }
      const written = await database.write(async (tx) => {
        if (!(await findSource(tx, sourceId))) throw noSuchSource()
        return upsertArticle(tx, input)
      })
      send(reply, answerOf(written))
      return reply
    },
  )
  app.patch(
    '/v1/articles/:id',
    operation(
      {
        id: 'patchArticle',
        tag,
        summary: 'Change an article',
        description:
          'A JSON merge patch (RFC 7396): what is left out stays, null clears. `body` and `translationOf` are replaced whole. A change makes a revision; a patch that changes nothing makes none. `state: published` publishes a draft.',
        access: 'articles:write',
        problems: ['conflict', 'gone'],
      },
      { params: articlePath, headers: ifMatchHeader, body: ArticlePatch, response: { 200: ArticleDetail } },
    ),
    async (request, reply) => {
      const input = { id: request.params.id, patch: request.body, accepted: acceptedVersions(request) }
      send(reply, answerOf(await database.write((tx) => patchArticle(tx, input))))
      return reply
    },
  )
  app.delete(
    '/v1/articles/:id',
    operation(
      {
        id: 'deleteArticle',
        tag,
        summary: 'Delete an article',
        description:
          'Removes it with its revisions and links. A tombstone stays, so that the same item of the source does not come back by itself.',
        access: 'articles:write',
        problems: ['gone'],
      },
      { params: articlePath, headers: ifMatchHeader, response: { 204: z.null().describe('Deleted.') } },
    ),
    async (request, reply) => {
      const input = { id: request.params.id, accepted: acceptedVersions(request) }
      await database.write((tx) => deleteArticle(tx, input))
      return reply.code(204).send(null)
    },
  )
}

/** Withdrawal and tags, each a resource of its own. */
export function addTransitions(app: Server, { database }: RouteDependencies) {
  app.put(
    '/v1/articles/:id/withdrawal',
    operation(
      {
        id: 'withdrawArticle',
        tag,
        summary: 'Withdraw an article',
        description:
          'The article leaves lists, search, related links and feeds, and its page answers 410 with the reason. Repeated, it changes the reason.',
        access: 'articles:write',
        problems: ['conflict', 'gone'],
      },
      { params: articlePath, headers: ifMatchHeader, body: Withdrawal, response: { 200: WithdrawalRecord } },
    ),
    async (request, reply) => {
      const input = { ...request.body, id: request.params.id, accepted: acceptedVersions(request) }
      const row = await database.write((tx) => withdrawArticle(tx, input))
      reply.header('etag', versionTag(row.version))
      return {
        articleId: row.id,
        reason: row.withdrawal_reason ?? '',
        note: row.withdrawal_note,
        withdrawnAt: row.withdrawn_at ?? '',
      }
    },
  )
  app.delete(
    '/v1/articles/:id/withdrawal',
    operation(
      {
        id: 'restoreArticle',
        tag,
        summary: 'Restore a withdrawn article',
        description: 'The article is published again, as it was.',
        access: 'articles:write',
        problems: ['gone'],
      },
      { params: articlePath, headers: ifMatchHeader, response: { 204: z.null().describe('Restored.') } },
    ),
    async (request, reply) => {
      const input = { id: request.params.id, accepted: acceptedVersions(request) }
      await database.write((tx) => restoreArticle(tx, input))
      return reply.code(204).send(null)
    },
  )
  const tagging = {
    params: taggedArticle,
    headers: ifMatchHeader,
    response: { 200: ArticleDetail },
  }
  app.put(
    '/v1/articles/:id/tags/:slug',
    operation(
      {
        id: 'tagArticle',
        tag,
        summary: 'Put a tag on an article',
        description: 'By slug or alias. Makes a revision, unless the tag is there already.',
        access: 'articles:write',
        problems: ['gone'],
      },
      tagging,
    ),
    async (request, reply) => {
      const input = { ...request.params, accepted: acceptedVersions(request) }
      send(reply, answerOf(await database.write((tx) => tagArticle(tx, input))))
      return reply
    },
  )
  app.delete(
    '/v1/articles/:id/tags/:slug',
    operation(
      {
        id: 'untagArticle',
        tag,
        summary: 'Take a tag off an article',
        description: 'By slug or alias. Makes a revision, unless the tag is not there.',
        access: 'articles:write',
        problems: ['gone'],
      },
      tagging,
    ),
    async (request, reply) => {
      const input = { ...request.params, accepted: acceptedVersions(request) }
      send(reply, answerOf(await database.write((tx) => untagArticle(tx, input))))
      return reply
    },
  )
}

function answerOf(written: Written): Answer {
  const headers: Record<string, string> = { ETag: versionTag(written.row.version) }
  const created = written.outcome === 'created'
  if (created) headers.Location = `/v1/articles/${written.row.id}`
  return { status: created ? 201 : 200, headers, json: detailOf(written) }
}
