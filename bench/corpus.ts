import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { importArticles } from '../src/articles/import.ts'
import type { Database } from '../src/database/database.ts'
import { migrate, schemaVersions } from '../src/database/migrate.ts'
import { openDatabase } from '../src/database/open.ts'
import { sql } from '../src/database/sql.ts'
import { isIndexed } from '../src/search/reindex.ts'
import { relateNext } from '../src/stories/relating/linker.ts'
import { signalsVersion } from '../src/stories/signals/signals.ts'
import { findProgress } from '../src/stories/signals/store.ts'
import { termsVersion } from '../src/text-index/terms.ts'
import { authorization, benchApp } from './app.ts'
import { articleAt, sourceCount, sourceLanguage, tagCount, tagParent, tagSlug } from './articles.ts'
import { copyArticles } from './copies.ts'
import { wordyArticleAt } from './wordy.ts'

export const directory = new URL('../data/bench/', import.meta.url).pathname

/** Raised whenever other articles, or other rows for the same articles, would be made than before. */
const corpusVersion = 1
const recipe = `${corpusVersion} ${termsVersion} ${signalsVersion}`

/** The product imports and relates so many; a larger corpus is so many copies of them. */
const coreArticles = 10_000

/** What is known of a file: by which recipe it was made, and what it last took to bring its schema up to date. */
export type Made = {
  recipe: string
  migrated?: { from: number; to: number; seconds: number }
}

/**
 * The file of the corpus with so many articles, with stories, duplicates and signals: made the first time, and kept. Where only the
 * schema is a later one by now, the product brings it up to date as it would bring any newsroom.
 */
export async function corpusFile(articles: number): Promise<string> {
  if (articles % coreArticles !== 0) throw new Error(`There are multiples of ${coreArticles} articles only.`)
  const core = await kept('core', (part) => withDatabase(part, makeCore))
  return kept(String(articles), async (part) => {
    const progress = progressFrom(`corpus of ${articles.toLocaleString('en')}: copying articles`, articles)
    await copyArticles(core, part, articles / coreArticles, progress)
    await withDatabase(part, async (database) => {
      await addRare(database, articles)
      await relate(database, rareArticles)
    })
  })
}

export async function madeOf(articles: number): Promise<Made> {
  return JSON.parse(await readFile(`${directory}${articles}.db.json`, 'utf8'))
}

async function kept(name: string, make: (part: string) => Promise<void>): Promise<string> {
  await mkdir(directory, { recursive: true })
  const file = `${directory}${name}.db`
  const known: Partial<Made> = JSON.parse(await readFile(`${file}.json`, 'utf8').catch(() => '{}'))
  if (known.recipe === recipe) {
    const migrated = await withDatabase(file, migrateMeasuring)
    if (migrated) await writeFile(`${file}.json`, JSON.stringify({ ...known, migrated }))
    return file
  }
  const part = `${file}.part`
  await removeDatabase(part)
  await make(part)
  await removeDatabase(file)
  await rename(part, file)
  await writeFile(`${file}.json`, JSON.stringify({ recipe } satisfies Made))
  return file
}

async function migrateMeasuring(database: Database): Promise<Made['migrated']> {
  const { present: from, known: to } = await schemaVersions(database)
  if (from === to) return undefined
  const begun = performance.now()
  await migrate(database, (name) => console.error(`corpus: applied ${name}`))
  return { from, to, seconds: (performance.now() - begun) / 1000 }
}

