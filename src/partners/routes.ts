import { z } from 'zod'
import type { Actor } from '../http/access.ts'
import { idempotencyHeader, send } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { cutPage, linkNext, pageStart } from '../http/paging.ts'
import { pageOf, pageQuery, pathId } from '../http/parameters.ts'
import { acceptedVersions, ifMatchHeader, versionTag } from '../http/preconditions.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { Me, NewPartner, Partner, PartnerPatch } from './partner.ts'
import { addPartner, changePartner, dropPartner, noSuchPartner, partnerOf } from './partners.ts'
import { addKeyRoutes } from './routes-keys.ts'
import { findPartner, listPartners } from './store.ts'
import type { KeyUsage } from './usage.ts'

const tag = 'Partners'
const partnerPath = z.strictObject({ id: pathId('the partner') })
const PartnerListQuery = z.strictObject(pageQuery)

/** Partners, their keys, and what a key may learn of itself. */
export function partnerRoutes(app: Server, deps: RouteDependencies & { usage: KeyUsage }): void {
  addMe(app, deps.usage)
  addPartners(app, deps)
  addOnePartner(app, deps)
  addKeyRoutes(app, deps)
}

function addMe(app: Server, usage: Pick<KeyUsage, 'daysOf'>) {
  app.get(
    '/v1/me',
    operation(
      {
        id: 'getMe',
        tag,
        summary: 'Read what this key may do',
        description:
          'The key that the request is sent with: its scopes, its limits, and how much of them it has used, by day for thirty days.',
        access: 'key',
      },
      { response: { 200: Me } },
    ),
    async (request, reply) => {
      const { keyId, name, partner, scopes, createdAt, expiresAt } = request.actor as Actor
      const { quotas, counted } = request.quota as NonNullable<typeof request.quota>
      const { minute, day } = counted
      reply.header('cache-control', 'no-store')
      return {
        keyId,
        name,
        partner,
        scopes: [...scopes],
        limits: { requestsPerMinute: quotas.minute, requestsPerDay: quotas.day },
        usage: {
          requestsThisMinute: quotas.minute - minute.remaining,
          remaining: minute.remaining,
          requestsToday: quotas.day - day.remaining,
          remainingToday: day.remaining,
          days: await usage.daysOf(keyId),
        },
        createdAt,
        expiresAt,
      }
    },
  )
}

function addPartners(app: Server, { database, once, publicUrl }: RouteDependencies) {
  app.get(
    '/v1/partners',
    operation(
      {
        id: 'listPartners',
        tag,
        summary: 'List partners',
        description: 'In the order in which they were added.',
        access: 'admin',
      },
      { querystring: PartnerListQuery, response: { 200: pageOf(Partner) } },
    ),
    async (request, reply) => {
      const { limit, cursor } = request.query
      const after = pageStart(request, cursor, ['text'])?.[0]
      const rows = await listPartners(database, { after, limit: limit + 1 })
      const { shown, page } = cutPage(request, rows, limit, (row) => [row.id])
      linkNext(request, reply, page.next, publicUrl())
      return { data: shown.map(partnerOf), page }
    },
  )
  app.post(
    '/v1/partners',
    operation(
      {
        id: 'createPartner',
        tag,
        summary: 'Add a partner',
        description: 'Whoever is given keys. The keys are issued at `/v1/partners/{id}/keys`.',
        access: 'admin',
      },
      { headers: idempotencyHeader, body: NewPartner, response: { 201: Partner } },
    ),
    async (request, reply) => {
      await once(request, reply, async (tx) => {
        const row = await addPartner(tx, request.body)
        const headers = { ETag: versionTag(row.version), Location: `/v1/partners/${row.id}` }
        return { status: 201, headers, body: partnerOf(row) }
      })
      return reply
    },
  )
}

function addOnePartner(app: Server, { database }: RouteDependencies) {
  const path = '/v1/partners/:id'
  app.get(
    path,
    operation(
      {
        id: 'getPartner',
        tag,
        summary: 'Read a partner',
        description: 'Their name, whom to contact, and whether their keys are taken.',
        access: 'admin',
      },
      { params: partnerPath, response: { 200: Partner } },
    ),
    async (request, reply) => {
      const row = await findPartner(database, request.params.id)
      if (!row) throw noSuchPartner()
      reply.header('etag', versionTag(row.version))
      return partnerOf(row)
    },
  )
  app.patch(
    path,
    operation(
      {
        id: 'patchPartner',
        tag,
        summary: 'Change or suspend a partner',
        description:
          'A JSON merge patch (RFC 7396). `state: suspended` refuses all keys of the partner from the next request on, and `active` takes them again.',
        access: 'admin',
      },
      { params: partnerPath, headers: ifMatchHeader, body: PartnerPatch, response: { 200: Partner } },
    ),
    async (request, reply) => {
      const input = { id: request.params.id, patch: request.body, accepted: acceptedVersions(request) }
      const row = await database.write((tx) => changePartner(tx, input))
      send(reply, { status: 200, headers: { ETag: versionTag(row.version) }, body: partnerOf(row) })
      return reply
    },
  )
  app.delete(
    path,
    operation(
      {
        id: 'deletePartner',
        tag,
        summary: 'Delete a partner with all their keys',
        description: 'The keys are gone at once. What the partner wrote stays.',
        access: 'admin',
      },
      { params: partnerPath, headers: ifMatchHeader, response: { 204: z.null().describe('Deleted.') } },
    ),
    async (request, reply) => {
      const input = { id: request.params.id, accepted: acceptedVersions(request) }
      await database.write((tx) => dropPartner(tx, input))
      return reply.code(204).send(null)
    },
  )
}
