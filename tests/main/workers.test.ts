import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type Dispatcher } from 'undici'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Api, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import { type Engine, engines } from '../support/engines.ts'
import { readEvents } from '../support/events.ts'
import { type Newsweave, newsweave } from '../support/newsweave.ts'

const readyLine = /^Newsweave is ready at (http:\/\/127\.0\.0\.1:\d+) \(docs at \/docs\)$/m
const rounds = 200
const anonymousLimit = 5000

type Answer = {
  status: number
  headers: Dispatcher.ResponseData['headers'] /** Parsed, where it is JSON; else the text. */
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of it.
  body: any
}
type Asked = {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  body?: unknown
  key?: string | null
  headers?: Record<string, string>
}
type Connection = { ask(path: string, asked?: Asked): Promise<Answer> }

async function start(url: string, env: Record<string, string> = {}) {
  const program = newsweave(['start', '--port', '0', '--workers', '2', '--empty', '--database-url', url], {
    env: { ADMIN_KEY: 'admin', LOG_LEVEL: 'info', RATE_LIMIT_ANONYMOUS: String(anonymousLimit), ...env },
  })
  const [, address = ''] = await program.printed(readyLine)
  return { program, address }
}

/** One connection, which is one worker's: new ones are dealt out in turn. */
function connect(address: string): Connection {
  const client = new Client(address)
  atEnd(() => client.destroy())
  return {
    async ask(path, { method = 'GET', body, key = 'admin', headers = {} } = {}) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
      const answer = await client.request({
        path,
        method,
        headers: {
          ...(key !== null && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { 'content-type': type }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await answer.body.text()
      const isJson = /^application\/(problem\+)?json\b/.test(String(answer.headers['content-type']))
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: isJson && text !== '' ? JSON.parse(text) : text,
      }
    },
  }
}

type Entry = { pid: number; msg: string; method: string; path: string; worker: number }

const entriesOf = (program: Newsweave): Entry[] =>
  program
    .stderr()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line))

/** Which processes answered requests of this kind. */
function pidsOf(program: Newsweave, isMeant: (entry: Entry) => boolean): number[] {
  const requests = entriesOf(program).filter(({ msg }) => msg === 'request completed')
  return [...new Set(requests.filter(isMeant).map(({ pid }) => pid))]
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20)
}

async function writeAndRead(connections: Connection[]): Promise<void> {
  for (const [number, { ask }] of connections.entries()) {
    const body = { slug: `tag-${number}`, name: 'A tag' }
    expect((await ask('/v1/tags', { method: 'POST', body })).status).toBe(201)
    expect((await ask('/v1/tags')).status).toBe(200)
  }
}

const [sqlite, postgres] = engines as [Engine, Engine]