export async function withDatabase<T>(file: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase(`file:${file}`)
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

async function makeCore(database: Database): Promise<void> {
  await makeEmpty(database)
  await importCorpus(database, coreArticles)
  await relate(database, coreArticles)
}

/** A newsroom without relations. */
export async function fill(database: Database, articles: number): Promise<void> {
  await makeEmpty(database)
  await importCorpus(database, articles)
  await addRare(database, articles)
}

/** As the first start does, which notes by what terms articles are indexed from now on. */
async function makeEmpty(database: Database): Promise<void> {
  await migrate(database)
  await isIndexed(database)
}

async function importCorpus(database: Database, articles: number): Promise<void> {
  await addSourcesAndTags(database)
  await importWordy(database, { total: articles, from: 0, count: articles })
}

/** Articles of these numbers by the product's own import, showing how far it is; none may be refused. */
export async function importWordy(
  database: Database,
  { total, from, count }: { total: number; from: number; count: number },
): Promise<void> {
  const progress = progressFrom('corpus: importing articles', count)
  const options = { total, sourceIds: await sourceIdsOf(database) }
  async function* lines() {
    for (let number = from; number < from + count; number++)
      yield Buffer.from(`${JSON.stringify(wordyArticleAt(number, options))}\n`)
  }
  let done = 0
  for await (const results of importArticles(database, lines())) {
    const refused = results.find((result) => result.status !== 'created')
    if (refused) throw new Error(`The corpus was not taken: ${JSON.stringify(refused)}`)
    done += results.length
    progress(done)
  }
}

/** Relates what is not related yet, by the product's own code. */
async function relate(database: Database, articles: number): Promise<void> {
  const progress = progressFrom('corpus: relating articles', articles)
  const related = async () => (await findProgress(database)).articles
  const before = await related()
  while (await relateNext(database)) progress(Math.min((await related()) - before, articles))
}

/** What few articles are about, whatever the size of the newsroom. */
export const rareWord = 'zeppelin'
const rareArticles = 30

/** A few articles of a rare word, over the whole time of the others. */
async function addRare(database: Database, articles: number): Promise<void> {
  const options = { total: articles, sourceIds: await sourceIdsOf(database) }
  async function* rare() {
    for (let index = 0; index < rareArticles; index++) {
      const number = Math.floor((index * articles) / rareArticles)
      const article = wordyArticleAt(articles + index, options)
      const { publishedAt } = articleAt(number, options)
      const own = { publishedAt, title: `${rareWord} ${article.title}` }
      yield Buffer.from(`${JSON.stringify({ ...article, ...own })}\n`)
    }
  }
  await Array.fromAsync(importArticles(database, rare()))
}

/** Through the API. */
async function addSourcesAndTags(database: Database): Promise<void> {
  const app = await benchApp(database, false)
  async function post(url: string, payload: object) {
    const answer = await app.inject({ method: 'POST', url, headers: { authorization }, payload })
    if (answer.statusCode !== 201) throw new Error(`POST ${url}: ${answer.body}`)
  }
  for (let index = 0; index < sourceCount; index++) {
    const homeUrl = `https://source-${index}.example/`
    await post('/v1/sources', { name: `Source ${index}`, homeUrl, language: sourceLanguage(index) })
  }
  for (let index = 0; index < tagCount; index++) {
    await post('/v1/tags', { slug: tagSlug(index), name: `Topic ${index + 1}`, parent: tagParent(index) })
  }
  await app.close()
}

/** In the order in which they were made: the first has the most articles. */
export async function sourceIdsOf(database: Database): Promise<string[]> {
  const rows = await database.all<{ id: string }>(sql`select id from source order by id`)
  return rows.map((row) => row.id)
}

/** Says how far it is, on a terminal all the time and else at each tenth. */
function progressFrom(what: string, total: number) {
  const started = performance.now()
  let shown = 0
  return (done: number) => {
    const tenth = Math.floor((10 * done) / total)
    const rate = Math.round((done / (performance.now() - started)) * 1000)
    const line = `${what}, ${done.toLocaleString('en')} of ${total.toLocaleString('en')}, ${rate.toLocaleString('en')} a second`
    if (process.stderr.isTTY) process.stderr.write(`\r${line}${done >= total ? '\n' : ' '}`)
    else if (tenth > shown) process.stderr.write(`${line}\n`)
    shown = tenth
  }
}

export async function removeDatabase(file: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
}
