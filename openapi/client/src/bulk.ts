import type { Client } from 'openapi-fetch'
import { collect, parseLines } from './lines.ts'
import { ProblemError, unwrap } from './problem.ts'
import type { ExportedArticle, ExportFilters, ImportResult, NewArticle } from './resources.ts'
import type { paths } from './schema.ts'
import { backoffMs, pause } from './waiting.ts'

type Bytes = ReadableStream<Uint8Array>

export type ExportOptions = ExportFilters & { signal?: AbortSignal }

/** Every article that the filters leave, with its text, as one stream in constant memory. A transfer that breaks throws. */
export async function* exportArticles(
  client: Client<paths>,
  { signal, ...query }: ExportOptions = {},
): AsyncGenerator<ExportedArticle, void, undefined> {
  const answer = client.GET('/v1/articles/export', {
    params: { query },
    parseAs: 'stream',
    ...(signal && { signal }),
  })
  yield* parseLines<ExportedArticle>((await unwrap(answer)) as Bytes)
}

export type ImportOptions = {
  /** Articles that are sent at a time. */
  batchSize?: number
  signal?: AbortSignal
}

const maxBatchCharacters = 4_000_000
const attempts = 5

/**
 * Sends articles and answers a result for each, in order; `line` counts from 1 over all of them. They go in batches, since few
 * browsers can stream a body, and since a batch whose connection breaks is sent again by itself, under the same key.
 */
export async function* importArticles(
  client: Client<paths>,
  articles: Iterable<NewArticle> | AsyncIterable<NewArticle>,
  { batchSize = 500, signal }: ImportOptions = {},
): AsyncGenerator<ImportResult, void, undefined> {
  let sent = 0
  for await (const batch of batches(articles, batchSize)) {
    const results = await sendBatch(client, batch, signal)
    for (const result of results) yield { ...result, line: result.line + sent }
    sent += batch.length
  }
}

async function* batches(
  articles: Iterable<NewArticle> | AsyncIterable<NewArticle>,
  batchSize: number,
): AsyncGenerator<string[], void, undefined> {
  let lines: string[] = []
  let characters = 0
  for await (const article of articles) {
    const line = JSON.stringify(article)
    if (lines.length > 0 && (lines.length >= batchSize || characters + line.length > maxBatchCharacters)) {
      yield lines
      lines = []
      characters = 0
    }
    lines.push(line)
    characters += line.length
  }
  if (lines.length > 0) yield lines
}

async function sendBatch(
  client: Client<paths>,
  lines: string[],
  signal?: AbortSignal,
): Promise<ImportResult[]> {
  const text = `${lines.join('\n')}\n`
  const key = crypto.getRandomValues(new Uint32Array(4)).join('-')
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = client.POST('/v1/articles/import', {
        body: text as never,
        bodySerializer: (body) => body,
        headers: { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': key },
        parseAs: 'stream',
        ...(signal && { signal }),
      })
      return await collect(parseLines<ImportResult>((await unwrap(answer)) as Bytes))
    } catch (error) {
      if (error instanceof ProblemError || signal?.aborted || attempt >= attempts) throw error
      await pause(backoffMs(attempt), signal)
    }
  }
}
