import { answersASecond, interleaved, type Load } from './load.ts'
import { start } from './processes.ts'
import type { Result } from './report.ts'

export type Options = { articles: number; seconds: number; rounds: number; rows: string[] }

const connections = 32
const pageLimit = 20
const deepPage = 1000
const listGoals = { warm: 0.75, off: 0.35 }

type Page = { data: { id: string }[]; page: { next: string | null } }
type Asked = { key: string; name: string; path: string; headers?: Record<string, string> }

/** Lists, an article and 304, with the cache and without it, against bare Fastify sending the same bytes. */
export async function* readingRows(file: string, options: Options): AsyncGenerator<Result> {
  const wanted = (await addresses(file)).filter(({ key }) => options.rows.includes(key))
  if (wanted.length === 0) return
  const warm = await start('server.ts', [`file:${file}`, 'on'])
  const off = await start('server.ts', [`file:${file}`, 'off'])
  const paths = [...new Set(wanted.map(({ path }) => path))]
  const bare = await start('bare.ts', [origin(warm.port), ...paths])
  try {
    for (const asked of wanted) {
      const ports = { warm: warm.port, off: off.port, bare: bare.port }
      yield* asked.key === '304' ? notModified(asked, ports, options) : sameBytes(asked, ports, options)
    }
  } finally {
    for (const child of [warm, off, bare]) await child.stop()
  }
}

type Ports = { warm: number; off: number; bare: number }
const origin = (port: number) => `http://127.0.0.1:${port}`

async function* sameBytes({ name, path }: Asked, ports: Ports, options: Options): AsyncGenerator<Result> {
  const targets = [ports.warm, ports.off, ports.bare].map((port) => ({ url: origin(port) + path }))
  const [warm = [], off = [], bare = []] = await measured(targets, options)
  const against = { base: bare, of: 'bare, same bytes' }
  yield { name: `${name}, cache warm`, ours: warm, ...against, goal: { atLeast: listGoals.warm } }
  yield { name: `${name}, cache off`, ours: off, ...against, goal: { atLeast: listGoals.off } }
}

/** A 304 has no bytes of its own: it is held against bare Fastify sending the 200 that it saves, and an empty 304. */
async function* notModified({ name, path }: Asked, ports: Ports, options: Options): AsyncGenerator<Result> {
  const { headers: answered } = await fetch(origin(ports.warm) + path, {
    headers: { 'accept-encoding': 'identity' },
  })
  const headers = { 'if-none-match': answered.get('etag') ?? '' }
  const asked = await fetch(origin(ports.off) + path, { headers })
  if (asked.status !== 304) throw new Error(`Expected 304 of ${path}, not ${asked.status}.`)
  const urls = [
    origin(ports.warm) + path,
    origin(ports.off) + path,
    origin(ports.bare) + path,
    `${origin(ports.bare)}/empty${path}`,
  ]
  const targets = urls.map((url) => ({ url, headers }))
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

async function measured(targets: Pick<Load, 'url' | 'headers'>[], { seconds, rounds }: Options) {
  for (const target of targets) await answersASecond({ ...target, connections, seconds: 1 })
  const runs = targets.map((target) => () => answersASecond({ ...target, connections, seconds }))
  return interleaved(runs, rounds)
}

/** What is asked for. The deep page is reached as a client reaches it, by following the cursors of the commonest tag. */
async function addresses(file: string): Promise<Asked[]> {
  const server = await start('server.ts', [`file:${file}`, 'off'])
  const read = async (path: string) => {
    const answer = await fetch(origin(server.port) + path)
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
      { key: '304', name: '304 of newest 20', path: '/v1/articles' },
    ]
  } finally {
    await server.stop()
  }
}
