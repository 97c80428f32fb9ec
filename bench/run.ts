import os from 'node:os'
import { parseArgs } from 'node:util'
import { contractRows } from './contract.ts'
import { corpusFile, madeOf } from './corpus.ts'
import { growthRows } from './growth.ts'
import { mixedRows } from './mixing.ts'
import { peerRows } from './peers.ts'
import { postgresRows } from './postgres.ts'
import { pinThisProcess } from './processes.ts'
import { readingRows } from './reading.ts'
import { relatingRows } from './relating.ts'
import { conditions, type Finding, printHeading, printRow, type Result, type Section } from './report.ts'
import { resultsFile } from './results.ts'
import { startRows } from './starting.ts'
import { writingRows } from './writing.ts'

const reads = 'newest article related stories tag tags deep feed 304 search facets suggest changes'.split(' ')
const writes = ['create', 'import']
const shortRows = [...reads, 'contract', ...writes, 'start']
const fullRows = [...shortRows, 'growth', 'mixed', 'loop', 'memory', 'relations', 'postgres', 'peers']

const help = `npm run bench -- [options]
npm run bench:full -- [options]

Measures the product beside the least that could do the same work, in turn, and prints the ratios. The short form takes about five
minutes and prints only; the full form takes half an hour and writes bench/RESULTS.md and bench/results.svg, section by section.
The first run makes each newsroom that it needs, which takes minutes for 10,000 articles and half an hour and 18 GB for 1,000,000; they are
kept in data/bench.

  --full            all rows, as npm run bench:full
  --articles <n,…>  sizes of the newsroom for the rows beside bare Fastify (10000; 100000 in full)
  --growth <n,…>    sizes for what grows; the largest is the one under mixed load (10000,100000,1000000)
  --rows <row,…>    some of ${fullRows.join(', ')}
  --write           puts what --rows measures into bench/RESULTS.md, in place of what is there
  --seconds <n>     how long each measurement takes (1)
  --rounds <n>      how often each is taken (2; 5 in full)
  --minutes <n>     how long memory is watched (3; an hour says more)
  --help            shows this

With BENCH_POSTGRES_URL set to a PostgreSQL database of its own, which is filled, there are rows for that engine too. Peers are
installed into data/bench/peers when they are first measured. wrk is used where it is installed, else autocannon; taskset keeps
servers and clients apart where it is installed.`

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    articles: { type: 'string' },
    growth: { type: 'string', default: '10000,100000,1000000' },
    rows: { type: 'string' },
    write: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string' },
    minutes: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else await run()

async function run() {
  const { full } = values
  const rows = values.rows?.split(',') ?? (full ? fullRows : shortRows)
  const unknown = rows.find((row) => !fullRows.includes(row))
  if (unknown) throw new Error(`There is no row ${unknown}; there are ${fullRows.join(', ')}.`)
  const common = {
    seconds: wholeNumber(values.seconds),
    rounds: wholeNumber(values.rounds ?? (full ? '5' : '2')),
    minutes: wholeNumber(values.minutes),
    rows,
  }
  const sizes = numbers(values.articles ?? (full ? '100000' : '10000'))
  const growing = full || values.rows ? numbers(values.growth) : sizes
  const facts = conditions(common)
  console.log(facts.join('\n'))
  pinThisProcess()
  const write =
    values.write || (full && !values.rows) ? resultsFile(facts, { anew: !values.rows }) : undefined
  const needs = (...some: string[]) => some.some((row) => rows.includes(row))
  for (const articles of needs(...reads, ...writes, 'contract') ? sizes : [])
    await section(`${count(articles)} articles`, sizeRows(articles), [])
  if (needs('growth')) {
    const files = await corpora(growing)
    await section(
      'Growth, without the cache, one client, by the time taken',
      growthRows(files, { ...common, articles: 0 }),
    )
  }
  if (needs('start'))
    await section(
      'Start and memory',
      startRows(await corpora(growing), common.rounds),
      await migrations(growing),
    )
  if (needs('mixed', 'loop', 'memory')) {
    const articles = Math.max(...growing)
    await section(
      `Mixed load, ${count(articles)} articles`,
      mixedRows(await corpusFile(articles), { ...common, articles }),
    )
  }
  if (needs('relations')) await section('Relations', relatingRows(await corpora(growing)))
  const url = process.env.BENCH_POSTGRES_URL
  if (url && needs('postgres')) {
    const articles = Math.min(...growing)
    await section(
      `PostgreSQL, ${count(articles)} articles, one client, time taken`,
      postgresRows(url, { ...common, articles }),
    )
  }
  if (needs('peers')) await section('Peers, cache off', peerRows(common))

  async function* sizeRows(articles: number) {
    const file = await corpusFile(articles)
    const options = { ...common, articles }
    if (needs(...reads)) yield* readingRows(file, options)
    if (needs('contract')) yield* contractRows(file, options)
    if (needs(...writes)) yield* writingRows(file, options)
  }

  async function section(title: string, rows: AsyncIterable<Result | Finding>, notes: string[] = []) {
    const shown: Section = {
      title,
      results: [],
      findings: [],
      notes,
      at: new Date().toISOString().slice(0, 16).replace('T', ' '),
      load: os.loadavg()[0] ?? 0,
    }
    printHeading(title)
    for await (const row of rows) {
      printRow(row)
      if ('ours' in row) shown.results.push(row)
      else shown.findings.push(row)
      await write?.(shown)
    }
    for (const note of notes) console.log(note)
  }
}

async function corpora(sizes: number[]): Promise<Map<number, string>> {
  const files = new Map<number, string>()
  for (const articles of sizes) files.set(articles, await corpusFile(articles))
  return files
}

/** What the last migrations took of the files that were kept when the schema changed. */
async function migrations(sizes: number[]): Promise<string[]> {
  const made = await Promise.all(sizes.map(async (articles) => ({ articles, ...(await madeOf(articles)) })))
  return made.flatMap(({ articles, migrated }) =>
    migrated
      ? `The schema of ${count(articles)} articles was brought from version ${migrated.from} to ${migrated.to} in ${migrated.seconds.toFixed(1)} s.`
      : [],
  )
}

function count(value: number): string {
  return value.toLocaleString('en')
}

function numbers(text: string): number[] {
  return text.split(',').map(wholeNumber)
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`Expected a whole number above 0, not ${text}.`)
  return value
}
