import { hash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { Database } from '../src/database/database.ts'
import { migrate } from '../src/database/migrate.ts'
import { openDatabase } from '../src/database/open.ts'
import { sql } from '../src/database/sql.ts'
import { countBehind, relateNext } from '../src/stories/relating/linker.ts'
import { addSourcesAndTags, directory, importAll, progressFrom, recipeHash, sourceIdsOf } from './corpus.ts'
import { start } from './processes.ts'
import { origin } from './reading.ts'
import type { Finding } from './report.ts'
import { wordyArticleAt } from './wordy.ts'

/** What the relations of a corpus depend on, beside the corpus. */
const ingredients = ['../src/similarity/', '../src/stories/signals/']
/** So many of the last articles are measured: those before have made the newsroom as large as it is. */
const measuredArticles = 2000
const listsMeasured = 500
const slowTwentieth = 0.95

type Related = { file: string; cpuMs: number }

/** What it costs to relate an article in a newsroom of this size, and to answer what it is related to without any cache. */
export async function* relatingRows(articles: number): AsyncGenerator<Finding> {
  const { file, cpuMs } = await relatedFile(articles)
  yield { name: 'CPU to relate an article', value: cpuMs, unit: 'ms', goal: 4 }
  const database = openDatabase(`file:${file}`)
  const ids = await someArticles(database)
  await database.close()
  const server = await start('server.ts', [`file:${file}`, 'off'])
  try {
    const times = await timesOf(ids.map((id) => `${origin(server)}/v1/articles/${id}/related`))
    const [middle, slow] = [0.5, slowTwentieth].map(
      (part) => times[Math.floor(part * times.length)] as number,
    )
    yield { name: 'related links of an article, uncached, median', value: middle as number, unit: 'ms' }
    yield { name: 'related links of an article, uncached, p95', value: slow as number, unit: 'ms', goal: 30 }
  } finally {
    await server.stop()
  }
}

/** A newsroom with its relations: made the first time, measuring what the last articles take, and kept. */
async function relatedFile(articles: number): Promise<Related> {
  const file = `${directory}${articles}-related.db`
  const recipe = await relatedRecipe()
  const known = JSON.parse(await readFile(`${file}.json`, 'utf8').catch(() => '{}'))
  if (known.recipe === recipe) return { file, cpuMs: known.cpuMs }
  const part = `${file}.part`
  for (const suffix of ['', '-wal', '-shm']) await rm(part + suffix, { force: true })
  await mkdir(directory, { recursive: true })
  const database = openDatabase(`file:${part}`)
  await fillWordy(database, articles)
  const cpuMs = await relateMeasuring(database, articles)
  await database.close()
  await rename(part, file)
  await writeFile(`${file}.json`, JSON.stringify({ recipe, cpuMs }))
  return { file, cpuMs }
}

async function fillWordy(database: Database, articles: number): Promise<void> {
  await migrate(database)
  await addSourcesAndTags(database)
  const options = { total: articles, sourceIds: await sourceIdsOf(database) }
  async function* lines() {
    for (let number = 0; number < articles; number++)
      yield Buffer.from(`${JSON.stringify(wordyArticleAt(number, options))}\n`)
  }
  await importAll(database, lines(), articles)
}

async function relateMeasuring(database: Database, articles: number): Promise<number> {
  const progress = progressFrom(performance.now(), articles)
  const related = async () =>
    (await database.one<{ articles: number }>(sql`select articles from relation_progress`))?.articles ?? 0
  while (await relateNext(database)) {
    const done = await related()
    progress(Math.min(done, articles))
    if (done >= articles - measuredArticles) break
  }
  const before = await related()
  const usage = process.cpuUsage()
  // What is weighed anew once the log is through is no article of these.
  while ((await countBehind(database, 1)) > 0) await relateNext(database)
  const { user, system } = process.cpuUsage(usage)
  return (user + system) / 1000 / ((await related()) - before)
}

async function relatedRecipe(): Promise<string> {
  const texts = [await recipeHash()]
  for (const folder of ingredients) {
    const path = new URL(folder, import.meta.url)
    const files = (await readdir(path)).filter((name) => name.endsWith('.ts')).sort()
    for (const name of files) texts.push(await readFile(new URL(name, path), 'utf8'))
  }
  return hash('sha256', texts.join('\0'))
}

/** Evenly from the first to the last. */
async function someArticles(database: Database): Promise<string[]> {
  const rows = await database.all<{ id: string }>(sql`
    select id from article where state = 'published' order by published_at, id`)
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
