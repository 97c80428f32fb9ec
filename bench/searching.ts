import { rareWord } from './corpus.ts'
import { start } from './processes.ts'
import { measured, type Options, origin, type Server } from './reading.ts'
import type { Result } from './report.ts'

type Asked = { name: string; path: string; ofBare?: number; growth: number }

const q = (text: string, more = '') => `/v1/articles?q=${encodeURIComponent(text)}${more}`

/** The words are those of the corpus, of which every other article has a common one. Goals: of bare, and of growth. */
const searches: Asked[] = [
  { name: 'common word, newest', path: q('market', '&sort=newest'), ofBare: 0.2, growth: 2 },
  { name: 'common Chinese word, newest', path: q('芯片', '&sort=newest'), growth: 2 },
  { name: 'common word, relevance', path: q('market'), ofBare: 0.08, growth: 3 },
  { name: 'two words, newest', path: q('battery outage', '&sort=newest'), growth: 2 },
  { name: 'two words, relevance', path: q('battery outage'), ofBare: 0.08, growth: 3 },
  { name: 'rare word', path: q(rareWord), growth: 3 },
  { name: 'phrase, newest', path: q('"chip market"', '&sort=newest'), growth: 2 },
  { name: 'beginning of a word, newest', path: q('batt*', '&sort=newest'), growth: 3 },
  { name: 'common word beside a tag', path: q('market', '&sort=newest&tagsAll=topic-60'), growth: 3 },
  { name: 'facets of a common word', path: q('market', '&facets=tag,source,language,month'), growth: 3 },
  { name: 'suggest', path: '/v1/search/suggest?q=mark', growth: 3 },
]

/** Searches without the cache, against bare Fastify sending the same bytes. */
export async function* searchRows(file: string, options: Options): AsyncGenerator<Result> {
  const wanted = searches.filter(({ ofBare }) => ofBare !== undefined)
  const ours: Server = await start('server.ts', [`file:${file}`, 'off'])
  const bare: Server = await start('bare.ts', [origin(ours), ...wanted.map(({ path }) => path)])
  try {
    for (const { name, path, ofBare = 0 } of wanted) {
      const targets = [ours, bare].map((server) => ({ server, path }))
      const [found = [], base = []] = await measured(targets, options)
      yield { name: `search: ${name}`, ours: found, base, of: 'bare, same bytes', goal: { atLeast: ofBare } }
    }
  } finally {
    for (const child of [ours, bare]) await child.stop()
  }
}

/** How many times as long each search takes on a larger newsroom as on the smallest, side by side. */
export async function* growthRows(files: Map<number, string>, options: Options): AsyncGenerator<Result> {
  const servers: { articles: number; server: Server }[] = []
  try {
    for (const [articles, file] of files) {
      servers.push({ articles, server: await start('server.ts', [`file:${file}`, 'off']) })
    }
    for (const search of searches) yield* growthOf(search, servers, options)
  } finally {
    for (const { server } of servers) await server.stop()
  }
}

async function* growthOf(
  { name, path, growth }: Asked,
  servers: { articles: number; server: Server }[],
  options: Options,
): AsyncGenerator<Result> {
  const targets = servers.map(({ server }) => ({ server, path }))
  // One after another: of many at once, those that are left when the time is over would burden the next.
  const [base = [], ...larger] = await measured(targets, options, 1)
  const of = `${servers[0]?.articles.toLocaleString('en')} articles`
  for (const [index, ours] of larger.entries()) {
    const articles = servers[index + 1]?.articles.toLocaleString('en')
    yield { name: `${name}, ${articles}`, ours, base, of, goal: { atMost: growth } }
  }
}
