import { constants, copyFile, writeFile } from 'node:fs/promises'
import { openDatabase } from '../src/database/open.ts'
import { authorization } from './app.ts'
import { directory, removeDatabase, sourceIdsOf } from './corpus.ts'
import { answersASecond, interleaved } from './load.ts'
import { type Child, start, unpin } from './processes.ts'
import { atLeast, type Options, origin, type Server } from './reading.ts'
import type { Measure, Result } from './report.ts'
import { bodies, freshLines } from './templates.ts'
import type { Work } from './writer.ts'

export const shortBody = 300
export const corpusBody = 2000
export const importBatch = 200
const importedASecond = 1500
/** It takes some hundred creates until their code is compiled; that of the loop is little. */
const warmUpSeconds = 3

export type Writer = Child<Work, Measure>

/** Creating over HTTP and importing, against better-sqlite3 writing the same rows in transactions of the same size. */
export async function* writingRows(corpus: string, options: Options): AsyncGenerator<Result> {
  // All sides write to one file in turn, so that each finds it grown as far.
  const file = `${directory}writing.db`
  await removeDatabase(file)
  await copyFile(corpus, file, constants.COPYFILE_FICLONE)
  const server: Server = await start('server.ts', [`file:${file}`, 'on'])
  const writer: Writer = await start('writer.ts', [`file:${file}`, String(options.articles)])
  const bare: Server = await start('loop-server.ts', [`file:${file}`, String(options.articles)])
  const sourceIds = await readSourceIds(file)
  try {
    if (options.rows.includes('create')) yield* creates({ server, writer, bare }, sourceIds, options)
    if (options.rows.includes('import')) yield* imports(server, writer, sourceIds, options)
  } finally {
    for (const child of [server, writer, bare]) await child.stop()
    await removeDatabase(file)
  }
}

/** With the CPU time that the server took for each. */
async function withCpu(
  server: Server,
  measure: () => Promise<{ rate: number; count: number }>,
): Promise<Measure> {
  const before = (await server.ask('cpu')) as number
  const { rate, count } = await measure()
  return { rate, cpuUs: (((await server.ask('cpu')) as number) - before) / count }
}

async function* creates(
  { server, writer, bare }: { server: Server; writer: Writer; bare: Server },
  sourceIds: string[],
  { articles, seconds, rounds }: Options,
): AsyncGenerator<Result> {
  for (const [clients, goal] of [
    [1, 0.5],
    [32, 0.9],
    [50, undefined],
  ] as const) {
    const lines = bodies(articles, sourceIds, shortBody)
    const inserts = { work: 'inserts' as const, bodyBytes: shortBody, batch: clients, seconds }
    const byHttp = async (asked: Server) => {
      const create = await creating(`${origin(asked)}/v1/articles`, lines, clients)
      await create(warmUpSeconds)
      return () =>
        withCpu(asked, async () => {
          const { rate } = await create(seconds)
          return { rate, count: rate * seconds }
        })
    }
    const [ours = [], base = [], least = []] = await interleaved(
      [await byHttp(server), () => writer.ask(inserts), await byHttp(bare)],
      rounds,
    )
    const name = clients === 1 ? 'create, one client' : `create, ${clients} clients`
    yield { name, ours, base, of: `better-sqlite3, ${clients} a transaction`, ...atLeast(goal) }
    yield { name, ours, base: least, of: 'the same behind bare Fastify' }
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
  server: Server,
  writer: Writer,
  sourceIds: string[],
  { articles, seconds, rounds }: Options,
): AsyncGenerator<Result> {
  const lines = bodies(articles, sourceIds, corpusBody)
  const count = importedASecond * seconds
  // An import prepares articles in a thread of its own. The loop has one thread wherever it runs.
  unpin(server)
  unpin(writer)
  const byHttp = () =>
    withCpu(server, async () => ({ ...(await importByHttp(server, freshLines(lines, count), count)), count }))
  const [overHttp = [], called = [], base = []] = await interleaved(
    [
      byHttp,
      () => writer.ask({ work: 'import', bodyBytes: corpusBody, articles: count }),
      () => writer.ask({ work: 'inserts', bodyBytes: corpusBody, batch: importBatch, seconds }),
    ],
    rounds,
  )
  const against = {
    base,
    of: `better-sqlite3, ${importBatch} a transaction`,
    goal: { atLeast: 0.5 },
    threaded: true as const,
  }
  yield { name: 'import of NDJSON over HTTP', ours: overHttp, ...against }
  yield { name: 'import of NDJSON, operation', ours: called, ...against }
}

async function importByHttp(server: Server, body: string, count: number): Promise<Measure> {
  const headers = { authorization, 'content-type': 'application/x-ndjson' }
  const begun = performance.now()
  const answer = await fetch(`${origin(server)}/v1/articles/import`, { method: 'POST', headers, body })
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
