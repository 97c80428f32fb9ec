// Writes without HTTP, on the servers' core: node bench/writer.ts <database url> <articles in the corpus>
import { importArticles } from '../src/articles/import.ts'
import { openDatabase } from '../src/database/open.ts'
import { sourceIdsOf } from './corpus.ts'
import { postgresLoop, roundTrips } from './postgres-loop.ts'
import { ready } from './processes.ts'
import type { Measure } from './report.ts'
import { insertLoop } from './sqlite-loop.ts'
import { bodies, chunksOf, freshLines, type Template, templatesOf } from './templates.ts'

export type Work =
  /** The same inserts by the bare driver, in transactions of `batch`. */
  | { work: 'inserts'; bodyBytes: number; batch: number; seconds: number }
  /** The product's import, called without HTTP. */
  | { work: 'import'; bodyBytes: number; articles: number }
  /** The statement of the list of newest articles by the bare driver. */
  | { work: 'list'; seconds: number }

const [url = '', total = ''] = process.argv.slice(2)
const database = openDatabase(url)
const templates = new Map<number, Template[]>()

async function templatesWith(bodyBytes: number): Promise<Template[]> {
  const known = templates.get(bodyBytes) ?? (await templatesOf(database, Number(total), bodyBytes))
  templates.set(bodyBytes, known)
  return known
}

async function measure(work: Work): Promise<Measure> {
  if (work.work === 'list') return { rate: await roundTrips(url, work.seconds) }
  if (work.work === 'import') return imported(work.bodyBytes, work.articles)
  const { bodyBytes, batch, seconds } = work
  const ready = await templatesWith(bodyBytes)
  if (url.startsWith('file:')) return insertLoop(url.replace(/^file:/, ''), ready, batch, seconds)
  return { rate: await postgresLoop(url, ready, batch, seconds) }
}

async function imported(bodyBytes: number, articles: number): Promise<Measure> {
  const text = freshLines(bodies(Number(total), await sourceIdsOf(database), bodyBytes), articles)
  const before = process.cpuUsage()
  const begun = performance.now()
  let created = 0
  for await (const results of importArticles(database, chunksOf(text))) {
    created += results.filter((result) => result.status === 'created').length
  }
  if (created !== articles) throw new Error(`${created} of ${articles} articles were imported.`)
  const { user, system } = process.cpuUsage(before)
  return { rate: (articles / (performance.now() - begun)) * 1000, cpuUs: (user + system) / articles }
}

process.on('message', async (work: Work) => process.send?.(await measure(work)))
ready(0, () => database.close())
