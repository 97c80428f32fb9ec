// The time of an article by its parts, in the product and in the loop that writes the same rows: node bench/costs.ts [create] [import].
// Statements and commits are measured where they run, a commit with its wait for the disk; what is made of an article beforehand is measured
// apart, where it is quicker than among all else. By the clock, since the CPU time of a thread is only brought up to date when it waits.
import { constants, copyFile } from 'node:fs/promises'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import { NewArticle } from '../src/articles/article.ts'
import { contentOf } from '../src/articles/content.ts'
import { importArticles } from '../src/articles/import.ts'
import { openDatabase } from '../src/database/open.ts'
import { newId } from '../src/shared/ids.ts'
import { indexedTerms, toColumns } from '../src/text-index/indexed.ts'
import { helpIfAsked } from '../tests/support/help.ts'
import { benchApp } from './app.ts'
import { sourceCount } from './articles.ts'
import { corpusFile, directory, removeDatabase, sourceIdsOf, withDatabase } from './corpus.ts'
import { insertLoop } from './sqlite-loop.ts'
import { bodies, chunksOf, freshLines, templatesOf } from './templates.ts'
import { corpusBody, creating, importBatch, shortBody } from './writing.ts'

const corpusArticles = 10_000
const seconds = 5
/** Until the code is compiled. */
const warmUpSeconds = 5
const importedArticles = 3000

type Costs = Map<string, number>

let costs: Costs = new Map()

function timed<Answer>(name: string, work: () => Answer): Answer {
  const begun = performance.now()
  try {
    return work()
  } finally {
    costs.set(name, (costs.get(name) ?? 0) + (performance.now() - begun) * 1000)
  }
}

type Method = (this: { source: string }, ...given: unknown[]) => unknown

/** From here on, each statement of this process is counted under what it does. */
function watchStatements() {
  const memory = new Sqlite(':memory:')
  const statement = Object.getPrototypeOf(memory.prepare('select 1')) as Record<string, Method>
  for (const name of ['run', 'get', 'all']) {
    const own = statement[name] as Method
    statement[name] = function (...given) {
      return timed(nameOf(this.source), () => own.apply(this, given))
    }
  }
  const connection = Sqlite.prototype as unknown as Record<string, Method>
  const exec = connection.exec as Method
  connection.exec = function (...given) {
    return timed(given[0] === 'commit' ? 'commit' : 'other statements', () => exec.apply(this, given))
  }
  memory.close()
}

function nameOf(text: string): string {
  const [, verb, table] = /^\s*(insert into|update|delete from)\s+(\w+)/.exec(text) ?? []
  return verb ? `${verb} ${table}` : 'reads'
}

/** What an article costs, by parts, and in all where `work` answers how many it wrote in a second. */
async function costsOf(work: () => Promise<{ articles: number; rate?: number }>): Promise<Costs> {
  costs = new Map()
  const { rate, articles } = await work()
  const each = new Map([...costs].map(([name, us]) => [name, us / articles]))
  return rate === undefined ? each : each.set('all', 1e6 / rate)
}

/** What is made of each article before it is written. */
async function preparationOf(lines: string[]): Promise<Costs> {
  const check = z.compile(NewArticle)
  const prepare = () => {
    const values = timed('parsing', () => lines.map((line) => JSON.parse(line) as unknown))
    const inputs = timed('validation', () => values.map((value) => check.parse(value)))
    const contents = timed('sanitising, text', () => inputs.map(({ body, url }) => contentOf(body, url)))
    timed('terms', () => {
      for (const [index, { title, summary }] of inputs.entries()) {
        const body = contents[index]?.text ?? ''
        toColumns(indexedTerms({ title, summary: summary ?? '', body }))
      }
    })
    return { articles: lines.length }
  }
  // The first time, the code is not compiled yet.
  prepare()
  return costsOf(async () => prepare())
}