describe('workers', () => {
  let program: Newsweave
  let address: string
  let both: Connection[]
  let one: Connection
  let other: Connection
  /** The same newsroom in this process, which keeps no answers ready. */
  let uncached: Api

  beforeAll(async () => {
    const url = await sqlite.create()
    ;({ program, address } = await start(url))
    uncached = await startApi(sqlite.connect(url), { cache: false })
    one = connect(address)
    other = connect(address)
    both = [one, other]
    for (const { ask } of both) await ask('/healthz')
  })

  it('read, and one more process writes', async () => {
    await writeAndRead(both)
    await until(() => pidsOf(program, ({ path }) => path === '/v1/tags').length === 3)
    expect(pidsOf(program, ({ method }) => method === 'POST')).toEqual([program.process.pid])
    const readers = pidsOf(program, ({ path, method }) => path === '/v1/tags' && method === 'GET')
    expect(readers).toHaveLength(2)
    expect(readers).not.toContain(program.process.pid)
  })

  it('never answer with what was before a write that was answered, and no other than without a cache', async () => {
    const tag = { slug: 'round', name: 'Round' }
    expect((await one.ask('/v1/tags', { method: 'POST', body: tag })).status).toBe(201)
    const addresses = ['/v1/tags/round', '/v1/tags?limit=100']
    let isOver = false
    // Keeps answers ready all the time, for clients of whom several are about.
    const others = [null, 'admin'].map(async (key) => {
      const { ask } = connect(address)
      while (!isOver) for (const path of addresses) await ask(path, { key })
    })
    let stale = 0
    for (let round = 0; round < rounds; round++) {
      const writer = both[round % 2] as Connection
      const description = `Round ${round}`
      const written = await writer.ask('/v1/tags/round', { method: 'PATCH', body: { description } })
      expect(written.status).toBe(200)
      const answers = await Promise.all(
        both.map(({ ask }) => ask('/v1/tags/round', { key: round % 3 ? 'admin' : null })),
      )
      for (const { body } of answers) if (body.description !== description) stale++
      if (round % 20 > 0) continue
      for (const path of addresses) {
        const expected = await uncached.get(path, { key: null })
        for (const { ask } of both) {
          for (const time of ['first', 'again']) {
            const { status, headers, body } = await ask(path, { key: null })
            expect([status, headers.etag, body], time).toEqual([
              expected.status,
              expected.headers.etag,
              expected.body,
            ])
          }
        }
      }
    }
    isOver = true
    await Promise.all(others)
    expect(stale).toBe(0)
  })

  it('refuse a key from the moment on in which its revocation was answered', async () => {
    const partner = await one.ask('/v1/partners', { method: 'POST', body: { name: 'Somebody' } })
    const keys = `/v1/partners/${partner.body.id}/keys`
    const made = await other.ask(keys, { method: 'POST', body: { name: 'A key', scopes: ['read'] } })
    const { key, id } = made.body
    for (const { ask } of both) expect((await ask('/v1/me', { key })).status).toBe(200)
    expect((await one.ask(`${keys}/${id}`, { method: 'DELETE' })).status).toBe(204)
    for (const { ask } of both) expect((await ask('/v1/me', { key })).status).toBe(401)
  })

  it('count the requests of a key together, to about a second', async () => {
    const partner = await one.ask('/v1/partners', { method: 'POST', body: { name: 'Somebody else' } })
    const body = { name: 'A key', scopes: ['read'], requestsPerDay: 30 }
    const { key } = (await one.ask(`/v1/partners/${partner.body.id}/keys`, { method: 'POST', body })).body
    const statuses = async ({ ask }: Connection, times: number) => {
      const answers: number[] = []
      for (let time = 0; time < times; time++) answers.push((await ask('/v1/me', { key })).status)
      return answers
    }
    expect(await statuses(one, 20)).toEqual(Array(20).fill(200))
    await sleep(1_500)
    expect((await statuses(other, 12)).filter((status) => status === 200)).toHaveLength(10)
  })

  it('count the requests of an address together, whoever answers them, to about a second', async () => {
    const told = async ({ ask }: Connection, asked: Asked = {}) => {
      const { headers } = await ask('/v1/tags', { key: null, ...asked })
      const [, left, seconds] = /r=(\d+);t=(\d+)/.exec(String(headers.ratelimit)) ?? []
      return { left: Number(left), seconds: Number(seconds) }
    }
    const left = async (...asked: Parameters<typeof told>) => (await told(...asked)).left
    // Counting begins anew each minute, which is not to be in the middle of this.
    const { seconds } = await told(one)
    if (seconds < 20) await sleep(1_000 * (seconds + 1))
    const before = await left(one)
    for (let time = 0; time < 180; time++) await one.ask('/v1/tags', { key: null })
    // Of what a process counts up to a hundredth of the limit, 50, is not told. Asking counts, too, but is little.
    const behind = before - 120
    const patience = { interval: 600, timeout: 6_000 }
    await expect.poll(() => left(other), patience).toBeLessThan(behind)
    await expect.poll(() => left(one, { method: 'POST', body: {} }), patience).toBeLessThan(behind)
  })

  it('wake who waits for changes when the writer commits', async () => {
    const stream = await readEvents(`${address}/v1/changes/stream`)
    const delays: number[] = []
    for (let round = 0; round < 7; round++) {
      const end = (await one.ask('/v1/changes?after=999999999999999')).body.lastSeq
      const polls = both.map(async ({ ask }) => {
        const { body } = await ask(`/v1/changes?after=${end}&wait=20`)
        return { at: performance.now(), body }
      })
      await sleep(100)
      const written = await connect(address).ask('/v1/tags/round', {
        method: 'PATCH',
        body: { description: `Waited ${round}` },
      })
      expect(written.status).toBe(200)
      const answeredAt = performance.now()
      for (const { at, body } of await Promise.all(polls)) {
        expect(body.data.map(({ type }: { type: string }) => type)).toEqual(['tag.updated'])
        delays.push(at - answeredAt)
      }
      await stream.until(() => stream.changes().at(-1)?.seq === end + 1)
    }
    stream.close()
    // Without being told they look every second.
    expect(delays.sort((a, b) => a - b)[7]).toBeLessThan(200)
  })

  it('pass on bodies and answers as they flow, and what is wrong with them', async () => {
    const lines = ['{"line": 1}', '{"line": 2}'].join('\n')
    const headers = { 'content-type': 'application/x-ndjson' }
    const imported = await one.ask('/v1/articles/import', { method: 'POST', body: lines, headers })
    expect(imported.body.trim().split('\n')).toHaveLength(2)
    const repeated = { 'idempotency-key': 'the-same' }
    const body = { slug: 'only-once', name: 'Only once' }
    const first = await one.ask('/v1/tags', { method: 'POST', body, headers: repeated })
    const again = await other.ask('/v1/tags', { method: 'POST', body, headers: repeated })
    expect([first.status, again.status, again.headers['idempotency-replayed']]).toEqual([201, 201, 'true'])
    expect(again.body).toEqual(first.body)
    expect((await one.ask('/v1/tags', { method: 'POST' })).status).toBe(422)
    expect((await one.ask('/v1/tags', { method: 'POST', body: '{' })).status).toBe(400)
    expect((await one.ask('/v1/nothing', { method: 'POST' })).status).toBe(404)
    expect((await one.ask('/v1/tags', { method: 'DELETE' })).status).toBe(405)
    expect((await one.ask('/v1/tags', { method: 'POST', body, key: 'nobody' })).status).toBe(401)
    expect(
      (await one.ask('/v1/websub/none/none?hub.mode=subscribe&hub.topic=a&hub.challenge=b')).status,
    ).toBe(404)
  })

  it('show the metrics of all of them in one', async () => {
    const { body } = await one.ask('/metrics')
    const count = (labels: string) => Number(new RegExp(`_count\\{${labels}\\} (\\d+)`).exec(body)?.[1])
    expect(count('method="GET",route="/v1/tags/:slug",status="200"')).toBeGreaterThan(2 * rounds)
    expect(count('method="PATCH",route="/v1/tags/:slug",status="200"')).toBe(rounds + 7)
    expect(body).toMatch(/^newsweave_relations_behind \d+$/m)
    expect(body).toMatch(/^http_requests_in_flight [1-9]$/m)
  })

  it('are not started on a port that is taken', async () => {
    const { port } = new URL(address)
    const taken = newsweave(['start', '--port', port, '--workers', '2'], { env: { ADMIN_KEY: 'admin' } })
    expect(await taken.ended).toBe(1)
    expect(taken.stderr()).toMatch(/^PORT: 127\.0\.0\.1:\d+ is taken\. /)
  })

  it('are replaced when they die, and what was answered stays', async () => {
    const [victim = 0] = pidsOf(program, ({ pid }) => pid !== program.process.pid)
    const acknowledged: string[] = []
    let isOver = false
    const writers = [0, 1, 2, 3].map(async (writer) => {
      const { ask } = connect(address)
      for (let count = 0; !isOver; count++) {
        const slug = `kept-${writer}-${count}`
        // Who is cut off does not know; that is what idempotency keys are for.
        const answer = await ask('/v1/tags', { method: 'POST', body: { slug, name: slug } }).catch(
          () => undefined,
        )
        if (answer?.status === 201) acknowledged.push(slug)
      }
    })
    await sleep(300)
    process.kill(victim, 'SIGKILL')
    await until(() => entriesOf(program).some(({ worker }) => worker === victim))
    const before = acknowledged.length
    await until(() => acknowledged.length > before + 20)
    isOver = true
    await Promise.all(writers)
    for (const slug of acknowledged) expect((await other.ask(`/v1/tags/${slug}`)).status, slug).toBe(200)
    const seen = () => pidsOf(program, ({ method, pid }) => method === 'GET' && pid !== program.process.pid)
    const alive = () => seen().filter(isAlive)
    await until(async () => {
      await connect(address).ask('/v1/tags')
      return alive().length === 2
    })
    expect(alive()).not.toContain(victim)
  })

  it('finish what is under way when the first is told to stop, and end with it', async () => {
    const pids = pidsOf(program, () => true).filter(isAlive)
    expect(pids).toHaveLength(3)
    const waiting = one.ask('/v1/changes?after=999999999&wait=30')
    const stoppedAt = performance.now()
    for (const pid of pids) process.kill(pid, 'SIGTERM')
    await until(async () => (await connect(address).ask('/readyz')).status === 503)
    expect(
      (await other.ask('/v1/tags', { method: 'POST', body: { slug: 'late', name: 'Late' } })).status,
    ).toBe(201)
    expect((await waiting).status).toBe(200)
    expect(await program.ended).toBe(0)
    expect(performance.now() - stoppedAt).toBeLessThan(9_000)
    expect(pids.filter(isAlive)).toEqual([])
  })
})

describe('workers on a server of its own for the database', () => {
  it('write themselves, and count and measure together', async () => {
    const { program, address } = await start(await postgres.create())
    const both = [connect(address), connect(address)]
    await writeAndRead(both)
    const { body } = await (both[0] as Connection).ask('/metrics')
    expect(body).toContain('_count{method="POST",route="/v1/tags",status="201"} 2\n')
    await until(() => pidsOf(program, ({ method }) => method === 'POST').length === 2)
    expect(pidsOf(program, ({ method }) => method === 'POST')).not.toContain(program.process.pid)
  })
})

describe('the first of the processes', () => {
  it('takes its workers with it when it is killed', async () => {
    const { program, address } = await start(`file:${join(inject('sqliteTemplate'), '../killed.db')}`)
    for (const { ask } of [connect(address), connect(address)]) {
      await ask('/v1/tags')
      await ask('/v1/tags', { method: 'POST', body: {} })
    }
    await until(() => pidsOf(program, () => true).length === 3)
    const pids = pidsOf(program, () => true)
    process.kill(program.process.pid as number, 'SIGKILL')
    const killedAt = performance.now()
    await until(() => !pids.some(isAlive))
    expect(performance.now() - killedAt).toBeLessThan(5_000)
  })
})
