import { execFile } from 'node:child_process'
import { constants, copyFile, mkdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { addresses } from './asked.ts'
import { corpusFile, directory, removeDatabase } from './corpus.ts'
import { answersASecond, interleaved } from './load.ts'
import { idsOf } from './peer-data.ts'
import { goals, type Peer, peers, type Work } from './peer-list.ts'
import { type Child, start } from './processes.ts'
import { type Options, origin, type Server, serverOn } from './reading.ts'
import type { Measure, Result } from './report.ts'
import { bodies } from './templates.ts'
import { creating, readSourceIds, shortBody } from './writing.ts'

type Rounds = Pick<Options, 'seconds' | 'rounds'>

const recipes = new URL('./peers/', import.meta.url).pathname
const folder = `${directory}peers`
/** Few, so that the slowest still answer each in time. */
const connections = 8
const names: Record<Work, string> = {
  newest: 'newest 20 with tags',
  article: 'one article',
  deep: 'a deep tag page',
  search: 'search: common word',
  rare: 'search: rare word',
  create: 'create',
}
/** What stands beside each other does the same work, if not with the same bytes: the peers' answers have fewer fields. */
export async function* peerRows(options: Rounds): AsyncGenerator<Result> {
  await install()
  for (const peer of peers) yield* besidePeer(peer, options)
}

/** Without install scripts, which none of them needs: the SQLite of the product, which ships its binaries, takes the place of theirs. */
async function install(): Promise<void> {
  const lock = await readFile(`${recipes}package-lock.json`, 'utf8')
  const installed = await readFile(`${folder}/installed.json`, 'utf8').catch(() => '')
  if (installed === lock) return
  console.error(`peers: installing them into ${folder} (200 MB), once`)
  await mkdir(folder, { recursive: true })
  for (const name of ['package.json', 'package-lock.json'])
    await copyFile(recipes + name, `${folder}/${name}`)
  const run = promisify(execFile)
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
  await copyFile(`${recipes}package-lock.json`, `${folder}/installed.json`)
}

async function* besidePeer(peer: Peer, options: Rounds): AsyncGenerator<Result> {
  const corpus = await corpusFile(peer.articles)
  const [data, ours] = [`${folder}/data.${peer.articles}`, `${directory}peers.db`]
  await removeDatabase(ours)
  await copyFile(corpus, ours, constants.COPYFILE_FICLONE)
  await peer.makeData(corpus, data)
  const server = await serverOn(ours, 'off')
  const other: Child<never, never> = await start(peer.program, [folder, data])
  try {
    yield* reads(peer, { server, other, corpus }, options)
    yield await creates(peer, { server, other, corpus }, options)
  } finally {
    await server.stop()
    await other.stop()
    await removeDatabase(ours)
  }
}

type Sides = { server: Server; other: Child<never, never>; corpus: string }

async function* reads(peer: Peer, { server, other, corpus }: Sides, options: Rounds): AsyncGenerator<Result> {
  const theirs = peer.paths(idsOf(corpus))
  const asked = await addresses(origin(server))
  const ours = (start: string) => asked.find(({ name }) => name.startsWith(start))?.path ?? ''
  const paths = {
    newest: ours('newest 20'),
    article: ours('one article'),
    deep: ours('tag page'),
    search: ours('search: common word, newest'),
    rare: ours('search: rare word, newest'),
  }
  for (const work of ['newest', 'article', 'deep', 'search', 'rare'] as const) {
    const urls = [origin(server) + paths[work], origin(other) + theirs[work]]
    yield await besides(
      peer,
      work,
      urls.map((url) => async (seconds: number) => ({
        rate: await answersASecond({ url, connections, seconds }),
      })),
      options,
    )
  }
}

async function creates(peer: Peer, { server, other, corpus }: Sides, options: Rounds): Promise<Result> {
  const { source } = idsOf(corpus)
  const ours = bodies(peer.articles, await readSourceIds(corpus), shortBody)
  const theirs = [JSON.stringify(peer.create.body(source))]
  const runs = [
    await creating(`${origin(server)}/v1/articles`, ours, peer.creators),
    await creating(`${origin(other)}${peer.create.path}`, theirs, peer.creators, 'bodies-of-peer'),
  ]
  return besides(peer, 'create', runs, options)
}

async function besides(
  peer: Peer,
  work: Work,
  runs: ((seconds: number) => Promise<Measure>)[],
  { seconds, rounds }: Rounds,
): Promise<Result> {
  for (const run of runs) await run(1)
  const [ours = [], base = []] = await interleaved(
    runs.map((run) => () => run(seconds)),
    rounds,
  )
  const name = `${names[work]}, ${peer.articles.toLocaleString('en')} articles`
  return { name, ours, base, of: peer.name, goal: { atLeast: goals[work] } }
}
