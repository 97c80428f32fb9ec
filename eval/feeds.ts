import { helpIfAsked } from '../tests/support/help.ts'
import type { Row } from './feeds/row.ts'
import { feedRows } from './feeds/rows.ts'
import { inertRows } from './inert/rows.ts'
import { pageRows } from './pages/rows.ts'

/** Each prints figures on real feeds or pages beside what they have to reach. */
const parts: Record<string, () => Promise<Row[]>> = { feeds: feedRows, pages: pageRows, inert: inertRows }

helpIfAsked(`npm run eval:feeds -- [part …]

Prints figures on real feeds and pages beside what they have to reach. Parts: ${Object.keys(parts).join(', ')}; all without one.
Exit code 1 where one is below.`)

const named = process.argv.slice(2)
const unknown = named.find((name) => !(name in parts))
if (unknown) throw new Error(`There is no part ${unknown}, only ${Object.keys(parts).join(', ')}.`)
const asked = Object.entries(parts).filter(([name]) => named.length === 0 || named.includes(name))

console.log('metric                                           n     value    goal')
for (const [, part] of asked) for (const row of await part()) print(row)

function print({ name, value, goal, n, atMost = false, note }: Row): void {
  const reached = atMost ? value <= goal : value >= goal
  if (!reached) process.exitCode = 1
  const figures = `${value.toFixed(4).padStart(9)}  ${atMost ? '<=' : '>='} ${goal}  ${reached ? 'reached' : 'BELOW'}`
  console.log(`${name.padEnd(42)} ${String(n).padStart(7)} ${figures}${note ? `  (${note})` : ''}`)
}
