import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readLookupId, requireVisibleRow } from '../articles/reading.ts'
import type { Queries } from '../database/database.ts'
import { operation } from '../http/operation.ts'
import { integerParameter, language, pathId, webUrl } from '../http/parameters.ts'
import { readyAnswer, sendReady } from '../http/response-cache.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import type { Clock } from '../shared/clock.ts'
import { Failure } from '../shared/failure.ts'
import { guessLanguage } from '../shared/guessed-language.ts'
import { languageOfScript } from '../shared/language.ts'
import { RelatedLink } from './link.ts'
import { linkOf } from './links.ts'
import { type Computed, computeLinks, findRelated } from './relating/computed.ts'
import { explainRelation } from './relating/explain.ts'
import { Relation } from './relation.ts'
import { comparedText } from './signals/signals.ts'

const tag = 'Related links'

/** The title and text of a page that is no article here; it is fetched, and so only for who may have pages fetched. */
export type ReadPage = (url: string) => Promise<{ title: string; text: string; language: string }>
type Dependencies = RouteDependencies & { readPage: ReadPage; clock: Clock }

const RelatedToQuery = z
  .strictObject({
    text: z
      .string()
      .min(1)
      .max(8000)
      .optional()
      .describe('The text, or its beginning: 400 Chinese or 1,000 other characters count.'),
    title: z.string().max(1000).optional().describe('Its headline, whose words count three times.'),
    language: language.optional().describe('Of the text (BCP 47); without it as the text tells.'),
    url: webUrl
      .optional()
      .describe(
        'Instead of a text: a page. Where it is no article here, it is fetched, which takes a key with `articles:write`.',
      ),
    limit: integerParameter(1, 20).default(10).describe('How many there are, at most.'),
  })
  .refine(({ text, title, url }) => (url !== undefined) !== (text !== undefined || title !== undefined), {
    message: 'Send either `text`, with or without `title`, or `url`.',
    path: ['text'],
  })
type RelatedToQuery = z.infer<typeof RelatedToQuery>

const RelatedTo = z.object({ data: z.array(RelatedLink), suppressedCount: z.int() }).meta({
  id: 'RelatedTo',
  example: { data: [RelatedLink.meta()?.example as RelatedLink], suppressedCount: 0 },
})

/** What is related to a text that is no article, and why two articles are related or not. */
export function relationRoutes(app: Server, deps: Dependencies): void {
  app.get(
    '/v1/related',
    operation(
      {
        id: 'findRelated',
        tag,
        summary: 'Find what is related to a text or a page',
        description:
          'The articles that a reader of this text would be told of, with score and reasons: for a text that is no article here, a draft or a page elsewhere. Where `url` is the address of an article, what is computed for that. Nothing is kept.',
        access: 'read',
        problems: ['not-found', 'gone', 'unauthorized', 'forbidden', 'conflict'],
      },
      { querystring: RelatedToQuery, response: { 200: RelatedTo } },
    ),
    async (request) => {
      const { links, suppressedCount } = await relatedTo(deps, request, request.query)
      return { data: links.slice(0, request.query.limit).map(linkOf), suppressedCount }
    },
  )
  app.get(
    '/v1/articles/:id/relations/:otherId',
    operation(
      {
        id: 'explainRelation',
        tag,
        summary: 'Explain how two articles are related',
        description:
          'Says why one article is or is not linked to another, as related, of one story, duplicate or translation: every signal with its number and what it has to reach.',
        access: 'read',
        problems: ['not-found', 'gone'],
        cached: true,
      },
      {
        params: z.strictObject({ id: pathId('the article'), otherId: pathId('the other article') }),
        response: { 200: Relation },
      },
    ),
    async (request, reply) => {
      const { id, otherId } = request.params
      if (id === otherId) throw toItself()
      for (const each of [id, otherId]) await requireVisibleRow(deps.database, each, request.actor !== null)
      const relation = await explainRelation(deps.database, id, otherId)
      sendReady(request, reply, readyAnswer(Buffer.from(JSON.stringify(relation)), reply))
      return reply
    },
  )
}

async function relatedTo(
  { database, readPage, clock }: Dependencies,
  request: FastifyRequest,
  { url, text = '', title = '', language }: RelatedToQuery,
): Promise<Computed> {
  if (url === undefined)
    return relatedToText(database, clock, {
      title,
      text,
      language: language ?? languageOf(`${title} ${text}`),
    })
  const articleId = await readLookupId(database, url)
  if (articleId !== undefined) {
    await requireVisibleRow(database, articleId, request.actor !== null)
    return computeLinks(database, articleId)
  }
  requireKeyToFetch(request)
  return relatedToText(database, clock, await pageAt(url, readPage))
}

/** A page that cannot be read is a fault of the parameter, not of a body. */
async function pageAt(url: string, readPage: ReadPage) {
  try {
    return await readPage(url)
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'validation-failed')) throw error
    const errors = error.details.errors?.map(({ message }) => ({
      in: 'query' as const,
      path: 'url',
      message,
    }))
    throw new Failure('bad-request', error.message, { errors })
  }
}

const languageOf = (text: string) => languageOfScript(text) ?? guessLanguage(text) ?? 'en'

async function relatedToText(
  q: Queries,
  clock: Clock,
  written: { title: string; text: string; language: string },
): Promise<Computed> {
  const compared = await comparedText(q, { ...written, summary: null, publishedAt: clock().getTime() })
  return findRelated(q, { compared })
}

function toItself(): Failure {
  const message = 'An article is not related to itself.'
  return new Failure('bad-request', message, { errors: [{ in: 'path', path: 'otherId', message }] })
}

/** Whoever may see what we would make of a page may see what it is related to. */
function requireKeyToFetch({ actor }: FastifyRequest): void {
  if (!actor)
    throw new Failure(
      'unauthorized',
      'There is no article at this address. To have the page fetched send a key.',
      {
        headers: { 'WWW-Authenticate': 'Bearer' },
      },
    )
  const scope = 'articles:write'
  if (!actor.scopes.some((one) => one === scope || one === 'admin'))
    throw new Failure(
      'forbidden',
      `There is no article at this address, and the key lacks the scope ${scope}.`,
      {
        extensions: { scope },
      },
    )
}
