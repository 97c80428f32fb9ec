import { constants, copyFile, open, rm } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { Pool } from 'undici'
import { authorization } from './app.ts'
import { type Asked, addresses } from './asked.ts'
import { directory, removeDatabase } from './corpus.ts'
import { interleaved } from './load.ts'
import { start } from './processes.ts'
import { type Options, origin, type Server, type Told } from './reading.ts'
import { type Finding, median, partOf, type Result } from './report.ts'
import { wordyArticleAt } from './wordy.ts'
import { readSourceIds } from './writing.ts'

const clients = 32
const createEvery = 20
const delayGoals = { p99: 20, max: 50 }
const delaySeconds = 20
/** About what an article adds to the log, with the signals that it is compared by. */
const syncedBytes = 1024 * 1024
const syncPauseMs = 100
const refusedPauseMs = 200
const samplesAMinute = 6
/** Behind the first third, in which caches fill, memory is flat where the last third has no more than this above the second. */
const flatPercent = 10

/** How often each row is asked for, of what is not created: a front end's pages most, searches and feeds now and then. */
const shares: Record<string, number> = {
  newest: 5,
  article: 5,
  tag: 3,
  stories: 1,
  related: 2,
  search: 1,
  feed: 1,
  suggest: 1,
}

/** The product with all that it does behind its answers, relating what comes in, under reads of which every twentieth is a create. */
export async function* mixedRows(
  corpus: string,
  options: Options & { minutes: number },
): AsyncGenerator<Result | Finding> {
  const file = `${directory}mixing.db`
  await removeDatabase(file)
  await copyFile(corpus, file, constants.COPYFILE_FICLONE)
  const server: Server = await start('server.ts', [`file:${file}`, 'on', 'relating'])
  const asked = await addresses(origin(server))
  const bare: Server = await start('bare.ts', [origin(server), ...asked.map(({ path }) => path)])
  const create = newArticles(options.articles, await readSourceIds(file))
  const mix = (target: Server, seconds: number) => mixed(origin(target), { asked, create, seconds })
  try {
    await mix(server, 1)
    if (options.rows.includes('mixed')) yield await besideBare(mix, server, bare, options)
    if (options.rows.includes('loop')) yield* delays(mix, server)
    if (options.rows.includes('memory')) yield* memory(mix, server, options.minutes)
  } finally {
    for (const child of [server, bare]) await child.stop()
    await removeDatabase(file)
  }
}

/** One after another, as JSON: each has a text of its own, since a hundred of the same would be related to each other. */
function newArticles(total: number, sourceIds: string[]): () => string {
  const start = Date.now()
  let number = total
  return () => {
    number++
    const article = wordyArticleAt(number, { total, sourceIds, key: `${start}-${number}` })
    return JSON.stringify({ ...article, publishedAt: new Date().toISOString() })
  }
}

/** Answers a second, and the share of requests that were refused since there were too many. */
type Mixed = { rate: number; refused: number }
type Mix = (target: Server, seconds: number) => Promise<Mixed>

async function besideBare(mix: Mix, server: Server, bare: Server, options: Options): Promise<Result> {
  const [ours = [], base = []] = await interleaved(
    [server, bare].map((target) => () => mix(target, options.seconds)),
    options.rounds,
  )
  return { name: 'mixed, 95 reads to 5 creates', ours, base, of: 'bare, as many bytes' }
}

async function* delays(mix: Mix, server: Server): AsyncGenerator<Finding> {
  await server.ask('delay')
  const [{ refused }, syncs] = await Promise.all([mix(server, delaySeconds), syncTimes(delaySeconds)])
  const { p99, max } = (await server.ask('delay')) as Told['delay']
  const unit = 'ms'
  yield { name: 'delay of the event loop under the mixed load, p99', value: p99, unit, goal: delayGoals.p99 }
  yield { name: 'delay of the event loop under the mixed load, max', value: max, unit, goal: delayGoals.max }
  const file = `a write of ${syncedBytes / 1024} kB and its sync to a file beside it meanwhile`
  yield { name: `${file}, median`, value: median(syncs), unit }
  yield { name: `${file}, p99`, value: partOf(syncs, 0.99), unit }
  yield { name: `${file}, max`, value: syncs.at(-1) as number, unit }
  yield { name: 'requests refused meanwhile, since there were too many', value: 100 * refused, unit: '%' }
}

