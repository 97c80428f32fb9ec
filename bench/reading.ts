import { type Asked, addresses } from './asked.ts'
import { answersASecond, interleaved, type Load } from './load.ts'
import { type Child, start } from './processes.ts'
import type { Measure, Result } from './report.ts'

export type Options = { articles: number; seconds: number; rounds: number; rows: string[] }

const manyConnections = 32
const notModifiedGoal = 0.75

/** What a server can be asked by the benchmark, beside requests; times in milliseconds, memory in bytes, CPU time in microseconds. */
export type Question = 'cpu' | 'memory' | 'delay'
export type Told = { cpu: number; memory: number; delay: { p99: number; max: number } }
export type Server = Child<Question, Told[Question]>
type Servers = { warm: Server; off: Server; bare: Server }

export const origin = ({ port }: { port: number }) => `http://127.0.0.1:${port}`

export const serverOn = (file: string, cache: 'on' | 'off'): Promise<Server> =>
  start('server.ts', [`file:${file}`, cache])

/** Lists, articles, searches and 304, with the cache and without it, against bare Fastify sending the same bytes. */
export async function* readingRows(file: string, options: Options): AsyncGenerator<Result> {
  const off = await serverOn(file, 'off')
  const asked = await addresses(origin(off))
  const wanted = asked.filter(({ row }) => options.rows.includes(row))
  const [newest] = asked as [Asked]
  const warm = await serverOn(file, 'on')
  const paths = [...new Set([newest, ...wanted].map(({ path }) => path))]
  const bare: Server = await start('bare.ts', [origin(warm), ...paths])
  const servers = { warm, off, bare }
  try {
    for (const one of wanted) yield* sameBytes(one, servers, options)
    if (options.rows.includes('304')) yield* notModified(newest.path, servers, options)
  } finally {
    for (const child of [warm, off, bare]) await child.stop()
  }
}

async function* sameBytes(
  { name, path, warm: warmGoal, off: offGoal }: Asked,
  { warm, off, bare }: Servers,
  options: Options,
): AsyncGenerator<Result> {
  const targets = [warm, off, bare].map((server) => ({ server, path }))
  const [cached = [], uncached = [], base = []] = await measured(targets, options)
  const against = { base, of: 'bare, same bytes' }
  yield { name: `${name}, cache warm`, ours: cached, ...against, ...atLeast(warmGoal) }
  yield { name: `${name}, cache off`, ours: uncached, ...against, ...atLeast(offGoal) }
}

export const atLeast = (ratio: number | undefined) =>
  ratio === undefined ? {} : { goal: { atLeast: ratio } }

/** A 304 has no bytes of its own: it is held against bare Fastify sending the 200 that it saves, and an empty 304. */
async function* notModified(path: string, servers: Servers, options: Options): AsyncGenerator<Result> {
  const name = '304 of newest 20'
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
    goal: { atLeast: notModifiedGoal },
  }
  yield { name: `${name}, cache warm`, ours: warm, base: empty, of: 'bare, an empty 304' }
  yield { name: `${name}, cache off`, ours: off, base: whole, of: 'bare, the 200 saved' }
}

export type Target = Pick<Load, 'headers'> & { server: Server; path: string }

export async function measured(
  targets: Target[],
  { seconds, rounds }: Pick<Options, 'seconds' | 'rounds'>,
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
  const before = (await server.ask('cpu')) as number
  const rate = await answersASecond({ url: origin(server) + path, connections, seconds, headers })
  return { rate, cpuUs: (((await server.ask('cpu')) as number) - before) / (rate * seconds) }
}
