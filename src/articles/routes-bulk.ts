import { Readable } from 'node:stream'
import { operation } from '../http/operation.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { Failure } from '../shared/failure.ts'
import { Article, Body, NewArticle } from './article.ts'
import { exportArticles } from './export.ts'
import { ImportResult, importArticles } from './import.ts'
import { ExportQuery, refuseHiddenStates } from './query.ts'

const tag = 'Articles'
const ndjson = 'application/x-ndjson'
const ExportedArticle = Article.extend({ body: Body }).meta({ id: 'ExportedArticle', example: undefined })

/** NDJSON in and out: an article a line, in constant memory. */
export function addBulk(app: Server, { database }: RouteDependencies) {
  app.post(
    '/v1/articles/import',
    operation(
      {
        id: 'importArticles',
        tag,
        summary: 'Import articles',
        description:
          'Takes NDJSON of any length, each line as the body of `createArticle` (4 MiB at most), and answers NDJSON: a result for each line, once it is durable. A line whose article is known, by external id or else by address, brings it up to date: the same import may be sent again, whole, after a break.',
        access: 'articles:write',
        stream: { request: ndjson, line: NewArticle },
      },
      { response: { 200: { content: { [ndjson]: { schema: ImportResult } } } } },
    ),
    async (request, reply) => {
      const { body } = request as { body: unknown }
      if (!(body instanceof Readable)) {
        throw new Failure('unsupported-media-type', `Send the articles as ${ndjson}, one a line.`)
      }
      const results = importArticles(database, body)
      return reply.type(ndjson).send(Readable.from(lines(results)) as never)
    },
  )
  app.get(
    '/v1/articles/export',
    operation(
      {
        id: 'exportArticles',
        tag,
        summary: 'Export articles',
        description:
          'Every article that the filters leave, with its text, as NDJSON. Takes the filters of the list.',
        access: 'read',
      },
      { querystring: ExportQuery, response: { 200: { content: { [ndjson]: { schema: ExportedArticle } } } } },
    ),
    async (request, reply) => {
      const { sort, ...filters } = request.query
      refuseHiddenStates(filters, request.actor !== null)
      return reply.type(ndjson).send(Readable.from(lines(exportArticles(database, filters, sort))) as never)
    },
  )
}

async function* lines(slices: AsyncIterable<unknown[]>): AsyncGenerator<string> {
  for await (const slice of slices) yield slice.map((value) => `${JSON.stringify(value)}\n`).join('')
}