async function onCopy(work: (url: string) => Promise<Costs>): Promise<Costs> {
  const file = `${directory}costs.db`
  await removeDatabase(file)
  await copyFile(await corpusFile(corpusArticles), file, constants.COPYFILE_FICLONE)
  try {
    return await work(`file:${file}`)
  } finally {
    await removeDatabase(file)
  }
}

const linesOf = async (url: string, bodyBytes: number) =>
  withDatabase(url.slice('file:'.length), async (database) =>
    bodies(corpusArticles, await sourceIdsOf(database), bodyBytes),
  )

function createCosts(clients: number): Promise<Costs> {
  return onCopy(async (url) => {
    const lines = await linesOf(url, shortBody)
    const database = openDatabase(url)
    const app = await benchApp(database, true)
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    try {
      const create = await creating(`${address}/v1/articles`, lines, clients)
      await create(warmUpSeconds)
      return await costsOf(async () => {
        const { rate } = await create(seconds)
        return { rate, articles: rate * seconds }
      })
    } finally {
      await app.close()
      await database.close()
    }
  })
}

function importCosts(): Promise<Costs> {
  return onCopy(async (url) => {
    const lines = await linesOf(url, corpusBody)
    return withDatabase(url.slice('file:'.length), async (database) => {
      const write = async (articles: number) => {
        const bytes = chunksOf(freshLines(lines, articles))
        const begun = performance.now()
        await Array.fromAsync(importArticles(database, bytes))
        return { rate: (articles / (performance.now() - begun)) * 1000, articles }
      }
      await write(importedArticles)
      return costsOf(() => write(importedArticles))
    })
  })
}

function loopCosts(batch: number, bodyBytes: number): Promise<Costs> {
  return onCopy(async (url) => {
    const file = url.slice('file:'.length)
    const templates = await withDatabase(file, (database) => templatesOf(database, corpusArticles, bodyBytes))
    return costsOf(async () => {
      const { rate } = insertLoop(file, templates, batch, seconds)
      return { rate, articles: rate * seconds }
    })
  })
}

function print(name: string, { ours, loop, before }: { ours: Costs; loop: Costs; before: Costs }) {
  const parts = new Map(before)
  for (const [part, us] of ours) if (part !== 'all') parts.set(part, us)
  const known = [...parts.values()].reduce((sum, us) => sum + us, 0)
  parts.set('all else', (ours.get('all') ?? 0) - known)
  console.log(`\n| ${name}: µs an article | ours | the loop |\n| --- | --- | --- |`)
  const show = (part: string, us: number) =>
    console.log(`| ${part} | ${Math.round(us)} | ${Math.round(loop.get(part) ?? 0) || ''} |`)
  for (const [part, us] of [...parts].sort(([, a], [, b]) => b - a)) if (us >= 1) show(part, us)
  show('all', ours.get('all') ?? 0)
}

async function run(rows: string[]) {
  watchStatements()
  const sourceIds = Array.from({ length: sourceCount }, newId)
  const before = (bodyBytes: number) => {
    const lines = freshLines(bodies(corpusArticles, sourceIds, bodyBytes), importedArticles)
    return preparationOf(lines.trim().split('\n'))
  }
  if (rows.includes('create'))
    for (const clients of [1, 32])
      print(`create, ${clients} client${clients > 1 ? 's' : ''}`, {
        ours: await createCosts(clients),
        loop: await loopCosts(clients, shortBody),
        before: await before(shortBody),
      })
  if (rows.includes('import'))
    print('import of NDJSON', {
      ours: await importCosts(),
      loop: await loopCosts(importBatch, corpusBody),
      before: await before(corpusBody),
    })
}

helpIfAsked(`node bench/costs.ts [create] [import]

Measures what an article costs by its parts, beside the loop that writes the same rows, and prints a table for each: two minutes for all.`)
const parts = ['create', 'import']
const named = process.argv.slice(2)
const unknown = named.find((name) => !parts.includes(name))
if (unknown) throw new Error(`There is no part ${unknown}, only ${parts.join(', ')}.`)
await run(named.length > 0 ? named : parts)
