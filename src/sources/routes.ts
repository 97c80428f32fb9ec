import { z } from 'zod'
import { entityTag } from '../http/caching.ts'
import { idempotencyHeader, send } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { cutPage, linkNext, pageStart } from '../http/paging.ts'
import { language, pageOf, pageQuery, pathId } from '../http/parameters.ts'
import { acceptedVersions, ifMatchHeader } from '../http/preconditions.ts'
import { readyAnswer, sendReady } from '../http/response-cache.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { NewSource, Source, SourcePatch, sourceStates } from './source.ts'
import { addSource, changeSource, dropSource, noSuchSource, type RefreshCards, sourceOf } from './sources.ts'
import { findSourceRow, listSources, type SourceRow } from './store.ts'

const tag = 'Sources'
const alone = { alone: true }
const sourceId = z.strictObject({ id: pathId('the source') })

const SourceListQuery = z.strictObject({
  state: z.enum(sourceStates).optional().describe('Only sources in this state.'),
  language: language.optional().describe('Only sources that publish in this language.'),
  ...pageQuery,
})

/** Sources: the outlets and their feeds. */
export function sourceRoutes(app: Server, deps: RouteDependencies & { refreshCards: RefreshCards }): void {
  addReads(app, deps)
  addWrites(app, deps)
}

function addReads(app: Server, { database, publicUrl }: RouteDependencies) {
  app.get(
    '/v1/sources',
    operation(
      {
        id: 'listSources',
        tag,
        summary: 'List sources',
        description: 'In the order in which they were added.',
        access: 'read',
        cached: true,
      },
      { querystring: SourceListQuery, response: { 200: pageOf(Source) } },
    ),
    async (request, reply) => {
      const { limit, cursor, ...filters } = request.query
      const after = pageStart(request, cursor, ['text'])?.[0]
      const rows = await listSources(database, filters, { after, limit: limit + 1 })
      const { shown, page } = cutPage(request, rows, limit, (row) => [row.id])
      linkNext(request, reply, page.next, publicUrl())
      const body = Buffer.from(JSON.stringify({ data: shown.map(sourceOf), page }))
      sendReady(request, reply, readyAnswer(body, reply))
      return reply
    },
  )
  app.get(
    '/v1/sources/:id',
    operation(
      {
        id: 'getSource',
        tag,
        summary: 'Read a source',
        description: 'The outlet, its feed, and how fetching it goes.',
        access: 'read',
        cached: true,
      },
      { params: sourceId, response: { 200: Source } },
    ),
    async (request, reply) => {
      const row = await findSourceRow(database, request.params.id)
      if (!row) throw noSuchSource()
      const body = Buffer.from(JSON.stringify(sourceOf(row)))
      sendReady(request, reply, readyAnswer(body, reply, row.version))
      return reply
    },
  )
}

function addWrites(
  app: Server,
  { database, once, refreshCards }: RouteDependencies & { refreshCards: RefreshCards },
) {
  app.post(
    '/v1/sources',
    operation(
      {
        id: 'createSource',
        tag,
        summary: 'Add a source',
        description: 'A feed belongs to one source: a second one is a 409 with the `sourceId` that has it.',
        access: 'sources:write',
        problems: ['conflict'],
      },
      { headers: idempotencyHeader, body: NewSource, response: { 201: Source } },
    ),
    async (request, reply) => {
      await once(request, reply, async (tx) => {
        const row = await addSource(tx, request.body)
        const headers = { ETag: etagOf(row), Location: `/v1/sources/${row.id}` }
        return { status: 201, headers, body: sourceOf(row) }
      })
      return reply
    },
  )
  app.patch(
    '/v1/sources/:id',
    operation(
      {
        id: 'patchSource',
        tag,
        summary: 'Change a source',
        description:
          'A JSON merge patch (RFC 7396). A new name, home or attribution template shows at once on all its articles. Another feed begins anew: its `format` and `health` are empty until it is read.',
        access: 'sources:write',
        problems: ['conflict'],
      },
      { params: sourceId, headers: ifMatchHeader, body: SourcePatch, response: { 200: Source } },
    ),
    async (request, reply) => {
      const input = { id: request.params.id, patch: request.body, accepted: acceptedVersions(request) }
      const row = await database.write((tx) => changeSource(tx, refreshCards, input), alone)
      send(reply, { status: 200, headers: { ETag: etagOf(row) }, body: sourceOf(row) })
      return reply
    },
  )
  app.delete(
    '/v1/sources/:id',
    operation(
      {
        id: 'deleteSource',
        tag,
        summary: 'Delete a source',
        description:
          'Only a source without articles goes. One that has any, drafts and withdrawn ones included, is a 409: delete them first, or pause the source.',
        access: 'sources:write',
        problems: ['conflict'],
      },
      { params: sourceId, headers: ifMatchHeader, response: { 204: z.null().describe('Deleted.') } },
    ),
    async (request, reply) => {
      const input = { id: request.params.id, accepted: acceptedVersions(request) }
      await database.write((tx) => dropSource(tx, input), alone)
      return reply.code(204).send(null)
    },
  )
}

/** Of the whole representation, since counts and health change without a new version. */
const etagOf = (row: SourceRow) => entityTag(JSON.stringify(sourceOf(row)), row.version)
