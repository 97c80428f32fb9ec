import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operation } from '../http/operation.ts'
import { cutPage, linkNext, pageStart } from '../http/paging.ts'
import { integerParameter, pageOf, pageQuery, pathId, webUrl } from '../http/parameters.ts'
import { versionTag } from '../http/preconditions.ts'
import { readyAnswer, sendReady } from '../http/response-cache.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { Failure } from '../shared/failure.ts'
import { ArticleView, Revision, RevisionSummary } from './article.ts'
import { revisionOf, revisionsOf } from './history.ts'
import { ArticleListQuery, shapingParameters } from './query.ts'
import { type ReadFound, readArticle, readList, readLookup, requireVisibleRow } from './reading.ts'
import { addBulk } from './routes-bulk.ts'
import { addArticleWrites, addTransitions } from './routes-writing.ts'

const tag = 'Articles'
const articleId = z.strictObject({ id: pathId('the article') })

type Dependencies = RouteDependencies & {
  /** What is above articles, and given to their list: its search, and the schema of its facets. */
  search: { readFound: ReadFound; facets: z.ZodType }
}

/** Articles: reading them and their revisions, writing them one by one, and many at once. */
export function articleRoutes(app: Server, deps: Dependencies): void {
  addReads(app, deps)
  addRevisions(app, deps)
  addArticleWrites(app, deps)
  addTransitions(app, deps)
  addBulk(app, deps)
}

function addReads(app: Server, { database, publicUrl, search }: Dependencies) {
  app.get(
    '/v1/articles',
    operation(
      {
        id: 'listArticles',
        tag,
        summary: 'List articles',
        description:
          'Published articles, newest first, or with `q` those that it finds, the most relevant first. Values of one filter are alternatives, and filters are combined. Pages neither repeat nor skip an article while others are added, and have no limit in depth. A page of a search may be short and yet have a next one, where much was looked at and little found.',
        access: 'read',
        cached: true,
      },
      {
        querystring: ArticleListQuery,
        response: { 200: pageOf(ArticleView).extend({ facets: search.facets.optional() }) },
      },
    ),
    async (request, reply) => {
      const { q, facets, highlight, expand } = request.query
      const plain = q === undefined && !facets && !highlight && !expand
      const read = plain ? readList : search.readFound
      const body = await read(database, request.query, request, reply, publicUrl())
      sendReady(request, reply, readyAnswer(body, reply))
      return reply
    },
  )
  app.get(
    '/v1/articles/lookup',
    operation(
      {
        id: 'lookupArticle',
        tag,
        summary: 'Find the article at an address',
        description:
          'The article at this URL, at a former or canonical address of it, or at a form of one: with tracking parameters, on a mobile or AMP host, with another scheme.',
        access: 'read',
        problems: ['not-found', 'gone'],
        cached: true,
      },
      {
        querystring: z.strictObject({
          url: webUrl.describe('Any address of the article.'),
          ...shapingParameters,
        }),
        response: { 200: ArticleView },
      },
    ),
    async (request, reply) => {
      const { url, ...shaping } = request.query
      sendArticle(request, reply, await readLookup(database, url, request.actor !== null, shaping))
      return reply
    },
  )
  app.get(
    '/v1/articles/:id',
    operation(
      {
        id: 'getArticle',
        tag,
        summary: 'Read an article',
        description:
          'The article with its text and headings. A withdrawn one answers 410 with its reason; a draft is seen only with a key.',
        access: 'read',
        problems: ['gone'],
        cached: true,
      },
      { params: articleId, querystring: z.strictObject(shapingParameters), response: { 200: ArticleView } },
    ),
    async (request, reply) => {
      const article = await readArticle(database, request.params.id, request.actor !== null, request.query)
      sendArticle(request, reply, article)
      return reply
    },
  )
}

/** A representation cut by `fields` has a validator of its own, behind the same version. */
function sendArticle(
  request: FastifyRequest,
  reply: FastifyReply,
  article: Awaited<ReturnType<typeof readArticle>>,
) {
  const { version, json, whole } = article
  const answer = whole
    ? { body: json, etag: versionTag(version), link: undefined }
    : readyAnswer(json, reply, version)
  sendReady(request, reply, answer)
}

function addRevisions(app: Server, { database, publicUrl }: RouteDependencies) {
  app.get(
    '/v1/articles/:id/revisions',
    operation(
      {
        id: 'listRevisions',
        tag,
        summary: 'List the revisions of an article',
        description: 'Newest first, beginning with the present one.',
        access: 'read',
        problems: ['gone'],
      },
      {
        params: articleId,
        querystring: z.strictObject(pageQuery),
        response: { 200: pageOf(RevisionSummary) },
      },
    ),
    async (request, reply) => {
      const row = await requireVisibleRow(database, request.params.id, request.actor !== null)
      const { limit, cursor } = request.query
      const before = pageStart(request, cursor, ['integer'])?.[0] ?? row.revision + 1
      const revisions = await revisionsOf(database, row, before, limit + 1)
      const { shown, page } = cutPage(request, revisions, limit, ({ revision }) => [revision])
      linkNext(request, reply, page.next, publicUrl())
      return {
        data: shown.map(({ revision, at, content }) => ({ revision, at, title: content.title })),
        page,
      }
    },
  )
  app.get(
    '/v1/articles/:id/revisions/:revision',
    operation(
      {
        id: 'getRevision',
        tag,
        summary: 'Read one revision of an article',
        description: 'The members of the article that are its own, as they stood.',
        access: 'read',
        problems: ['gone'],
      },
      {
        params: articleId.extend({
          revision: integerParameter(1, 1_000_000_000).describe('The number of the revision, from 1.'),
        }),
        response: { 200: Revision },
      },
    ),
    async (request) => {
      const row = await requireVisibleRow(database, request.params.id, request.actor !== null)
      const revision = await revisionOf(database, row, request.params.revision)
      if (!revision) throw new Failure('not-found', 'The article has no such revision.')
      return revision
    },
  )
}
