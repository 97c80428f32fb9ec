import { constants, copyFile } from 'node:fs/promises'
import type { Database } from '../src/database/database.ts'
import { sql } from '../src/database/sql.ts'
import { countBehind, relateNext } from '../src/stories/relating/linker.ts'
import { directory, importWordy, removeDatabase, withDatabase } from './corpus.ts'
import { origin, serverOn } from './reading.ts'
import { type Finding, partOf } from './report.ts'

const mostCopied = 100_000
/** Before it is measured, a process has read what a newsroom's articles have in common, as one that goes on for days. */
const warmingUp = 400
export const measuredArticles = 300
/** Behind the numbers of the few articles that each corpus has beside its own. */
const farBehind = 1000
export const listsMeasured = 300
const slowTwentieth = 0.95
export const [relateGoalMs, slowGoalMs] = [4, 30]

/** What it costs to relate an article in a newsroom of each size, and to answer what it is related to without any cache. */
export async function* relatingRows(files: Map<number, string>): AsyncGenerator<Finding> {
  const unit = 'ms'
  for (const [articles, file] of files) {
    const of = `${articles.toLocaleString('en')} articles`
    // The copy of a larger one takes longer than all else here.
    if (articles <= mostCopied)
      yield {
        name: `CPU to relate an article, ${of}`,
        value: await relateMs(file, articles),
        unit,
        goal: relateGoalMs,
      }
    const times = await relatedTimes(file)
    yield { name: `related links of any article, uncached, median, ${of}`, value: partOf(times, 0.5), unit }
    yield {
      name: `related links of any article, uncached, p95, ${of}`,
      value: slowOf(times),
      unit,
      goal: slowGoalMs,
    }
  }
}

/** What one of twenty takes longer than. */
export const slowOf = (times: number[]) => partOf(times, slowTwentieth)

/** The CPU time of an article, where some are related that came in behind all others. */
export async function relateMs(corpus: string, articles: number): Promise<number> {
  const file = `${directory}relating.db`
  await removeDatabase(file)
  await copyFile(corpus, file, constants.COPYFILE_FICLONE)
  try {
    return await withDatabase(file, async (database) => {
      await relateNew(database, { total: articles, from: articles + farBehind, count: warmingUp })
      const from = articles + farBehind + warmingUp
      return relateNew(database, { total: articles, from, count: measuredArticles })
    })
  } finally {
    await removeDatabase(file)
  }
}

async function relateNew(
  database: Database,
  articles: { total: number; from: number; count: number },
): Promise<number> {
  await importWordy(database, articles)
  const usage = process.cpuUsage()
  while ((await countBehind(database, 1)) > 0) await relateNext(database)
  const { user, system } = process.cpuUsage(usage)
  return (user + system) / 1000 / articles.count
}

/** Of the lists of some articles, in milliseconds, the quickest first. */
export async function relatedTimes(file: string): Promise<number[]> {
  const ids = await someArticles(file)
  const server = await serverOn(file, 'off')
  try {
    return await timesOf(ids.map((id) => `${origin(server)}/v1/articles/${id}/related`))
  } finally {
    await server.stop()
  }
}

/** Evenly over all, by their ids, which grow in the order in which they came. */
async function someArticles(file: string): Promise<string[]> {
  const rows = await withDatabase(file, (database) =>
    database.all<{ id: string }>(sql`select article_id as id from article_signal order by article_id`),
  )
  const step = rows.length / listsMeasured
  return Array.from(
    { length: listsMeasured },
    (_, index) => (rows[Math.floor(index * step)] as { id: string }).id,
  )
}

/** In milliseconds, one after another, the quickest first. */
async function timesOf(urls: string[]): Promise<number[]> {
  const times: number[] = []
  for (const url of urls) {
    const begun = performance.now()
    const answer = await fetch(url)
    await answer.text()
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
    times.push(performance.now() - begun)
  }
  return times.sort((a, b) => a - b)
}
