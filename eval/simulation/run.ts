import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { migrate } from '../../src/database/migrate.ts'
import { openDatabase } from '../../src/database/open.ts'
import { startPostgres } from '../../tests/support/postgres.ts'
import { scratchFolder } from '../../tests/support/scratch.ts'
import { problemsOf } from './checks.ts'
import { type Figures, figuresOf } from './figures.ts'
import { savedFeeds } from './saved-feeds.ts'
import { type Simulation, simulate, simulatedClock } from './simulation.ts'

/** Outlets of so many items publish enough for their own rhythm to show. */
const lively = 10

const help = `npm run simulate -- [options]

Lets the program read real feeds, which are kept beside the repository, from invented outlets on loopback that behave as badly as
the web, for some days of a clock that jumps from one due feed to the next. Checks that no article is lost or doubled and that
nobody is asked too often, and prints how soon articles were there. Exits with 1 where something is not as it should be.

  --engine <name>  sqlite (default) or postgres, which is started for it
  --feeds <n>      how many of the saved feeds (100)
  --days <n>       how many days (3)
  --pages <n>      how many outlets have pages that are fetched (12)
  --seed <text>    another course of events
  --help           shows this

NEWSWEAVE_SHARED_DATA names the folder of the feeds where it is not ../shared/data.`

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    feeds: { type: 'string', default: '100' },
    days: { type: 'string', default: '3' },
    pages: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else if (values.engine === 'sqlite') await onSqlite()
else if (values.engine === 'postgres') await onPostgres()
else throw new Error(`There is no engine ${values.engine}; there are sqlite and postgres.`)

async function onSqlite(): Promise<void> {
  const folder = scratchFolder('simulation')
  try {
    await run(`file:${join(folder, 'simulation.db')}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function onPostgres(): Promise<void> {
  const server = await startPostgres()
  try {
    await run(server.url)
  } finally {
    await server.stop()
  }
}

async function run(url: string): Promise<void> {
  const clock = simulatedClock()
  const database = openDatabase(url, clock)
  try {
    await migrate(database)
    const begun = performance.now()
    const simulation = await simulate(
      { database, clock },
      {
        feeds: savedFeeds().slice(0, wholeNumber(values.feeds)),
        days: wholeNumber(values.days),
        pageOutlets: wholeNumber(values.pages),
        seed: values.seed,
      },
    )
    console.log(
      `${values.engine}, seed ${values.seed}, ${((performance.now() - begun) / 1000).toFixed(0)} s of real time`,
    )
    await report(simulation)
  } finally {
    await database.close()
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`${text} is no number from 1 to 9999.`)
  return Number(text)
}

async function report(simulation: Simulation): Promise<void> {
  print('all feeds', await figuresOf(simulation))
  const some = simulation.outlets.filter(({ items }) => items.length >= lively)
  print(`feeds of ${lively} items or more`, await figuresOf(simulation, some))
  const problems = await problemsOf(simulation)
  console.log(`\nproblems: ${problems.length}`)
  for (const problem of problems) console.log(`  ${problem}`)
  if (problems.length > 0) process.exitCode = 1
}

function print(name: string, figures: Figures): void {
  const { delayMinutes: own, hourlyDelayMinutes: hourly } = figures
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  console.log(`\n${name}: ${figures.feeds}, with ${figures.items} items
  articles                     ${figures.articles}, deleted by an editor ${figures.deleted}, came and went unseen ${figures.missed}
  polls a feed and day         ${figures.pollsADay.toFixed(1)} (hourly: 24)
  delay, median / p90          ${own.median.toFixed(1)} / ${own.p90.toFixed(1)} min (hourly, never failing: ${hourly.median.toFixed(1)} / ${hourly.p90.toFixed(1)}; n = ${own.n})
  answers 304 / failed         ${percent(figures.share304)} / ${percent(figures.failedShare)}
  feeds on the wire            ${figures.feedMegabytes.toFixed(1)} MB
  pages asked for              ${figures.pages}`)
}
