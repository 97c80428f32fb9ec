import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { createNewsweave } from '../../openapi/client/src/index.ts'
import { emptyFolder, newsweave } from '../support/newsweave.ts'
import { type Program, runProgram } from '../support/process.ts'
import { differences, type Everything, readCopy, readNewsroom } from './comparing.ts'
import { deskOf, openNewsroom } from './newsroom.ts'
import { type Writing, write } from './operations.ts'
import { seeded } from './random.ts'

export type Frame = {
  databaseUrl: string
  operations: number
  /** Of each partner. */
  kills: number
  /** How long partners may take behind the last operation. */
  catchingUpMs: number
  seed: number
}

const key = 'admin'
const hands = 6
/** Of the operations, so many come before the partners. */
const before = 0.15
const program = new URL('partner.ts', import.meta.url)

type Partner = {
  name: string
  kills: number
  killAndRestart(): Promise<void>
  /** Whether everything is dealt with up to here. */
  isAt(head: number): boolean
  copy(): Everything
  output(): string
}

/**
 * A newsroom that is written to, and partners that follow it, each in its own way, and are killed again and again. One is careless: it
 * passes over a type of change.
 */
export async function simulate({ databaseUrl, operations, kills, catchingUpMs, seed }: Frame) {
  const random = seeded(seed)
  const newsroom = await startNewsroom(databaseUrl)
  const desk = deskOf(random, newsroom.send)
  await openNewsroom(desk)
  const begun = Math.round(operations * before)
  const first = await write(desk, { count: begun, hands, onDone: () => {} })
  const careful = await Promise.all(
    ['polling', 'stream', 'webhooks'].map((way) => startPartner(newsroom, way)),
  )
  const careless = await startPartner(newsroom, 'polling', { PASSES_OVER: 'article.revised' })
  const rest = operations - begun
  const killing: Promise<void>[] = careful.map((partner) =>
    sleep(random.below(400)).then(partner.killAndRestart),
  )
  const due = careful.map(() =>
    Array.from({ length: kills - 1 }, () => random.below(rest)).sort((a, b) => a - b),
  )
  const started = performance.now()
  const writing = await write(desk, {
    count: rest,
    hands,
    onDone(done) {
      for (const [index, partner] of careful.entries()) {
        while ((due[index]?.[0] ?? Number.POSITIVE_INFINITY) < done) {
          due[index]?.shift()
          killing[index] = (killing[index] ?? Promise.resolve()).then(() => partner.killAndRestart())
        }
      }
    },
  })
  const wroteMs = performance.now() - started
  await Promise.all(killing)
  const partners = [...careful, careless]
  await catchUp(newsroom, partners, catchingUpMs)
  const changes = await countTypes(newsroom)
  const caughtUpMs = performance.now() - started - wroteMs
  const truth = await readNewsroom(newsroom.url, key)
  const different = new Map(partners.map(({ name, copy }) => [name, differences(truth, copy())]))
  return { writing: sumOf(first, writing), truth, different, careful, careless, changes, wroteMs, caughtUpMs }
}

function sumOf(first: Writing, second: Writing): Writing {
  const byName = { ...first.byName }
  for (const [name, count] of Object.entries(second.byName)) byName[name] = (byName[name] ?? 0) + count
  return { done: first.done + second.done, byName }
}

type Newsroom = Awaited<ReturnType<typeof startNewsroom>>

async function startNewsroom(databaseUrl: string) {
  const env = { DATABASE_URL: databaseUrl, ADMIN_KEY: key, OUTBOUND_ALLOW: '127.0.0.1' }
  const server = newsweave(['start', '--port', '0', '--empty'], { env })
  const [, url = ''] = await server.printed(/(http:\/\/\S+)/)
  const headers = { authorization: `Bearer ${key}` }
  return {
    url,
    async send(method: string, path: string, body?: unknown) {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      const answer = await fetch(url + path, { method, headers: { ...headers, ...type }, ...sent })
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
    },
    /** What is still to be done behind the writes: relations, and deliveries. */
    async behind(): Promise<Record<string, number>> {
      const text = await (await fetch(`${url}/metrics`, { headers })).text()
      const names = ['relations_behind', 'webhooks_behind', 'webhook_deliveries_pending']
      const countOf = (name: string) => Number(new RegExp(`^newsweave_${name} (\\d+)`, 'm').exec(text)?.[1])
      return Object.fromEntries(names.map((name) => [name, countOf(name)]))
    },
  }
}

async function startPartner(
  newsroom: Newsroom,
  way: string,
  more: Record<string, string> = {},
): Promise<Partner> {
  const file = join(emptyFolder(), 'copy.db')
  const hook: Record<string, string> =
    way === 'webhooks' ? { WEBHOOK: JSON.stringify(await makeHook(newsroom)) } : {}
  const env = { NEWSROOM: newsroom.url, KEY: key, COPY: file, WAY: way, ...hook, ...more }
  let running: Program = runProgram(program, [], env)
  let output = ''
  const partner = {
    name: more.PASSES_OVER ? `careless ${way}` : way,
    kills: 0,
    async killAndRestart() {
      running.process.kill('SIGKILL')
      const ended = await running.ended
      if (ended !== 'SIGKILL') throw new Error(`The partner by ${way} ended by itself:\n${running.output()}`)
      output += running.output()
      partner.kills++
      running = runProgram(program, [], env)
    },
    isAt: (head: number) => stands(file, way, head),
    copy: () => readCopy(file),
    output: () => output + running.output(),
  }
  return partner
}

async function makeHook({ send }: Newsroom) {
  const port = await freePort()
  const { body } = await send('POST', '/v1/webhooks', { url: `http://127.0.0.1:${port}/`, state: 'paused' })
  return { id: body.id, secret: body.secret, port }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** By webhooks there is no position: there everything is dealt with that came. */
function stands(file: string, way: string, head: number): boolean {
  // It was killed before it had begun.
  if (!existsSync(file)) return false
  const database = new Database(file, { readonly: true })
  try {
    const position = database.prepare('select max(position) from place').pluck().get() as number | null
    const waiting = database.prepare('select count(*) from inbox where is_done = 0').pluck().get()
    return position !== null && (way === 'webhooks' || position >= head) && waiting === 0
  } finally {
    database.close()
  }
}

/** How many changes of each type the log has. */
async function countTypes({ url }: Newsroom): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for await (const { type } of createNewsweave({ baseUrl: url, key }).changes({ wait: 0, limit: 1000 }))
    counts[type] = (counts[type] ?? 0) + 1
  return counts
}

/** Until nothing is left to be done behind the writes, and every partner is where the log ends. */
async function catchUp(newsroom: Newsroom, partners: Partner[], withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  let last = -1
  for (;;) {
    const { body } = await newsroom.send('GET', '/v1/changes?limit=1&after=999999999999999')
    const head: number = body.lastSeq
    const behind = await newsroom.behind()
    const late = partners.filter(({ isAt }) => !isAt(head))
    const isDone = Object.values(behind).every((count) => count === 0)
    if (isDone && late.length === 0 && head === last) return
    if (performance.now() > deadline) {
      const told = partners.map(
        (one) => `${one.name}${late.includes(one) ? ', late' : ''}: ${one.output().slice(-2000)}`,
      )
      throw new Error(`Not caught up with ${head}; behind: ${JSON.stringify(behind)}\n${told.join('\n')}`)
    }
    last = head
    await sleep(500)
  }
}
