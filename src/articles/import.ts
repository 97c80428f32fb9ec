import { z } from 'zod'
import type { Database, Transaction } from '../database/database.ts'
import type { Scope } from '../http/access.ts'
import { keyReused } from '../http/idempotency.ts'
import type { KeptSlice, SlicedRequest } from '../http/idempotent-slices.ts'
import { asFailure } from '../http/problems.ts'
import { Failure, type FailureCode, type FieldError } from '../shared/failure.ts'
import { turns } from '../shared/turns.ts'
import { copyArticle } from './copying.ts'
import { hashOfLines, type SentLine } from './import-lines.ts'
import { type ReadLine, readSlices, type Slice } from './import-reading.ts'
import { type Preparing, preparing as startPreparing } from './preparing.ts'
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

type Options = {
  /** May fill a line in before it is checked. */
  complete?: (line: unknown) => unknown
  /** Whether who imports has a scope beside that of importing: exported articles may bring sources and tags that are missing. */
  mayUse?: (scope: Scope) => boolean
  /** Where the import is kept, so that it can be resumed. */
  request?: SlicedRequest
  /** What makes the contents of articles meanwhile. It is closed behind the import. */
  preparing?: Preparing
}
type Written = { results: ImportResult[]; broken?: true }

/**
 * Takes NDJSON of any length in constant memory: a line is the body of `createArticle`, or an article as it was exported. Lines go
 * in in slices, each a transaction, and the results of a slice come out once it is durable. A line whose article is known (by
 * external id, else by address) brings it up to date, so that the same import may run again. Throws only before the first results.
 */
export async function* importArticles(
  database: Database,
  bytes: AsyncIterable<Uint8Array>,
  options: Options = {},
): AsyncGenerator<ImportResult[]> {
  const {
    request,
    complete = (line: unknown) => line,
    preparing = startPreparing(database.dialect.engine),
  } = options
  const slices = readSlices(database, bytes, { request, complete, preparing })
  let behind = 1
  try {
    for (;;) {
      const slice = await slices.next()
      const { number, lines, end, fault, kept } = slice
      const isLonger = number === request?.finished && lines.length > 0
      const { results, broken } =
        kept || isLonger ? repeated(kept, lines, behind) : await importSlice(database, slice, options, behind)
      if (broken && number === 0 && results[0]?.problem?.code === reused) throw keyReused(otherBytes(1))
      if (results.length > 0) yield results
      if (broken) return
      behind = (lines.at(-1)?.line ?? behind - 1) + 1
      if (fault) yield [refused(behind, fault)]
      if (end) return
    }
  } catch (error) {
    // Between two slices the database is read, too. A connection that broke is no failure, and is told to nobody.
    if (behind === 1 || !(error instanceof Failure)) throw error
    yield [brokenOff(behind, error)]
  } finally {
    await slices.close()
    await preparing.close()
  }
}

const reused: FailureCode = 'idempotency-key-reused'
const otherBytes = (line: number) =>
  `The key was used for another import: from line ${line} on it had others.`

/** The results that are kept, for the lines that they are of. */
function repeated(kept: KeptSlice | undefined, lines: SentLine[], behind: number): Written {
  if (kept && hashOfLines(lines) === kept.hash) return { results: JSON.parse(kept.results) }
  const line = lines[0]?.line ?? behind
  return { results: [refused(line, keyReused(otherBytes(line)))], broken: true }
}

async function importSlice(
  database: Database,
  slice: Slice,
  options: Options,
  behind: number,
): Promise<Written> {
  const { lines, end } = slice
  if (lines.length === 0 && !(end && options.request)) return { results: [] }
  try {
    return (await allKept(database, slice, options)) ?? (await eachForItself(database, slice, options))
  } catch (error) {
    return { results: [brokenOff(lines[0]?.line ?? behind, asFailure(error))], broken: true }
  }
}

/** The answer has begun, so what went wrong is said in its last line. */
function brokenOff(line: number, { code, message }: Failure): ImportResult {
  const detail = `${message} From this line on nothing was kept: send it and the rest again.`
  return refused(line, new Failure(code, detail))
}

/** Without savepoints, which cost a third of an import; `undefined`, and nothing kept, where a line is refused. */
async function allKept(database: Database, slice: Slice, options: Options): Promise<Written | undefined> {
  try {
    return await writeSlice(database, slice, options, importLine)
  } catch (error) {
    if (isNotTheLines(asFailure(error))) throw error
    return undefined
  }
}

function eachForItself(database: Database, slice: Slice, options: Options): Promise<Written> {
  return writeSlice(database, slice, options, async (tx, line, options) => {
    try {
      return await tx.savepoint(() => importLine(tx, line, options))
    } catch (error) {
      const failure = asFailure(error)
      if (isNotTheLines(failure)) throw error
      return refused(line.line, failure)
    }
  })
}

/** Alone: from its first line on it holds the end of the change log, for which the others would wait holding rows. */
function writeSlice(
  database: Database,
  { lines, read, number, end, fault }: Slice,
  options: Options,
  write: (tx: Transaction, line: ReadLine, options: Options) => Promise<ImportResult>,
): Promise<Written> {
  const { request } = options
  const work = async (tx: Transaction): Promise<Written> => {
    const kept = await request?.claim(tx, number)
    if (kept) return repeated(kept, lines, 1)
    const results: ImportResult[] = []
    const turnWhenLong = turns()
    for (const line of read) {
      results.push(await write(tx, line, options))
      await turnWhenLong()
    }
    if (request && lines.length > 0) {
      const hash = hashOfLines(lines)
      await request.keep(tx, number, { lines: lines.length, hash, results: JSON.stringify(results) })
    }
    if (end && !fault) await request?.finish(tx, lines.length > 0 ? number + 1 : number)
    return { results }
  }
  return database.write(work, { alone: true })
}

async function importLine(
  tx: Transaction,
  { line, article, content }: ReadLine,
  { mayUse = () => true }: Options,
): Promise<ImportResult> {
  if (article instanceof Failure) return refused(line, article)
  const { outcome, row } =
    'source' in article
      ? await copyArticle(tx, article, { mayUse, content })
      : await upsertArticle(tx, { ...article, content })
  return { line, status: outcome, id: row.id }
}

/** The whole transaction fails, and with it the import, at this line. */
const isNotTheLines = ({ code }: Failure) => code === 'internal' || code === 'unavailable' || code === reused

const goneCodes: FailureCode[] = ['gone']
/** Results are kept, and so are bound: a line may be all faults, with names as long as itself. */
const maxLineErrors = 10
const maxTextLength = 1000

function refused(line: number, failure: Failure): ImportResult {
  const errors = failure.details.errors
    ?.slice(0, maxLineErrors)
    .map(({ path, message }: FieldError) => ({ path: shortened(path), message: shortened(message) }))
  const problem = { code: failure.code, detail: shortened(failure.message), ...(errors && { errors }) }
  return { line, status: goneCodes.includes(failure.code) ? 'gone' : 'failed', problem }
}

const shortened = (text: string) =>
  text.length > maxTextLength ? `${text.slice(0, maxTextLength).toWellFormed()}…` : text
