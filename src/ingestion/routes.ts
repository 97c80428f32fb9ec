import { z } from 'zod'
import { feedTypes } from '../http/bodies.ts'
import { operation } from '../http/operation.ts'
import { integerParameter, pathId } from '../http/parameters.ts'
import type { Server } from '../http/server.ts'
import { discoverFeeds, FoundFeeds, SiteToSearch } from './discovery.ts'
import { ExtractedArticle, extractArticle, PageToExtract } from './extract.ts'
import type { Ingestion } from './ingestion.ts'
import { acceptPush, verify } from './websub.ts'

/** What the server fetches because somebody asks, and what hubs send. */
export function ingestionRoutes(app: Server, ingestion: Ingestion): void {
  app.post(
    '/v1/articles/extract',
    operation(
      {
        id: 'extractArticle',
        tag: 'Articles',
        summary: 'Show what a page would become',
        description:
          'Fetches a page, or takes its HTML, and answers the article that it would become: title, text, credits and what it lists as related. Nothing is kept. A page that cannot be fetched or read is a 422 that says why.',
        access: 'articles:write',
        problems: ['conflict'],
        bodyLimit: 9 * 1024 * 1024,
      },
      { body: PageToExtract, response: { 200: ExtractedArticle } },
    ),
    (request) => extractArticle(ingestion, request.body),
  )
  app.post(
    '/v1/sources/discoveries',
    operation(
      {
        id: 'discoverFeeds',
        tag: 'Sources',
        summary: 'Find the feeds of a site',
        description:
          'Fetches the address: a feed itself, a page that names feeds, or a site that has one at a usual place. Each feed was read before it is listed, and can be added with `createSource`; what a page names and cannot be read is told with its reason.',
        access: 'sources:write',
      },
      { body: SiteToSearch, response: { 200: FoundFeeds } },
    ),
    (request) => discoverFeeds(ingestion, request.body.url),
  )
  hubRoutes(app, ingestion)
}

const params = z.strictObject({
  id: pathId('the source'),
  token: z.string().max(100).describe('What only the hub was told.'),
})
const Verification = z.object({
  'hub.mode': z.string().max(100).describe('`subscribe`, `unsubscribe` or `denied`.'),
  'hub.topic': z.string().max(10_000).optional().describe('The address of the feed.'),
  'hub.challenge': z.string().max(10_000).optional().describe('What is to be answered.'),
  'hub.lease_seconds': integerParameter(1, 1e9).optional().describe('For how long the hub will push.'),
})

/** The callback of WebSub (W3C Recommendation, sections 5.3 and 7). */
function hubRoutes(app: Server, ingestion: Ingestion): void {
  app.get(
    '/v1/websub/:id/:token',
    operation(
      {
        id: 'verifySubscription',
        tag: 'WebSub',
        summary: 'Verify a subscription',
        description: 'For hubs: answers the challenge where this service asked for the subscription.',
        access: 'public',
        problems: ['not-found'],
      },
      {
        params,
        querystring: Verification,
        response: { 200: { content: { 'text/plain': { schema: z.string() } } } },
      },
    ),
    async (request, reply) => {
      const { query } = request
      const challenge = await verify(ingestion, request.params, {
        mode: query['hub.mode'],
        topic: query['hub.topic'],
        challenge: query['hub.challenge'],
        leaseSeconds: query['hub.lease_seconds'],
      })
      return reply
        .type('text/plain; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(challenge as never)
    },
  )
  app.post(
    '/v1/websub/:id/:token',
    operation(
      {
        id: 'pushFeed',
        tag: 'WebSub',
        summary: 'Push what is new in a feed',
        description:
          'For hubs: takes a feed, signed with the secret of the subscription. What it is is seen by its beginning, whatever its type says or without one. It is answered once its items are kept; their pages are read afterwards.',
        access: 'public',
        problems: ['not-found', 'forbidden'],
        text: {
          types: feedTypes,
          schema: z.string().describe('The feed, with what is new.'),
          anyType: true,
        },
        bodyLimit: 8 * 1024 * 1024,
      },
      { params, response: { 202: z.object({ accepted: z.literal(true) }) } },
    ),
    async (request, reply) => {
      const { body, headers } = request as { body: unknown; headers: typeof request.headers }
      const signature = headers['x-hub-signature']
      await acceptPush(ingestion, request.params, {
        body: Buffer.isBuffer(body) ? body : new Uint8Array(),
        contentType: headers['content-type'] ?? null,
        signature: typeof signature === 'string' ? signature : undefined,
      })
      return reply.code(202).send({ accepted: true })
    },
  )
}
