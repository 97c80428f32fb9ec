import { answersASecond, interleaved, type Load } from './load.ts'
import { type Child, start } from './processes.ts'
import type { Measure, Result } from './report.ts'

export type Options = { articles: number; seconds: number; rounds: number; rows: string[] }

const manyConnections = 32
const pageLimit = 20
const deepPage = 1000
const listGoals = { warm: 0.75, off: 0.35 }

type Page = { data: { id: string }[]; page: { next: string | null } }
type Asked = { key: string; name: string; path: string; headers?: Record<string, string> }

/** Lists, an article and 304, with the cache and without it, against bare Fastify sending the same bytes. */
export async function* readingRows(file: string, options: Options): AsyncGenerator<Result> {
  const wanted = (await addresses(file)).filter(({ key }) => options.rows.includes(key))
  if (wanted.length === 0) return
  const warm: Server = await start('server.ts', [`file:${file}`, 'on'])
  const off: Server = await start('server.ts', [`file:${file}`, 'off'])
  const paths = [...new Set(wanted.map(({ path }) => path))]
  const bare: Server = await start('bare.ts', [origin(warm), ...paths])
  const servers = { warm, off, bare }
  try {
    for (const asked of wanted) {
      yield* asked.key === '304' ? notModified(asked, servers, options) : sameBytes(asked, servers, options)
    }
  } finally {
    for (const child of [warm, off, bare]) await child.stop()
  }
}

export type Server = Child<'cpu', number>
type Servers = { warm: Server; off: Server; bare: Server }
export const origin = ({ port }: { port: number }) => `http://127.0.0.1:${port}`

async function* sameBytes({ name, path }: Asked, servers: Servers, options: Options): AsyncGenerator<Result> {
  const targets = [servers.warm, servers.off, servers.bare].map((server) => ({ server, path }))
  const [warm = [], off = [], bare = []] = await measured(targets, options)
  const against = { base: bare, of: 'bare, same bytes' }
  yield { name: `${name}, cache warm`, ours: warm, ...against, goal: { atLeast: listGoals.warm } }
  yield { name: `${name}, cache off`, ours: off, ...against, goal: { atLeast: listGoals.off } }
}

/** A 304 has no bytes of its own: it is held against bare Fastify sending the 200 that it saves, and an empty 304. */
async function* notModified(
  { name, path }: Asked,
  servers: Servers,
  options: Options,
): AsyncGenerator<Result> {
  const { warm: cached, off: uncached, bare } = servers
  const { headers: answered } = await fetch(origin(cached) + path, {
    headers: { 'accept-encoding': 'identity' },
  })
  const headers = { 'if-none-match': answered.get('etag') ?? '' }
  const asked = await fetch(origin(uncached) + path, { headers })
  if (asked.status !== 304) throw new Error(`Expected 304 of ${path}, not ${asked.status}.`)
  const targets = [
    { server: cached, path, headers },
    { server: uncached, path, headers },
    { server: bare, path, headers },
    { server: bare, path: `/empty${path}`, headers },
  ]
  const [warm = [], off = [], whole = [], empty = []] = await measured(targets, options)
  yield {
    name: `${name}, cache warm`,
    ours: warm,
    base: whole,
    of: 'bare, the 200 saved',
    goal: { atLeast: listGoals.warm },
  }
  yield { name: `${name}, cache warm`, ours: warm, base: empty, of: 'bare, an empty 304' }
  yield { name: `${name}, cache off`, ours: off, base: whole, of: 'bare, the 200 saved' }
  yield { name: `${name}, cache off`, ours: off, base: empty, of: 'bare, an empty 304' }
}

export type Target = Pick<Load, 'headers'> & { server: Server; path: string }

export async function measured(
  targets: Target[],
  { seconds, rounds }: Options,
  connections = manyConnections,
): Promise<Measure[][]> {
  for (const target of targets) await measure(target, 1, connections)
  return interleaved(
    targets.map((target) => () => measure(target, seconds, connections)),
    rounds,
  )
}

async function measure(
  { server, path, headers }: Target,
  seconds: number,
  connections: number,
): Promise<Measure> {
  const before = await server.ask('cpu')
  const rate = await answersASecond({ url: origin(server) + path, connections, seconds, headers })
  return { rate, cpuUs: ((await server.ask('cpu')) - before) / (rate * seconds) }
}

/** What is asked for. The deep page is reached as a client reaches it, by following the cursors of the commonest tag. */
async function addresses(file: string): Promise<Asked[]> {
  const server: Server = await start('server.ts', [`file:${file}`, 'off'])
  const read = async (path: string) => {
    const answer = await fetch(origin(server) + path)
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Page
  }
  try {
    const newest = await read('/v1/articles')
    const tagPage = '/v1/articles?tagsAll=topic-1'
    let page = 1
    let path = tagPage
    for (let next = (await read(path)).page.next; next && page < deepPage; page++) {
      path = `${tagPage}&cursor=${next}`
      const found = await read(path)
      // The last page is seldom full, and bytes are what is compared.
      if (found.data.length < pageLimit) break
      next = found.page.next
    }
    return [
      { key: 'newest', name: 'newest 20', path: '/v1/articles' },
      { key: 'article', name: 'one article with its text', path: `/v1/articles/${newest.data[0]?.id}` },
      { key: 'tag', name: 'tag page 1', path: tagPage },
      { key: 'deep', name: `tag page ${page.toLocaleString('en')}`, path },
      { key: 'feed', name: 'feed of the newest 20', path: '/v1/feeds/articles.atom' },
      { key: '304', name: '304 of newest 20', path: '/v1/articles' },
    ]
  } finally {
    await server.stop()
  }
}
