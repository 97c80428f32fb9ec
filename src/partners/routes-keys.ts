import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { type Answer, idempotencyHeader } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { cutPage, linkNext, pageStart } from '../http/paging.ts'
import { pageOf, pageQuery, pathId } from '../http/parameters.ts'
import { acceptedVersions, ifMatchHeader, versionTag } from '../http/preconditions.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { ApiKey, IssuedKey, KeyPatch, KeyRotation, NewKey } from './key.ts'
import { apiKeyOf, changeKey, createKey, type MadeKey, noSuchKey, revokeKey, rotateKey } from './keys.ts'
import { noSuchPartner } from './partners.ts'
import { findKey, findPartner, type KeyRow, listKeysOfPartner } from './store.ts'
import { storedUsage } from './usage.ts'

const tag = 'Partners'
const partnerPath = z.strictObject({ id: pathId('the partner') })
const keyPath = partnerPath.extend({ keyId: pathId('the key') })
const KeyListQuery = z.strictObject(pageQuery)

/** The keys of a partner: issued, read without their secret, rotated, revoked. */
export function addKeyRoutes(app: Server, deps: RouteDependencies): void {
  addKeys(app, deps)
  addOneKey(app, deps)
  addRotation(app, deps)
}

function addKeys(app: Server, { database, once, publicUrl }: RouteDependencies) {
  const path = '/v1/partners/:id/keys'
  app.get(
    path,
    operation(
      {
        id: 'listKeys',
        tag,
        summary: 'List the keys of a partner',
        description:
          'In the order in which they were issued, with those that are revoked or have expired. Never with their secrets.',
        access: 'admin',
      },
      { params: partnerPath, querystring: KeyListQuery, response: { 200: pageOf(ApiKey) } },
    ),
    async (request, reply) => {
      const partnerId = request.params.id
      const { limit, cursor } = request.query
      const after = pageStart(request, cursor, ['text', 'text'])
      if (!(await findPartner(database, partnerId))) throw noSuchPartner()
      const rows = await listKeysOfPartner(database, { partnerId, after, limit: limit + 1 })
      const { shown, page } = cutPage(request, rows, limit, (row) => [row.created_at, row.id])
      linkNext(request, reply, page.next, publicUrl())
      return { data: await withUsage(database, shown), page }
    },
  )
  app.post(
    path,
    operation(
      {
        id: 'createKey',
        tag,
        summary: 'Issue a key',
        description:
          'The answer is the only place that ever shows the key: here only a hash of it is kept. A repetition with the same `Idempotency-Key` has `key: null`.',
        access: 'admin',
      },
      { params: partnerPath, headers: idempotencyHeader, body: NewKey, response: { 201: IssuedKey } },
    ),
    async (request, reply) => {
      const partnerId = request.params.id
      await once(request, reply, async (tx) => issued(await createKey(tx, { ...request.body, partnerId })))
      return reply
    },
  )
}

function addOneKey(app: Server, { database }: RouteDependencies) {
  const path = '/v1/partners/:id/keys/:keyId'
  app.get(
    path,
    operation(
      {
        id: 'getKey',
        tag,
        summary: 'Read a key, without its secret',
        description: 'What it is for, what it may do, and until when.',
        access: 'admin',
      },
      { params: keyPath, response: { 200: ApiKey } },
    ),
    async (request, reply) => {
      const row = await findKey(database, request.params.id, request.params.keyId)
      if (!row) throw noSuchKey()
      reply.header('etag', versionTag(row.version))
      return (await withUsage(database, [row]))[0] as ApiKey
    },
  )
  app.patch(
    path,
    operation(
      {
        id: 'patchKey',
        tag,
        summary: 'Change the name or the quotas of a key',
        description:
          'A JSON merge patch (RFC 7396). Quotas hold from the next request on; null brings back what holds for all keys.',
        access: 'admin',
      },
      { params: keyPath, headers: ifMatchHeader, body: KeyPatch, response: { 200: ApiKey } },
    ),
    async (request, reply) => {
      const { id: partnerId, keyId } = request.params
      const input = { partnerId, id: keyId, patch: request.body, accepted: acceptedVersions(request) }
      const row = await database.write((tx) => changeKey(tx, input))
      reply.header('etag', versionTag(row.version))
      return (await withUsage(database, [row]))[0] as ApiKey
    },
  )
  app.delete(
    path,
    operation(
      {
        id: 'revokeKey',
        tag,
        summary: 'Revoke a key',
        description:
          'It is refused from the next request on, and stays in the list with the time. Revoking it again changes nothing and answers 204, too.',
        access: 'admin',
      },
      { params: keyPath, headers: ifMatchHeader, response: { 204: z.null().describe('Revoked.') } },
    ),
    async (request, reply) => {
      const { id: partnerId, keyId } = request.params
      const input = { partnerId, id: keyId, accepted: acceptedVersions(request) }
      await database.write((tx) => revokeKey(tx, input))
      return reply.code(204).send(null)
    },
  )
}

function addRotation(app: Server, { once }: RouteDependencies) {
  app.post(
    '/v1/partners/:id/keys/:keyId/rotation',
    operation(
      {
        id: 'rotateKey',
        tag,
        summary: 'Replace a key by a new one',
        description:
          'Issues a key with the same name, scopes, quotas and end. The old one is revoked at once, or expires with the overlap, which gives time to bring the new one to where it is used. A key that is revoked or has expired is a 409.',
        access: 'admin',
        problems: ['conflict'],
      },
      { params: keyPath, headers: idempotencyHeader, body: KeyRotation, response: { 201: IssuedKey } },
    ),
    async (request, reply) => {
      const { id: partnerId, keyId } = request.params
      const { overlapSeconds } = request.body
      await once(request, reply, async (tx) =>
        issued(await rotateKey(tx, { partnerId, id: keyId, overlapSeconds })),
      )
      return reply
    },
  )
}

/** As all processes have written it, about fifteen seconds ago at most. */
async function withUsage(q: Queries, rows: KeyRow[]): Promise<ApiKey[]> {
  const usage = await storedUsage(
    q,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => apiKeyOf(row, usage.get(row.id)))
}

/** The one answer that shows the key; what is kept for a repetition does not. */
function issued({ row, key }: MadeKey): Answer {
  const shown = apiKeyOf(row)
  return {
    status: 201,
    headers: {
      'Cache-Control': 'no-store',
      ETag: versionTag(row.version),
      Location: `/v1/partners/${row.partner_id}/keys/${row.id}`,
    },
    body: { ...shown, key } satisfies IssuedKey,
    keptBody: { ...shown, key: null } satisfies IssuedKey,
  }
}
