import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { adminKey } from './app.ts'
import { commandOn, serverCore } from './processes.ts'
import { type Finding, median } from './report.ts'

const program = new URL('../src/main/cli.js', import.meta.url).pathname
const path = '/v1/articles'
const [startGoalSeconds, idleGoalMb] = [1, 150]
const idleSeconds = 3
const patienceMs = 60_000

type Begun = { seconds: number; idleMb: number; ownMb: number }

/** `newsweave start` as it is run, on each size: how long until the first list is answered, and what it holds in memory then. */
export async function* startRows(files: Map<number, string>, rounds: number): AsyncGenerator<Finding> {
  for (const [articles, file] of files) {
    const starts: Begun[] = []
    for (let round = 0; round < rounds; round++) starts.push(await begin(file))
    const of = `${articles.toLocaleString('en')} articles`
    const value = (name: keyof Begun) => median(starts.map((start) => start[name]))
    yield { name: `start to first answer, ${of}`, value: value('seconds'), unit: 's', goal: startGoalSeconds }
    yield {
      name: `memory ${idleSeconds} s later, idle, ${of}`,
      value: value('idleMb'),
      unit: 'MB',
      goal: idleGoalMb,
    }
    yield { name: `of it without the pages of files, ${of}`, value: value('ownMb'), unit: 'MB' }
  }
}

async function begin(file: string): Promise<Begun> {
  const port = await freePort()
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: `file:${file}`,
    PORT: `${port}`,
    ADMIN_KEY: adminKey,
    LOG_LEVEL: 'error',
  }
  const [command, args] = commandOn(serverCore, process.execPath, [program, 'start', '--empty'])
  const begun = performance.now()
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(child, 'exit')
  try {
    while (!(await answers(`http://127.0.0.1:${port}${path}`))) {
      if (child.exitCode !== null || performance.now() - begun > patienceMs)
        throw new Error('The server did not start.')
      await setTimeout(2)
    }
    const seconds = (performance.now() - begun) / 1000
    await setTimeout(idleSeconds * 1000)
    return { seconds, ...(await memoryOf(child.pid ?? 0)) }
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined)
  await answer?.text()
  return answer?.status === 200
}

async function memoryOf(pid: number): Promise<{ idleMb: number; ownMb: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const figure = (name: string) => Number(status.match(`${name}:\\s+(\\d+)`)?.[1]) / 1024
  return { idleMb: figure('VmRSS'), ownMb: figure('RssAnon') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
