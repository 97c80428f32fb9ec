import { constants, copyFile, writeFile } from 'node:fs/promises'
import { openDatabase } from '../src/database/open.ts'
import { authorization } from './app.ts'
import { directory, removeDatabase, sourceIdsOf } from './corpus.ts'
import { answersASecond, interleaved } from './load.ts'
import { type Child, start } from './processes.ts'
import { atLeast, type Options } from './reading.ts'
import type { Measure, Result } from './report.ts'
import { bodies, freshLines } from './templates.ts'
import type { Work } from './writer.ts'

export const shortBody = 300
const corpusBody = 2000
const importBatch = 200
const importedASecond = 1500

export type Writer = Child<Work, number>

export const rateOf = async (writer: Writer, work: Work) => ({ rate: await writer.ask(work) })

/** Creating over HTTP and importing, against better-sqlite3 writing the same rows in transactions of the same size. */
export async function* writingRows(corpus: string, options: Options): AsyncGenerator<Result> {
  // All sides write to one file in turn, so that each finds it grown as far.
  const file = `${directory}writing.db`
  await removeDatabase(file)
  await copyFile(corpus, file, constants.COPYFILE_FICLONE)
  const server = await start('server.ts', [`file:${file}`, 'on'])
  const writer: Writer = await start('writer.ts', [`file:${file}`, String(options.articles)])
  const sourceIds = await readSourceIds(file)
  const origin = `http://127.0.0.1:${server.port}`
  try {
    if (options.rows.includes('create')) yield* creates(origin, writer, sourceIds, options)
    if (options.rows.includes('import')) yield* imports(origin, writer, sourceIds, options)
  } finally {
    await server.stop()
    await writer.stop()
    await removeDatabase(file)
  }
}

async function* creates(
  origin: string,
  writer: Writer,
  sourceIds: string[],
  { articles, seconds, rounds }: Options,
): AsyncGenerator<Result> {
  for (const [clients, goal] of [
    [1, 0.5],
    [32, 0.9],
    [50, undefined],
  ] as const) {
    const create = await creating(`${origin}/v1/articles`, bodies(articles, sourceIds, shortBody), clients)
    await create(1)
    const inserts = { work: 'inserts' as const, bodyBytes: shortBody, batch: clients, seconds }
    const [ours = [], base = []] = await interleaved(
      [() => create(seconds), () => rateOf(writer, inserts)],
      rounds,
    )
    const name = clients === 1 ? 'create, one client' : `create, ${clients} clients`
    yield { name, ours, base, of: `better-sqlite3, ${clients} a transaction`, ...atLeast(goal) }
  }
}

/** Creates a second by so many clients, each waiting for the answer to one before it sends the next. */
export async function creating(url: string, lines: string[], connections: number, name = 'bodies') {
  const bodiesFile = `${directory}${name}.ndjson`
  await writeFile(bodiesFile, `${lines.join('\n')}\n`)
  const headers = { authorization, 'content-type': 'application/json' }
  const load = { url, connections, headers, bodiesFile, body: lines[0] }
  return async (seconds: number) => ({ rate: await answersASecond({ ...load, seconds }) })
}

async function* imports(
  origin: string,
  writer: Writer,
  sourceIds: string[],
  { articles, seconds, rounds }: Options,
): AsyncGenerator<Result> {
  const lines = bodies(articles, sourceIds, corpusBody)
  const count = importedASecond * seconds
  const byHttp = () => importByHttp(origin, freshLines(lines, count), count)
  const [overHttp = [], called = [], base = []] = await interleaved(
    [
      byHttp,
      () => rateOf(writer, { work: 'import', bodyBytes: corpusBody, articles: count }),
      () => rateOf(writer, { work: 'inserts', bodyBytes: corpusBody, batch: importBatch, seconds }),
    ],
    rounds,
  )
  const against = { base, of: `better-sqlite3, ${importBatch} a transaction`, goal: { atLeast: 0.5 } }
  yield { name: 'import of NDJSON over HTTP', ours: overHttp, ...against }
  yield { name: 'import of NDJSON, operation', ours: called, ...against }
}

async function importByHttp(origin: string, body: string, count: number): Promise<Measure> {
  const headers = { authorization, 'content-type': 'application/x-ndjson' }
  const begun = performance.now()
  const answer = await fetch(`${origin}/v1/articles/import`, { method: 'POST', headers, body })
  const text = await answer.text()
  const elapsedMs = performance.now() - begun
  const created = text.split('"status":"created"').length - 1
  if (created !== count) throw new Error(`${created} of ${count} articles were imported.`)
  return { rate: (count / elapsedMs) * 1000 }
}

export async function readSourceIds(file: string): Promise<string[]> {
  const database = openDatabase(`file:${file}`)
  try {
    return await sourceIdsOf(database)
  } finally {
    await database.close()
  }
}
