import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import type { Actor } from '../http/access.ts'
import { type Answer, idempotencyHeader, send } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { cutPage, linkNext, pageStart } from '../http/paging.ts'
import { pageOf, pageQuery } from '../http/parameters.ts'
import { acceptedVersions, ifMatchHeader } from '../http/preconditions.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { webhookPath as params, targetOf } from './addresses.ts'
import { requireReadable } from './deliveries.ts'
import type { Delivering } from './delivering.ts'
import { addDeliveryRoutes } from './routes-deliveries.ts'
import { tagOf, webhookOf } from './showing.ts'
import { listWebhooks } from './store.ts'
import { NewWebhook, SecretRotation, Webhook, WebhookPatch, WebhookWithSecret } from './webhook.ts'
import {
  addWebhook,
  changeWebhook,
  dropWebhook,
  type MadeWebhook,
  ownerOf,
  rotateSecret,
} from './webhooks.ts'

const tag = 'Webhooks'
const access = 'webhooks:write'

/** Webhooks: who is told of which changes, what was sent, and sending it again. */
export function webhookRoutes(app: Server, deps: RouteDependencies & { delivering: Delivering }): void {
  addWebhooks(app, deps)
  addOneWebhook(app, deps)
  addRotation(app, deps)
  addDeliveryRoutes(app, deps)
}

function addWebhooks(app: Server, { database, once, publicUrl }: RouteDependencies) {
  const path = '/v1/webhooks'
  app.get(
    path,
    operation(
      {
        id: 'listWebhooks',
        tag,
        summary: 'List webhooks',
        description:
          'Those of the partner whose key asks, or of the key itself where it has no partner; administrators see all. In the order in which they were made.',
        access,
      },
      { querystring: z.strictObject(pageQuery), response: { 200: pageOf(Webhook) } },
    ),
    async (request, reply) => {
      const { limit, cursor } = request.query
      const after = pageStart(request, cursor, ['text'])?.[0]
      const owner = ownerOf(request.actor as Actor)
      const rows = await listWebhooks(database, owner, { after, limit: limit + 1 })
      const { shown, page } = cutPage(request, rows, limit, (row) => [row.id])
      linkNext(request, reply, page.next, publicUrl())
      return { data: await Promise.all(shown.map((row) => webhookOf(database, row))), page }
    },
  )
  app.post(
    path,
    operation(
      {
        id: 'createWebhook',
        tag,
        summary: 'Add a webhook',
        description:
          'Its address is told of changes from now on, by Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`, and a thin body that says what happened to which resource. The answer is the only place that shows the secret; a repetition with the same `Idempotency-Key` has `secret: null`. A partner has 100 webhooks at most.',
        access,
        problems: ['conflict'],
      },
      { headers: idempotencyHeader, body: NewWebhook, response: { 201: WebhookWithSecret } },
    ),
    async (request, reply) => {
      const actor = request.actor as Actor
      await once(request, reply, async (tx) => {
        const made = await addWebhook(tx, actor, request.body)
        const answer = await withSecret(tx, made)
        const Location = `/v1/webhooks/${made.row.id}`
        const headers = { ...answer.headers, ETag: tagOf(made.row, await webhookOf(tx, made.row)), Location }
        return { ...answer, status: 201, headers }
      })
      return reply
    },
  )
}

function addOneWebhook(app: Server, { database }: RouteDependencies) {
  const path = '/v1/webhooks/:id'
  app.get(
    path,
    operation(
      {
        id: 'getWebhook',
        tag,
        summary: 'Read a webhook',
        description: 'What it is told of, whether it is, and how that went lately.',
        access,
      },
      { params, response: { 200: Webhook } },
    ),
    async (request, reply) => {
      const row = await requireReadable(database, targetOf(request))
      const shown = await webhookOf(database, row)
      reply.header('etag', tagOf(row, shown))
      return shown
    },
  )
  app.patch(
    path,
    operation(
      {
        id: 'patchWebhook',
        tag,
        summary: 'Change a webhook',
        description:
          'A JSON merge patch (RFC 7396). `state: active` sets one going that was paused or disabled, and what was pending goes out.',
        access,
      },
      { params, headers: ifMatchHeader, body: WebhookPatch, response: { 200: Webhook } },
    ),
    async (request, reply) => {
      const input = { ...targetOf(request), patch: request.body, accepted: acceptedVersions(request) }
      const answer = await database.write(async (tx) => shownOf(tx, await changeWebhook(tx, input)))
      send(reply, answer)
      return reply
    },
  )
  app.delete(
    path,
    operation(
      {
        id: 'deleteWebhook',
        tag,
        summary: 'Delete a webhook',
        description: 'Nothing more is sent to it, and its log is gone.',
        access,
      },
      { params, headers: ifMatchHeader, response: { 204: z.null().describe('Deleted.') } },
    ),
    async (request, reply) => {
      const input = { ...targetOf(request), accepted: acceptedVersions(request) }
      await database.write((tx) => dropWebhook(tx, input))
      return reply.code(204).send(null)
    },
  )
}

function addRotation(app: Server, { once }: RouteDependencies) {
  app.post(
    '/v1/webhooks/:id/secret',
    operation(
      {
        id: 'rotateWebhookSecret',
        tag,
        summary: 'Give a webhook a new secret',
        description:
          'For a day, or as long as is said, deliveries have two signatures, one of them made with the former secret: that is the time to bring the new one to the receiver. The answer is the only place that shows it; a repetition with the same `Idempotency-Key` has `secret: null`.',
        access,
      },
      {
        params,
        headers: idempotencyHeader,
        body: SecretRotation,
        response: { 200: WebhookWithSecret.describe('The webhook, with its new secret.') },
      },
    ),
    async (request, reply) => {
      const { overlapSeconds } = request.body
      const target = targetOf(request)
      await once(request, reply, async (tx) =>
        withSecret(tx, await rotateSecret(tx, { ...target, overlapSeconds })),
      )
      return reply
    },
  )
}

async function shownOf(q: Queries, row: MadeWebhook['row']) {
  const body = await webhookOf(q, row)
  return { status: 200, headers: { ETag: tagOf(row, body) }, body }
}

/** The one answer that shows the secret; what is kept for a repetition does not. */
async function withSecret(q: Queries, { row, secret }: MadeWebhook): Promise<Answer> {
  const body = await webhookOf(q, row)
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store' },
    body: { ...body, secret } satisfies WebhookWithSecret,
    keptBody: { ...body, secret: null } satisfies WebhookWithSecret,
  }
}
