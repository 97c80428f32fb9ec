import { parseArgs } from 'node:util'
import { costResults } from './costs.ts'
import { duplicateResults } from './duplicates.ts'
import { languageResults } from './language.ts'
import { relatedResults } from './related.ts'
import { searchResults } from './search.ts'
import { storyResults } from './stories.ts'
import { translationResults } from './translations.ts'

/** A figure, and the least, or the most, that it has to be. `row` is its number in the list of figures to reach. */
export type Result = {
  row: number
  metric: string
  n: number
  value: number
  goal: number
  atMost?: boolean
}

const rows: Record<string, () => AsyncIterable<Result>> = {
  search: searchResults,
  language: languageResults,
  duplicates: duplicateResults,
  stories: storyResults,
  translations: translationResults,
  related: relatedResults,
  costs: costResults,
}

const help = `npm run eval -- [options]

Measures search, language, duplicates, stories, translations and related links on real articles, which are kept beside the
repository, and what relating costs in the benchmark's newsroom of 100,000 articles. That is made the first time, in a quarter
of an hour. Prints each figure beside the least, or of costs the most, that it has to be, and exits with 1 where one is missed.

  --rows <row,…>  some of ${Object.keys(rows).join(', ')}; without it all
  --help          shows this

NEWSWEAVE_SHARED_DATA names the folder of the articles where it is not ../shared/data.`

const { values } = parseArgs({
  options: { rows: { type: 'string' }, help: { type: 'boolean', default: false } },
})

if (values.help) console.log(help)
else await run(values.rows?.split(',') ?? Object.keys(rows))

async function run(names: string[]): Promise<void> {
  const unknown = names.find((name) => rows[name] === undefined)
  if (unknown) throw new Error(`There is no row ${unknown}; there are ${Object.keys(rows).join(', ')}.`)
  console.log('row  metric                                             n  value   goal')
  for (const name of names) {
    for await (const result of rows[name]?.() ?? []) print(result)
  }
}

function print({ row, metric, n, value, goal, atMost = false }: Result): void {
  const reached = atMost ? value <= goal : value >= goal
  if (!reached) process.exitCode = 1
  const figures = `${value.toFixed(4)}  ${goal.toFixed(3)}  ${reached ? 'reached' : atMost ? 'ABOVE' : 'BELOW'}`
  console.log(`${String(row).padStart(3)}  ${metric.padEnd(44)} ${String(n).padStart(7)}  ${figures}`)
}
