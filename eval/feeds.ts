import type { Row } from './feeds/row.ts'
import { feedRows } from './feeds/rows.ts'
import { inertRows } from './inert/rows.ts'
import { pageRows } from './pages/rows.ts'

/** Each prints figures on real feeds or pages beside what they have to reach. */
const parts: (() => Promise<Row[]>)[] = [feedRows, pageRows, inertRows]

console.log('metric                                           n     value    goal')
for (const part of parts) for (const row of await part()) print(row)

function print({ name, value, goal, n, atMost = false, note }: Row): void {
  const reached = atMost ? value <= goal : value >= goal
  if (!reached) process.exitCode = 1
  const figures = `${value.toFixed(4).padStart(9)}  ${atMost ? '<=' : '>='} ${goal}  ${reached ? 'reached' : 'BELOW'}`
  console.log(`${name.padEnd(42)} ${String(n).padStart(7)} ${figures}${note ? `  (${note})` : ''}`)
}
