import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { tooDeepFailure, unstorableFailure } from '../http/bodies.ts'
import { invalidInput } from '../http/field-errors.ts'
import type { KeptSlice, SlicedRequest } from '../http/idempotent-slices.ts'
import { Failure } from '../shared/failure.ts'
import { pause } from '../shared/pause.ts'
import { turns } from '../shared/turns.ts'
import { NewArticle } from './article.ts'
import type { Content } from './content.ts'
import { ExportedLine, isExported } from './exported.ts'
import { type SentLine, type SentLines, slicesOf, textOf } from './import-lines.ts'
import type { Preparing } from './preparing.ts'

/** What a line says, or why that is not taken, and what was made of it beforehand. */
export type ReadLine = {
  line: number
  article: NewArticle | ExportedLine | Failure
  content: Content | undefined
}

/** Lines that go in together: with the results that are kept of them, where the import is repeated, or else read. */
export type Slice = SentLines & { number: number; kept: KeptSlice | undefined; read: ReadLine[] }

type Options = {
  request: SlicedRequest | undefined
  complete: (line: unknown) => unknown
  preparing: Preparing
}

/** So long a slice waits for the lines of the next one, so that that one is prepared while this one is written. */
const waitsForMs = 20

const newArticle = z.compile(NewArticle)
const exportedLine = z.compile(ExportedLine)

/** The slices of an import, each read ahead while the one before it is written. */
export function readSlices(database: Queries, bytes: AsyncIterable<Uint8Array>, options: Options) {
  const { request, complete, preparing } = options
  const slices = slicesOf(bytes)
  let number = 0
  let ahead: ReturnType<typeof begin> | undefined
  let isTaking = false

  async function take() {
    isTaking = true
    try {
      const kept = await request?.find(database, number)
      return { kept, ...(await slices.next(kept?.lines)), number: number++ }
    } finally {
      isTaking = false
    }
  }

  async function read(sent: Awaited<ReturnType<typeof take>>) {
    const lines = sent.kept ? [] : await readLines(sent.lines, complete)
    const slice: Slice = { ...sent, read: lines }
    // Behind the first slice it is not known yet whether there is enough to do for two.
    const contents = sent.number === 0 ? undefined : preparing.prepare(taken(lines))
    return { slice, contents }
  }

  function begin() {
    const come = take()
    const ready = come.then(read)
    // Thrown when it is its turn.
    ready.catch(() => {})
    return { come, ready }
  }

  return {
    async next(): Promise<Slice> {
      const { slice, contents } = await (ahead ?? begin()).ready
      const made = (await contents) ?? []
      for (const [index, line] of slice.read.filter(isTaken).entries()) line.content = made[index]
      ahead = slice.end ? undefined : begin()
      if (ahead && (await comesSoon(ahead.come))) await ahead.ready.catch(() => {})
      return slice
    },
    async close(): Promise<void> {
      const closed = slices.close()
      // What waits for bytes that nobody wants any more ends with whoever sends them.
      if (!isTaking) await closed
      else closed.catch(() => {})
    },
  }
}

function comesSoon(come: Promise<unknown>): Promise<boolean> {
  const hasCome = () => true
  return Promise.race([come.then(hasCome, hasCome), pause(waitsForMs).then(() => false)])
}

type TakenLine = ReadLine & { article: NewArticle | ExportedLine }
const isTaken = (line: ReadLine): line is TakenLine => !(line.article instanceof Failure)

const taken = (lines: ReadLine[]) =>
  lines.filter(isTaken).map(({ article: { url, title, summary, body } }) => ({ url, title, summary, body }))

async function readLines(lines: SentLine[], complete: Options['complete']): Promise<ReadLine[]> {
  const turnWhenLong = turns()
  const read: ReadLine[] = []
  for (const sent of lines) {
    read.push({ line: sent.line, article: articleOf(textOf(sent), complete), content: undefined })
    await turnWhenLong()
  }
  return read
}

function articleOf(text: string | Failure, complete: Options['complete']): ReadLine['article'] {
  if (text instanceof Failure) return text
  const tooDeep = tooDeepFailure(text)
  if (tooDeep) return tooDeep
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return new Failure('bad-request', `The line is no JSON: ${(error as Error).message}`)
  }
  const unstorable = unstorableFailure(text, value)
  if (unstorable) return unstorable
  const result = isExported(value) ? exportedLine.safeParse(value) : newArticle.safeParse(complete(value))
  return result.success ? result.data : invalidInput(result.error, 'body')
}
