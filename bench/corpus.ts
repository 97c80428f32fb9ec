import { hash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { importArticles } from '../src/articles/import.ts'
import type { Database } from '../src/database/database.ts'
import { migrate } from '../src/database/migrate.ts'
import { openDatabase } from '../src/database/open.ts'
import { sql } from '../src/database/sql.ts'
import { authorization, benchApp } from './app.ts'
import { articleAt, sourceCount, sourceLanguage, tagCount, tagParent, tagSlug } from './articles.ts'
import { copyArticles } from './copies.ts'

export const directory = new URL('../data/bench/', import.meta.url).pathname

const terms = ['terms', 'words', 'folding', 'characters', 'simplified', 'indexed', 'vocabulary'].map(
  (name) => `../src/text-index/${name}.ts`,
)
/** What the contents of a corpus depend on. */
const ingredients = [
  'articles.ts',
  'corpus.ts',
  '../src/articles/cards.ts',
  ...terms,
  '../migrations/sqlite/',
]

/** An import of a million takes an hour: a larger corpus is so many copies of one of this size. */
const mostImported = 100_000

/** The file of the corpus with so many articles: made by the product's own import the first time, and kept. */
export async function corpusFile(articles: number): Promise<string> {
  if (articles > mostImported && articles % mostImported !== 0)
    throw new Error(`Above ${mostImported} articles there are multiples of that only.`)
  await mkdir(directory, { recursive: true })
  const file = `${directory}${articles}.db`
  const recipe = await recipeHash()
  const known = await readFile(`${file}.hash`, 'utf8').catch(() => '')
  if (known === recipe) return file
  for (const suffix of ['', '-wal', '-shm']) await rm(`${file}.part${suffix}`, { force: true })
  if (articles > mostImported) {
    const progress = progressFrom(performance.now(), articles)
    await copyArticles(await corpusFile(mostImported), `${file}.part`, articles / mostImported, progress)
  } else {
    const database = openDatabase(`file:${file}.part`)
    await fill(database, articles)
    await database.close()
  }
  await rename(`${file}.part`, file)
  await writeFile(`${file}.hash`, recipe)
  return file
}

/** Makes sources and tags through the API and articles through the import, showing how far it is. */
export async function fill(database: Database, articles: number): Promise<void> {
  await migrate(database)
  await addSourcesAndTags(database)
  await addRare(database, articles)
  const options = { total: articles, sourceIds: await sourceIdsOf(database) }
  await importAll(database, lines(articles, options), articles)
}

/** By the product's own import; none may be refused. */
export async function importAll(
  database: Database,
  lines: AsyncIterable<Buffer>,
  articles: number,
): Promise<void> {
  const progress = progressFrom(performance.now(), articles)
  let done = 0
  for await (const results of importArticles(database, lines)) {
    const refused = results.find((result) => result.status !== 'created')
    if (refused) throw new Error(`The corpus was not taken: ${JSON.stringify(refused)}`)
    done += results.length
    progress(done)
  }
}

/** What few articles are about, whatever the size of the newsroom. */
export const rareWord = 'zeppelin'
const rareArticles = 30

/** A few articles of a rare word, over the whole time of the others. */
export async function addRare(database: Database, articles: number): Promise<void> {
  const options = { total: articles, sourceIds: await sourceIdsOf(database) }
  async function* rare() {
    for (let index = 0; index < rareArticles; index++) {
      const number = Math.floor((index * articles) / rareArticles)
      const article = articleAt(number, { ...options, key: `rare-${index}` })
      yield Buffer.from(`${JSON.stringify({ ...article, title: `${rareWord} ${article.title}` })}\n`)
    }
  }
  await Array.fromAsync(importArticles(database, rare()))
}

export async function addSourcesAndTags(database: Database): Promise<void> {
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

async function* lines(articles: number, options: { total: number; sourceIds: string[] }) {
  for (let number = 0; number < articles; number++) {
    yield Buffer.from(`${JSON.stringify(articleAt(number, options))}\n`)
  }
}

export function progressFrom(started: number, total: number) {
  return (done: number) => {
    const rate = Math.round((done / (performance.now() - started)) * 1000)
    const line = `corpus: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} articles, ${rate.toLocaleString('en')} a second`
    if (process.stderr.isTTY) process.stderr.write(`\r${line}${done === total ? '\n' : ' '}`)
    else if (done % (total / 10) === 0) process.stderr.write(`${line}\n`)
  }
}

export async function recipeHash(): Promise<string> {
  const texts: string[] = []
  for (const name of ingredients) {
    const path = new URL(name, import.meta.url)
    const files = name.endsWith('/') ? (await readdir(path)).sort() : ['']
    for (const file of files) texts.push(await readFile(file ? new URL(file, path) : path, 'utf8'))
  }
  return hash('sha256', texts.join('\0'))
}
