import { parseArgs } from 'node:util'
import { corpusFile } from './corpus.ts'
import { postgresRows } from './postgres.ts'
import { pinThisProcess } from './processes.ts'
import { type Options, readingRows } from './reading.ts'
import { relatingRows } from './relating.ts'
import {
  conditions,
  type Finding,
  printFinding,
  printHeading,
  printRow,
  type Result,
  type Section,
  writeReport,
} from './report.ts'
import { growthRows, searchRows } from './searching.ts'
import { writingRows } from './writing.ts'

const allRows = 'newest article tag deep feed 304 search create import growth relations postgres'.split(' ')

const help = `npm run bench -- [options]

Measures the product beside the least that could do the same work, in turn, and prints the ratios.

  --articles <n,…>  sizes of the newsroom (10000,100000); each is made once and kept in data/bench
  --growth <n,…>    further sizes, for the growth of searches alone
  --rows <row,…>    some of ${allRows.join(', ')}; without it all, and bench/RESULTS.md is written
  --seconds <n>     how long each measurement takes (1)
  --rounds <n>      how often each is taken (5)
  --help            shows this

With BENCH_POSTGRES_URL set to a PostgreSQL database of its own, which is filled, there are rows for that engine too.
wrk is used where it is installed, else autocannon; taskset keeps servers and clients apart where it is installed.`

const { values } = parseArgs({
  options: {
    articles: { type: 'string', default: '10000,100000' },
    growth: { type: 'string' },
    rows: { type: 'string' },
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else await run()

async function run() {
  const rows = values.rows?.split(',') ?? allRows
  const unknown = rows.find((row) => !allRows.includes(row))
  if (unknown) throw new Error(`There is no row ${unknown}; there are ${allRows.join(', ')}.`)
  const common = { seconds: wholeNumber(values.seconds), rounds: wholeNumber(values.rounds), rows }
  const facts = conditions(common)
  console.log(facts.join('\n'))
  pinThisProcess()
  const sections: Section[] = []
  const files = new Map<number, string>()
  const needsCorpus = rows.some((row) => row !== 'relations')
  for (const articles of needsCorpus ? values.articles.split(',').map(wholeNumber) : []) {
    const options = { ...common, articles }
    const file = await corpusFile(articles)
    files.set(articles, file)
    sections.push(await shown(`${articles.toLocaleString('en')} articles`, both(file, options)))
  }
  if (rows.includes('growth')) {
    for (const size of values.growth?.split(',').map(wholeNumber) ?? [])
      files.set(size, await corpusFile(size))
  }
  if (rows.includes('growth') && files.size > 1) {
    const title = 'Growth of searches, without the cache, by the time taken'
    sections.push(await shown(title, growthRows(files, { ...common, articles: 0 })))
  }
  if (rows.includes('relations')) {
    const articles = Math.max(...values.articles.split(',').map(wholeNumber))
    sections.push(await found(`Relations, ${articles.toLocaleString('en')} articles`, relatingRows(articles)))
  }
  const url = process.env.BENCH_POSTGRES_URL
  if (url && rows.includes('postgres')) {
    const articles = wholeNumber(values.articles.split(',', 1)[0] as string)
    const title = `PostgreSQL, ${articles.toLocaleString('en')} articles, one client, time taken`
    sections.push(await shown(title, postgresRows(url, { ...common, articles })))
  }
  if (!values.rows) await writeReport(new URL('RESULTS.md', import.meta.url), sections, facts)
}

async function* both(file: string, options: Options): AsyncGenerator<Result> {
  yield* readingRows(file, options)
  if (options.rows.includes('search')) yield* searchRows(file, options)
  yield* writingRows(file, options)
}

async function shown(title: string, rows: AsyncIterable<Result>): Promise<Section> {
  printHeading(title)
  const results: Result[] = []
  for await (const result of rows) {
    printRow(result)
    results.push(result)
  }
  return { title, results }
}

async function found(title: string, rows: AsyncIterable<Finding>): Promise<Section> {
  console.log(`\n${title}`)
  const findings: Finding[] = []
  for await (const finding of rows) {
    printFinding(finding)
    findings.push(finding)
  }
  return { title, results: [], findings }
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`Expected a whole number above 0, not ${text}.`)
  return value
}
