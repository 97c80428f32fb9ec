import { z } from 'zod'
import { changeTypes } from '../changes/change.ts'
import { idempotencyHeader } from '../http/idempotency.ts'
import { operation } from '../http/operation.ts'
import { cutPage, linkNext, pageStart } from '../http/paging.ts'
import { pageOf, pageQuery, pathId } from '../http/parameters.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { webhookPath as params, targetOf } from './addresses.ts'
import { noSuchDelivery, pinging, replayDelivery, requestReplay, requireReadable } from './deliveries.ts'
import type { Delivering } from './delivering.ts'
import { Delivery, deliveryStates, NewReplay, Ping, Replay } from './delivery.ts'
import { findDelivery, listDeliveries } from './outbox-store.ts'
import { deliveriesOf, replayOf } from './showing.ts'

const tag = 'Webhooks'
const access = 'webhooks:write'
const deliveryPath = params.extend({ deliveryId: pathId('the delivery') })

const DeliveryListQuery = z.strictObject({
  state: z.enum(deliveryStates).optional().describe('Only those of this state.'),
  type: z.enum(changeTypes).optional().describe('Only those of changes of this type.'),
  ...pageQuery,
})

type Dependencies = RouteDependencies & { delivering: Delivering }

/** What was sent to a webhook, what came back, and sending it again. */
export function addDeliveryRoutes(app: Server, deps: Dependencies): void {
  addDeliveries(app, deps)
  addReplays(app, deps)
  addPings(app, deps)
}

function addDeliveries(app: Server, { database, publicUrl }: RouteDependencies) {
  const path = '/v1/webhooks/:id/deliveries'
  app.get(
    path,
    operation(
      {
        id: 'listDeliveries',
        tag,
        summary: 'List the deliveries of a webhook',
        description: 'The newest first, with their attempts. They are kept for 30 days.',
        access,
      },
      { params, querystring: DeliveryListQuery, response: { 200: pageOf(Delivery) } },
    ),
    async (request, reply) => {
      const webhook = await requireReadable(database, targetOf(request))
      const { limit, cursor, ...filters } = request.query
      const before = pageStart(request, cursor, ['text'])?.[0]
      const rows = await listDeliveries(database, webhook.id, filters, { before, limit: limit + 1 })
      const { shown, page } = cutPage(request, rows, limit, (row) => [row.id])
      linkNext(request, reply, page.next, publicUrl())
      return { data: await deliveriesOf(database, shown), page }
    },
  )
  app.get(
    `${path}/:deliveryId`,
    operation(
      {
        id: 'getDelivery',
        tag,
        summary: 'Read a delivery',
        description: 'The change that it tells of, and each attempt with what came back.',
        access,
      },
      { params: deliveryPath, response: { 200: Delivery } },
    ),
    async (request) => {
      const webhook = await requireReadable(database, targetOf(request))
      const row = await findDelivery(database, webhook.id, request.params.deliveryId)
      const [delivery] = row ? await deliveriesOf(database, [row]) : []
      if (!delivery) throw noSuchDelivery()
      return delivery
    },
  )
}

function addReplays(app: Server, { once }: RouteDependencies) {
  app.post(
    '/v1/webhooks/:id/deliveries/:deliveryId/replay',
    operation(
      {
        id: 'replayDelivery',
        tag,
        summary: 'Send a delivery again',
        description:
          'Whatever became of it, it is due at once and its schedule begins anew. It has the same `webhook-id` as before.',
        access,
      },
      {
        params: deliveryPath,
        headers: idempotencyHeader,
        response: { 202: Delivery.describe('Due: the log tells of the attempt.') },
      },
    ),
    async (request, reply) => {
      const { deliveryId } = request.params
      const target = targetOf(request)
      await once(request, reply, async (tx) => {
        const [body] = await deliveriesOf(tx, [await replayDelivery(tx, { ...target, deliveryId })])
        return { status: 202, body }
      })
      return reply
    },
  )
  app.post(
    '/v1/webhooks/:id/replays',
    operation(
      {
        id: 'createReplay',
        tag,
        summary: 'Send a stretch of the log again',
        description:
          'New deliveries are made of the changes from `fromSeq` to `toSeq`, as far as the types and the query of the webhook ask for them: also of changes from before it was made. Each has the `webhook-id` that its change had before. `replays` of the webhook tells how far that is. Where the log does not reach back so far any more: 410, with the `firstSeq` that it has.',
        access,
        problems: ['gone', 'conflict'],
      },
      {
        params,
        headers: idempotencyHeader,
        body: NewReplay,
        response: { 202: Replay.describe('Taken up: deliveries follow.') },
      },
    ),
    async (request, reply) => {
      const input = { ...request.body, ...targetOf(request) }
      await once(request, reply, async (tx) => ({
        status: 202,
        body: replayOf(await requestReplay(tx, input)),
      }))
      return reply
    },
  )
}

function addPings(app: Server, { database, delivering }: Dependencies) {
  const ping = pinging(delivering)
  app.post(
    '/v1/webhooks/:id/pings',
    operation(
      {
        id: 'pingWebhook',
        tag,
        summary: 'Send a test',
        description:
          'Sends a signed `webhook.ping` at once, whatever the state of the webhook, and answers what came back: after 15 seconds at the latest. It is in no log.',
        access,
      },
      { params, response: { 200: Ping } },
    ),
    async (request, reply) => {
      const row = await requireReadable(database, targetOf(request))
      reply.header('cache-control', 'no-store')
      return ping(row)
    },
  )
}
