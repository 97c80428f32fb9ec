import { z } from 'zod'
import { idempotencyHeader } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { cutPage, linkNext, pageStart } from '../http/paging.ts'
import { pageOf, pageQuery, pathId } from '../http/parameters.ts'
import { readyAnswer, sendReady } from '../http/response-cache.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { SourceHealth } from '../sources/source.ts'
import { findSource, healthOf, noSuchSource, requestFetch } from '../sources/sources.ts'
import { readFetches } from './fetch-log.ts'
import { FetchRecord } from './fetch-record.ts'

const tag = 'Sources'
const params = z.strictObject({ id: pathId('the source') })
const requested = SourceHealth.describe('Asked for: the fetch follows, and the log tells of it.')

/** Fetches of the feed of a source: their log, and asking for one. */
export function fetchRoutes(app: Server, { database, once, publicUrl }: RouteDependencies): void {
  app.get(
    '/v1/sources/:id/fetches',
    operation(
      {
        id: 'listFetches',
        tag,
        summary: 'List the fetches of a feed',
        description: 'The newest first. The log keeps the last hundred of each source.',
        access: 'read',
        cached: true,
      },
      { params, querystring: z.strictObject(pageQuery), response: { 200: pageOf(FetchRecord) } },
    ),
    async (request, reply) => {
      const { id } = request.params
      const { limit, cursor } = request.query
      const before = pageStart(request, cursor, ['text'])?.[0]
      if (!(await findSource(database, id))) throw noSuchSource()
      const records = await readFetches(database, id, { before, limit: limit + 1 })
      const { shown, page } = cutPage(request, records, limit, (record) => [record.id])
      linkNext(request, reply, page.next, publicUrl())
      const body = Buffer.from(JSON.stringify({ data: shown, page }))
      sendReady(request, reply, readyAnswer(body, reply))
      return reply
    },
  )
  app.post(
    '/v1/sources/:id/fetches',
    operation(
      {
        id: 'requestFetch',
        tag,
        summary: 'Fetch a feed now',
        description:
          'Makes the feed due, in front of those whose turn came. A source without a feed, or one that is paused or gone, is a 409.',
        access: 'sources:write',
        problems: ['conflict'],
      },
      { params, headers: idempotencyHeader, response: { 202: requested } },
    ),
    async (request, reply) => {
      await once(request, reply, async (tx) => {
        const row = await requestFetch(tx, request.params.id)
        return { status: 202, body: healthOf(row) }
      })
      return reply
    },
  )
}
