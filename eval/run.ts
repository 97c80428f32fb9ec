import { parseArgs } from 'node:util'
import { duplicateResults } from './duplicates.ts'
import { languageResults } from './language.ts'
import { relatedResults } from './related.ts'
import { searchResults } from './search.ts'
import { storyResults } from './stories.ts'
import { translationResults } from './translations.ts'

/** A figure on real data, and the least that it has to be. `row` is its number in the list of figures to reach. */
export type Result = { row: number; metric: string; n: number; value: number; goal: number }

const rows: Record<string, () => AsyncIterable<Result>> = {
  search: searchResults,
  language: languageResults,
  duplicates: duplicateResults,
  stories: storyResults,
  translations: translationResults,
  related: relatedResults,
}

const help = `npm run eval -- [options]

Measures search, language, duplicates, stories and translations on real articles, which are kept beside the repository, and
prints each figure beside the least that it has to be. Exits with 1 where one is below.

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

function print({ row, metric, n, value, goal }: Result): void {
  const reached = value >= goal
  if (!reached) process.exitCode = 1
  const figures = `${value.toFixed(4)}  ${goal.toFixed(3)}  ${reached ? 'reached' : 'BELOW'}`
  console.log(`${String(row).padStart(3)}  ${metric.padEnd(44)} ${String(n).padStart(7)}  ${figures}`)
}
