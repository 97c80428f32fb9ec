import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Actor } from '../http/access.ts'
import { bodyEncoding, bodyEncodings, decodedBody } from '../http/decompression.ts'
import { idempotencyHeader, keyInUse } from '../http/idempotency.ts'
import { slicedRequest } from '../http/idempotent-slices.ts'
import { operation } from '../http/operation.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { Failure } from '../shared/failure.ts'
import { NewArticle } from './article.ts'
import { exportArticles } from './export.ts'
import { ExportedArticle } from './exported.ts'
import { ImportResult, importArticles } from './import.ts'
import { ExportQuery, refuseHiddenStates } from './query.ts'

const tag = 'Articles'
const ndjson = 'application/x-ndjson'

const ImportLine = z
  .union([NewArticle, ExportedArticle])
  .meta({ id: 'ImportLine', description: 'A new article, or one as it was exported.', example: undefined })

const importHeaders = idempotencyHeader.extend({
  'content-encoding': z
    .string()
    .optional()
    .describe(`How the lines are compressed: ${bodyEncodings.join(', ')}; left out where they are not.`),
})

/** NDJSON in and out: an article a line, in constant memory. */
export function addBulk(app: Server, deps: RouteDependencies) {
  addImport(app, deps)
  addExport(app, deps)
}

function addImport(app: Server, { database }: RouteDependencies) {
  const running = new Set<string>()

  /** What of the import is kept, so that it can be resumed, and how to say that it is over. */
  async function claimed(key: string, actor: Actor) {
    const claim = `${actor.keyId} ${key}`
    if (running.has(claim)) throw keyInUse()
    running.add(claim)
    const release = () => void running.delete(claim)
    try {
      const fingerprint = 'POST /v1/articles/import'
      return { request: await slicedRequest(database, { actor: actor.keyId, key, fingerprint }), release }
    } catch (error) {
      release()
      throw error
    }
  }

  app.post(
    '/v1/articles/import',
    operation(
      {
        id: 'importArticles',
        tag,
        summary: 'Import articles',
        description: importDescription,
        access: 'articles:write',
        stream: { request: ndjson, line: ImportLine },
      },
      { headers: importHeaders, response: { 200: { content: { [ndjson]: { schema: ImportResult } } } } },
    ),
    async (request, reply) => {
      const { body } = request as { body: unknown }
      if (!(body instanceof Readable)) {
        throw new Failure('unsupported-media-type', `Send the articles as ${ndjson}, one a line.`)
      }
      const actor = request.actor as Actor
      const key = request.headers['idempotency-key']
      const kept = key === undefined ? undefined : await claimed(key, actor)
      const bytes = decodedBody(body, bodyEncoding(request.headers['content-encoding']))
      const options = { mayUse: mayUse(actor), ...(kept && { request: kept.request }) }
      const results = released(importArticles(database, bytes, options), kept?.release)
      // What fails before the first results is answered as a problem.
      const first = await results.next().catch((error) => {
        throw request.raw.complete ? error : unfinished(error)
      })
      if (kept?.request.isRepeated) reply.header('idempotency-replayed', 'true')
      const answer = Readable.from(lines(resumed(first, results)))
      // An answer that nobody reads, since the client has gone by now, does not even begin, and so would end nothing by itself.
      answer.once('close', () => void results.return(undefined).catch(() => {}))
      return reply.type(ndjson).send(answer as never)
    },
  )
}

const importDescription = [
  'Takes NDJSON of any length, each line (4 MiB at most) as the body of `createArticle` or as the export writes it, and answers NDJSON: a result for each line, once it is durable. A line whose article is known, by external id or else by address, brings it up to date: the same import may be sent again, whole, after a break.',
  `The lines may be compressed (\`Content-Encoding\`: ${bodyEncodings.join(', ')}). Where what was sent is damaged or cut off, the last line of the answer says so, and what came before it is kept.`,
  'With an `Idempotency-Key` an import that broke is resumed: sent again from its beginning, however compressed, it answers all results, those of lines that were durable from what is kept, and goes on behind them. Other lines under the key are a 422, or that problem in the last line of the answer where it has begun.',
  'A line as it was exported keeps its id where that is free, its state and its times. A source or a tag that is missing is made where the key may do that (`sources:write`, `tags:write`); else the line fails. Stories, duplicates and computed translations are found anew.',
].join('\n\n')

/** To nobody: the connection is gone. But it is no fault of ours. */
function unfinished(error: unknown): unknown {
  if (error instanceof Failure) return error
  return new Failure('request-timeout', 'The connection ended before the body did.')
}

const mayUse =
  ({ scopes }: Actor) =>
  (scope: Actor['scopes'][number]) =>
    scopes.includes(scope) || scopes.includes('admin')

async function* released<Item>(items: AsyncGenerator<Item>, release = () => {}): AsyncGenerator<Item> {
  try {
    yield* items
  } finally {
    release()
  }
}

async function* resumed<Item>(first: IteratorResult<Item>, rest: AsyncGenerator<Item>) {
  if (!first.done) yield first.value
  yield* rest
}

function addExport(app: Server, { database }: RouteDependencies) {
  app.get(
    '/v1/articles/export',
    operation(
      {
        id: 'exportArticles',
        tag,
        summary: 'Export articles',
        description:
          'Every article that the filters leave, with its text, as NDJSON, compressed as `Accept-Encoding` says. Takes the filters of the list; `state=all` has published articles first, then drafts, then withdrawn ones. What it writes may be imported as it is.',
        access: 'read',
        slices: true,
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
