import { type Asked, addresses } from './asked.ts'
import { measured, type Options, origin, type Server, serverOn } from './reading.ts'
import { type Finding, median, type Result } from './report.ts'

const longestMs = 25

type Sized = { articles: number; server: Server; asked: Asked[] }

/**
 * How many times as long each request takes in a larger newsroom as in the smallest, for one client and without the cache, side by
 * side; and in the end the longest of all in the largest.
 */
export async function* growthRows(
  files: Map<number, string>,
  options: Options,
): AsyncGenerator<Result | Finding> {
  const sizes: Sized[] = []
  const slowest = { name: '', ms: 0 }
  try {
    for (const [articles, file] of files) {
      const server = await serverOn(file, 'off')
      sizes.push({ articles, server, asked: await addresses(origin(server)) })
    }
    for (const index of sizes[0]?.asked.keys() ?? []) {
      for await (const row of growthOf(sizes, index, options)) {
        yield row
        const ms = 1000 / median(row.ours.map(({ rate }) => rate))
        if (ms > slowest.ms) Object.assign(slowest, { name: row.name, ms })
      }
    }
  } finally {
    for (const { server } of sizes) await server.stop()
  }
  yield { name: `the slowest, ${slowest.name}`, value: slowest.ms, unit: 'ms', goal: longestMs }
}

async function* growthOf(sizes: Sized[], index: number, options: Options): AsyncGenerator<Result> {
  const targets = sizes.map(({ server, asked }) => ({ server, path: (asked[index] as Asked).path }))
  // One after another: of many at once, those that are left when the time is over would burden the next.
  const [base = [], ...larger] = await measured(targets, options, 1)
  const of = `${sizes[0]?.articles.toLocaleString('en')} articles`
  for (const [at, ours] of larger.entries()) {
    const { articles, asked } = sizes[at + 1] as Sized
    const { name, growth } = asked[index] as Asked
    // The goals are for a growth of a hundred times, which smaller ones stay below.
    const goal = growth === undefined ? {} : { goal: { atMost: growth } }
    yield { name: `${name}, ${articles.toLocaleString('en')}`, ours, base, of, ...goal }
  }
}
