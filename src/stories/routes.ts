import { z } from 'zod'
import { requireVisibleRow } from '../articles/reading.ts'
import { entityTag } from '../http/caching.ts'
import { idempotencyHeader } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { linkNext } from '../http/paging.ts'
import { pathId } from '../http/parameters.ts'
import { acceptedVersions, ifMatchHeader } from '../http/preconditions.ts'
import { readyAnswer, sendReady } from '../http/response-cache.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { LinkOrder, NewRelatedLink, RelatedLink, RelatedLinkPatch } from './link.ts'
import {
  addLink,
  changeLink,
  dropLink,
  findAnyLink,
  isVisible,
  linkOf,
  noSuchLink,
  orderLinks,
} from './links.ts'
import { RelatedLinkList, RelatedQuery, readLinks } from './reading.ts'
import { findListVersion, type LinkView } from './store.ts'

const tag = 'Related links'
const articlePath = z.strictObject({ id: pathId('the article') })
const linkPath = articlePath.extend({ linkId: pathId('the link') })

/** Related-story links: from an article to others, or to headlines elsewhere. */
export function relatedRoutes(app: Server, deps: RouteDependencies): void {
  addList(app, deps)
  addOneLink(app, deps)
}

function addList(app: Server, { database, once, publicUrl }: RouteDependencies) {
  const path = '/v1/articles/:id/related'
  app.get(
    path,
    operation(
      {
        id: 'listRelatedLinks',
        tag,
        summary: 'List the links of an article',
        description:
          'Editorial links first, in the order of the editor, then computed ones by score. Computed links below the relevance floor are not shown: an empty list is a right answer. `origin=sourcePage` replays what the page itself listed, verbatim and in order. Links to articles that are not published are left out.',
        access: 'read',
        problems: ['not-found', 'gone'],
        cached: true,
      },
      { params: articlePath, querystring: RelatedQuery, response: { 200: RelatedLinkList } },
    ),
    async (request, reply) => {
      const { id } = request.params
      await requireVisibleRow(database, id, request.actor !== null)
      // Before the list: a write in between makes an If-Match that fails, never one that passes over the write.
      const version = await findListVersion(database, id)
      const list = await readLinks(database, id, request.query, request)
      linkNext(request, reply, list.page.next, publicUrl())
      sendReady(request, reply, readyAnswer(Buffer.from(JSON.stringify(list)), reply, version))
      return reply
    },
  )
  app.post(
    path,
    operation(
      {
        id: 'createRelatedLink',
        tag,
        summary: 'Add a link to an article',
        description:
          'Adds an editorial link, or a line of the list that the page of the article shows (`origin: sourcePage`). A headline that is no article here makes none: no article, no tag and no search hit. A second editorial link of one kind to one target is a 409 that names the first as `linkId`.',
        access: 'stories:write',
        problems: ['not-found', 'gone', 'conflict'],
      },
      {
        params: articlePath,
        headers: idempotencyHeader,
        body: NewRelatedLink,
        response: { 201: RelatedLink },
      },
    ),
    async (request, reply) => {
      const { id } = request.params
      await once(request, reply, async (tx) => {
        const row = await addLink(tx, id, request.body)
        const headers = { Location: `/v1/articles/${id}/related/${row.id}`, ETag: linkTag(row) }
        return { status: 201, headers, body: linkOf(row) }
      })
      return reply
    },
  )
  app.put(
    path,
    operation(
      {
        id: 'orderRelatedLinks',
        tag,
        summary: 'Put the editorial links in order',
        description:
          'Names every editorial link that the list shows, in the new order; 422 says which are missing or foreign. Answers the list as it is then.',
        access: 'stories:write',
        problems: ['not-found', 'gone'],
      },
      { params: articlePath, headers: ifMatchHeader, body: LinkOrder, response: { 200: RelatedLinkList } },
    ),
    async (request, reply) => {
      const { id } = request.params
      const input = { articleId: id, order: request.body.order, accepted: acceptedVersions(request) }
      const { version, list } = await database.write(async (tx) => {
        const version = await orderLinks(tx, input)
        return { version, list: await readLinks(tx, id, { limit: 20 }, request) }
      })
      linkNext(request, reply, list.page.next, publicUrl())
      reply.header('etag', entityTag(JSON.stringify(list), version))
      return list
    },
  )
}

function addOneLink(app: Server, { database }: RouteDependencies) {
  const path = '/v1/articles/:id/related/:linkId'
  app.get(
    path,
    operation(
      {
        id: 'getRelatedLink',
        tag,
        summary: 'Read a link',
        description:
          'One link of an article, of any origin. A link to an article that is not published is 404.',
        access: 'read',
        problems: ['not-found', 'gone'],
        cached: true,
      },
      { params: linkPath, response: { 200: RelatedLink } },
    ),
    async (request, reply) => {
      const { id, linkId } = request.params
      const hasKey = request.actor !== null
      await requireVisibleRow(database, id, hasKey)
      const row = await findAnyLink(database, id, linkId)
      if (!row || !isVisible(row, hasKey)) throw noSuchLink()
      const body = Buffer.from(JSON.stringify(linkOf(row)))
      sendReady(request, reply, { body, etag: linkTag(row), link: undefined })
      return reply
    },
  )
  app.patch(
    path,
    operation(
      {
        id: 'updateRelatedLink',
        tag,
        summary: 'Change a link',
        description:
          'A JSON merge patch (RFC 7396): what is left out stays, null clears. Moving a link moves those behind its new place one on. A patch that changes nothing writes nothing.',
        access: 'stories:write',
        problems: ['not-found', 'gone', 'conflict'],
      },
      { params: linkPath, headers: ifMatchHeader, body: RelatedLinkPatch, response: { 200: RelatedLink } },
    ),
    async (request, reply) => {
      const { id: articleId, linkId } = request.params
      const input = { articleId, linkId, patch: request.body, accepted: acceptedVersions(request) }
      const row = await database.write((tx) => changeLink(tx, input))
      reply.header('etag', linkTag(row))
      return linkOf(row)
    },
  )
  app.delete(
    path,
    operation(
      {
        id: 'deleteRelatedLink',
        tag,
        summary: 'Remove a link',
        description: 'Removes a link of any origin. A computed link that is removed never returns.',
        access: 'stories:write',
        problems: ['not-found', 'gone'],
      },
      { params: linkPath, headers: ifMatchHeader, response: { 204: z.null().describe('Removed.') } },
    ),
    async (request, reply) => {
      const { id: articleId, linkId } = request.params
      await database.write((tx) => dropLink(tx, { articleId, linkId, accepted: acceptedVersions(request) }))
      return reply.code(204).send(null)
    },
  )
}

/** The target may change without the link, so the validator is of all that is shown, behind the link's own version. */
function linkTag(row: LinkView): string {
  return entityTag(JSON.stringify(linkOf(row)), row.version)
}
