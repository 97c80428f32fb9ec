// What --workers gives on this machine, where load and servers share its cores: node bench/workers.ts [--help]
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, copyFile, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { openDatabase } from '../src/database/open.ts'
import { adminKey } from './app.ts'
import { corpusFile, directory, sourceIdsOf } from './corpus.ts'
import { answersASecond, interleaved, loadTool } from './load.ts'
import { median } from './report.ts'
import { bodies } from './templates.ts'
import { creating, shortBody } from './writing.ts'

const help = `node bench/workers.ts [options]

Measures one process beside --workers 1, in turn, over one SQLite file. Linux only: CPU times are read from /proc.

  --articles <n>   size of the newsroom (10000)
  --workers <n>    processes that answer reads (2)
  --seconds <n>    how long each measurement takes (2)
  --rounds <n>     how often each is taken (5)
  --help           shows this`

const { values } = parseArgs({
  options: {
    articles: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(help)
  process.exit()
}
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
const connections = 32
const cli = new URL('../src/main/cli.js', import.meta.url).pathname
const clockTicksASecond = 100

type Server = { url: string; pids: number[]; process: ChildProcess }
/** Answers a second, and the CPU time that each took of the server's processes and of the load. */
type Measure = { rate: number; serverUs: number; loadUs: number }

async function start(file: string, workers: number, cache: 'on' | 'off'): Promise<Server> {
  const args = ['start', '--port', '0', '--empty', '--roles', 'api', '--database-url', `file:${file}`]
  const child = spawn(process.execPath, [cli, ...args, '--workers', String(workers)], {
    env: { PATH: process.env.PATH, ADMIN_KEY: adminKey, CACHE: cache, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  for await (const chunk of child.stdout) {
    printed += chunk
    const url = /ready at (\S+)/.exec(printed)?.[1]
    if (url === undefined) continue
    child.stdout.resume()
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    return {
      url,
      pids: [child.pid ?? 0, ...children.trim().split(/\s+/).filter(Boolean).map(Number)],
      process: child,
    }
  }
  throw new Error(`The server ended: ${printed}`)
}

/** Numbers 11 to 14 behind the name: what a process took itself, in the kernel, and what its ended children did. */
async function ticksOf(pid: number | 'self'): Promise<{ own: number; ofChildren: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [own = 0, inKernel = 0, children = 0, childrenInKernel = 0] = (stat.split(') ')[1] ?? '')
    .split(' ')
    .slice(11, 15)
    .map(Number)
  return { own: own + inKernel, ofChildren: children + childrenInKernel }
}

async function cpuUs({ pids }: Server): Promise<{ server: number; load: number }> {
  const usOf = (ticks: number) => (ticks * 1e6) / clockTicksASecond
  let server = 0
  for (const pid of pids) server += (await ticksOf(pid)).own
  return { server: usOf(server), load: usOf((await ticksOf('self')).ofChildren) }
}

async function measure(server: Server, work: () => Promise<number>): Promise<Measure> {
  const [before, begun] = [await cpuUs(server), performance.now()]
  const rate = await work()
  const answers = (rate * (performance.now() - begun)) / 1000
  const after = await cpuUs(server)
  return {
    rate,
    serverUs: (after.server - before.server) / answers,
    loadUs: (after.load - before.load) / answers,
  }
}

const of = (measures: Measure[], member: keyof Measure) => median(measures.map((measure) => measure[member]))

function report(name: string, [one = [], many = []]: Measure[][]): void {
  const ratios = many.map(({ rate }, round) => rate / (one[round]?.rate ?? 1))
  const [cores, workers] = [os.availableParallelism(), Number(values.workers)]
  const [oneUs, manyUs, loadUs] = [of(one, 'serverUs'), of(many, 'serverUs'), of(many, 'loadUs')]
  // One process has a core at most; several, together with the load, have all there are.
  const bound =
    Math.min(workers / manyUs, cores / (manyUs + loadUs)) / Math.min(1 / oneUs, cores / (oneUs + loadUs))
  console.log(
    [
      name.padEnd(28),
      `${Math.round(of(one, 'rate'))} -> ${Math.round(of(many, 'rate'))} a second`.padEnd(30),
      `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`.padEnd(
        20,
      ),
      `${oneUs.toFixed(0)} -> ${manyUs.toFixed(0)} µs, load ${loadUs.toFixed(0)} µs`.padEnd(32),
      `${bound.toFixed(2)}`.padEnd(10),
      `${((workers * oneUs) / manyUs).toFixed(2)}`,
    ].join(' '),
  )
}

async function row(name: string, servers: Server[], works: ((seconds: number) => Promise<number>)[]) {
  for (const work of works) await work(1)
  const runs = servers.map(
    (server, index) => () => measure(server, () => works[index]?.(seconds) ?? Promise.resolve(0)),
  )
  report(name, await interleaved(runs, rounds))
}

const file = `${directory}workers.db`
const remove = async () => {
  for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true })
}

console.log(`${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, load before the run ${os.loadavg()[0]?.toFixed(1)}; ${loadTool}, ${connections} connections
${'row'.padEnd(28)} ${`one process -> ${values.workers} workers`.padEnd(30)} ${'factor'.padEnd(20)} ${'CPU an answer'.padEnd(32)} ${'by CPU'.padEnd(10)} by CPU, load elsewhere`)
await remove()
await copyFile(await corpusFile(Number(values.articles)), file, constants.COPYFILE_FICLONE)
const database = openDatabase(`file:${file}`)
const sourceIds = await sourceIdsOf(database)
await database.close()
const reads: [string, string][] = [
  ['newest 20', '/v1/articles'],
  ['search, common word', '/v1/articles?q=the'],
]
for (const cache of ['on', 'off'] as const) {
  const servers = [await start(file, 1, cache), await start(file, Number(values.workers), cache)]
  // A measurement that fails leaves none behind.
  process.once('exit', () => servers.forEach(({ process: child }) => void child.kill('SIGKILL')))
  for (const [name, path] of reads) {
    const works = servers.map(
      ({ url }) =>
        (time: number) =>
          answersASecond({ url: url + path, connections, seconds: time }),
    )
    await row(`${name}, cache ${cache === 'on' ? 'warm' : 'off'}`, servers, works)
  }
  if (cache === 'on') {
    const lines = bodies(Number(values.articles), sourceIds, shortBody)
    const creates = await Promise.all(
      servers.map(({ url }) => creating(`${url}/v1/articles`, lines, connections)),
    )
    await row(
      `create, ${connections} clients`,
      servers,
      creates.map((create) => async (time: number) => (await create(time)).rate),
    )
  }
  for (const { process: child } of servers) {
    child.kill('SIGINT')
    await once(child, 'exit')
  }
}
await remove()
