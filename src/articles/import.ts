import { z } from 'zod'
import type { Database, Transaction } from '../database/database.ts'
import { unstorableFailure } from '../http/bodies.ts'
import { asFailure, invalidInput } from '../http/problems.ts'
import { Failure, type FailureCode, type FieldError } from '../shared/failure.ts'
import { NewArticle } from './article.ts'
import { upsertArticle } from './revisions.ts'

/** What became of one line. `gone` is an article that was deleted or withdrawn and stays so. */
export const ImportResult = z
  .object({
    line: z.int().describe('The number of the line, from 1. Empty lines count and have no result.'),
    status: z.enum(['created', 'updated', 'unchanged', 'gone', 'failed']),
    id: z.string().optional().describe('The article.'),
    problem: z
      .object({
        code: z.string().describe('As in `/problems/{code}`.'),
        detail: z.string(),
        errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      })
      .optional()
      .describe('Why nothing of this line was kept.'),
  })
  .meta({
    id: 'ImportResult',
    description: 'One line of the answer to an import, for each line of it.',
    example: { line: 1, status: 'created', id: '019ab2c4-5d00-7a31-9f2e-4b8c1d6e7f80' },
  })
export type ImportResult = z.infer<typeof ImportResult>

type Line = { line: number; input: NewArticle } | { line: number; failure: Failure }

const linesPerTransaction = 200
const maxLineBytes = 4 * 1024 * 1024
const utf8 = new TextDecoder('utf-8', { fatal: true })
const newArticle = z.compile(NewArticle)

/**
 * Takes NDJSON, an article a line, of any length in constant memory: lines go in in transactions of 200, and the results of a transaction come out once it is durable. A line whose article is known (by external id,
 * else by address) brings it up to date, so that the same import may run again. `complete` may fill a line in before it is checked.
 */
export async function* importArticles(
  database: Database,
  bytes: AsyncIterable<Uint8Array>,
  complete: (line: unknown) => unknown = (line) => line,
): AsyncGenerator<ImportResult[]> {
  let batch: Line[] = []
  for await (const line of parsedLines(bytes, complete)) {
    batch.push(line)
    if (batch.length < linesPerTransaction) continue
    const { results, broken } = await importTogether(database, batch)
    yield results
    if (broken) return
    batch = []
  }
  if (batch.length > 0) yield (await importTogether(database, batch)).results
}

async function importTogether(database: Database, lines: Line[]) {
  try {
    const results = (await allKept(database, lines)) ?? (await eachForItself(database, lines))
    return { results, broken: false }
  } catch (error) {
    // The answer has begun, so what went wrong is said in its last line.
    const line = (lines[0] as Line).line
    const failure = asFailure(error)
    const detail = `${failure.message} From this line on nothing was kept: send it and the rest again.`
    return { results: [refused(line, new Failure(failure.code, detail))], broken: true }
  }
}

/** Without savepoints, which cost a third of an import; `undefined`, and nothing kept, where a line is refused. */
async function allKept(database: Database, lines: Line[]): Promise<ImportResult[] | undefined> {
  try {
    return await writeLines(database, lines, importLine)
  } catch (error) {
    if (isNotTheLines(asFailure(error))) throw error
    return undefined
  }
}

function eachForItself(database: Database, lines: Line[]): Promise<ImportResult[]> {
  return writeLines(database, lines, async (tx, item) => {
    try {
      return await tx.savepoint(() => importLine(tx, item))
    } catch (error) {
      const failure = asFailure(error)
      if (isNotTheLines(failure)) throw error
      return refused(item.line, failure)
    }
  })
}

/** Alone: from its first line on it holds the end of the change log, for which the others would wait holding rows. */
function writeLines(
  database: Database,
  lines: Line[],
  write: (tx: Transaction, item: Line) => Promise<ImportResult>,
): Promise<ImportResult[]> {
  const work = async (tx: Transaction) => {
    const results: ImportResult[] = []
    for (const line of lines) results.push(await write(tx, line))
    return results
  }
  return database.write(work, { alone: true })
}

async function importLine(tx: Transaction, item: Line): Promise<ImportResult> {
  const { line } = item
  if ('failure' in item) return refused(line, item.failure)
  const { outcome, row } = await upsertArticle(tx, item.input)
  return { line, status: outcome, id: row.id }
}

/** The whole transaction fails, and with it the import, at this line. */
const isNotTheLines = ({ code }: Failure) => code === 'internal' || code === 'unavailable'

const goneCodes: FailureCode[] = ['gone']

function refused(line: number, failure: Failure): ImportResult {
  const errors = failure.details.errors?.map(({ path, message }: FieldError) => ({ path, message }))
  const problem = { code: failure.code, detail: failure.message, ...(errors && { errors }) }
  return { line, status: goneCodes.includes(failure.code) ? 'gone' : 'failed', problem }
}

async function* parsedLines(
  bytes: AsyncIterable<Uint8Array>,
  complete: (line: unknown) => unknown,
): AsyncGenerator<Line> {
  let line = 0
  for await (const text of linesOf(bytes)) {
    line++
    if (text instanceof Failure) yield { line, failure: text }
    else if (text.trim() !== '') yield parsed(line, text, complete)
  }
}

function parsed(line: number, text: string, complete: (line: unknown) => unknown): Line {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { line, failure: new Failure('bad-request', `The line is no JSON: ${(error as Error).message}`) }
  }
  const unstorable = unstorableFailure(text, value)
  if (unstorable) return { line, failure: unstorable }
  const result = newArticle.safeParse(complete(value))
  return result.success ? { line, input: result.data } : { line, failure: invalidInput(result.error, 'body') }
}

/** Splits at newlines. A line that is too long, or is no UTF-8, comes out as the failure that it is. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string | Failure> {
  let parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end))
      yield lineOf(parts, length + end - from)
      parts = []
      length = 0
      from = end + 1
    }
    length += chunk.length - from
    // Past the limit only the count is kept: a line without an end takes no memory.
    if (length <= maxLineBytes) parts.push(chunk.subarray(from))
    else parts = []
  }
  if (length > 0) yield lineOf(parts, length)
}

function lineOf(parts: Uint8Array[], length: number): string | Failure {
  if (length > maxLineBytes)
    return new Failure('payload-too-large', `A line has at most ${maxLineBytes} bytes.`)
  try {
    return utf8.decode(Buffer.concat(parts))
  } catch {
    return new Failure('bad-request', 'The line is not UTF-8.')
  }
}