/** What the disk alone makes each commit wait for, in milliseconds, the shortest first. It gives the disk a little more to do itself. */
async function syncTimes(seconds: number): Promise<number[]> {
  const path = `${directory}synced`
  const file = await open(path, 'w')
  const times: number[] = []
  try {
    for (const end = performance.now() + 1000 * seconds; performance.now() < end; ) {
      const begun = performance.now()
      await file.write(Buffer.alloc(syncedBytes, times.length))
      await file.datasync()
      times.push(performance.now() - begun)
      await setTimeout(syncPauseMs)
    }
  } finally {
    await file.close()
    await rm(path)
  }
  return times.sort((a, b) => a - b)
}

async function* memory(mix: Mix, server: Server, minutes: number): AsyncGenerator<Finding> {
  const samples: number[] = []
  for (let count = 0; count < minutes * samplesAMinute; count++) {
    await mix(server, 60 / samplesAMinute)
    samples.push(((await server.ask('memory')) as number) / 2 ** 20)
    if (count % samplesAMinute === 0)
      console.error(
        `memory: minute ${count / samplesAMinute + 1} of ${minutes}, ${Math.round(samples.at(-1) as number)} MB`,
      )
  }
  const third = Math.floor(samples.length / 3)
  const [second, last] = [samples.slice(third, -third), samples.slice(-third)].map(median) as [number, number]
  const name = `memory under ${minutes} minutes of mixed load`
  yield { name: `${name}, at the end`, value: last, unit: 'MB' }
  yield {
    name: `${name}, slope behind the first third`,
    value: 60 * samplesAMinute * slopeOf(samples.slice(third)),
    unit: 'MB an hour',
  }
  yield {
    name: `${name}, last third above the second`,
    value: 100 * (last / second - 1),
    unit: '%',
    goal: flatPercent,
  }
}

/** Of the line through the samples that misses them least, from one to the next. */
function slopeOf(samples: number[]): number {
  const middle = (samples.length - 1) / 2
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length
  let [up, across] = [0, 0]
  for (const [index, sample] of samples.entries()) {
    up += (index - middle) * (sample - mean)
    across += (index - middle) ** 2
  }
  return up / across
}

/**
 * Each client waits for an answer before it asks again. A server that has too much to do says so, and is then left alone for a while:
 * that is no answer. Any other that is no success ends the run.
 */
async function mixed(
  base: string,
  { asked, create, seconds }: { asked: Asked[]; create: () => string; seconds: number },
): Promise<Mixed> {
  const paths = asked.flatMap(({ row, path }, index) =>
    asked.findIndex((other) => other.row === row) === index
      ? Array.from({ length: shares[row] ?? 0 }, () => path)
      : [],
  )
  const pool = new Pool(base, { connections: clients })
  const headers = { authorization, 'content-type': 'application/json' }
  const begun = performance.now()
  const end = begun + seconds * 1000
  let [count, asks, refused] = [0, 0, 0]
  async function client() {
    while (performance.now() < end) {
      const number = asks++
      count++
      const path = paths[number % paths.length] as string
      const isCreate = number % createEvery === 0
      const answer = await (isCreate
        ? pool.request({ method: 'POST', path: '/v1/articles', headers, body: create() })
        : pool.request({ method: 'GET', path }))
      const text = await answer.body.text()
      if (answer.statusCode === 503) {
        refused++
        count--
        await setTimeout(refusedPauseMs)
      } else if (answer.statusCode >= 300)
        throw new Error(`${isCreate ? 'POST' : path}: ${answer.statusCode} ${text}`)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const rate = (count / (performance.now() - begun)) * 1000
  await pool.close()
  return { rate, refused: refused / asks }
}
