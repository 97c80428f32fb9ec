import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { loadSample } from '../../src/main/sample.ts'
import { createKey } from '../../src/partners/keys.ts'
import { engines } from '../support/engines.ts'
import { newsweave } from '../support/newsweave.ts'

const quietRequests = 30

/** A search that no cache answers. */
function search(agent: Agent, address: string, { key, number }: { key: string; number: number }) {
  const path = `/v1/articles?q=chip*&facets=tag,source&highlight=true&publishedAfter=2020-01-01T00:00:${String(number % 60).padStart(2, '0')}.${String(number).padStart(6, '0')}Z`
  return new Promise<number>((resolve, reject) => {
    const sent = request(address + path, { agent, headers: { authorization: `Bearer ${key}` } }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end()
  })
}

type Logged = { time: string; durationMs: number; status: number; keyId: string }

/**
 * How many searches of the other were answered while each of this key's waited, by the log of the program. It counts turns, where a
 * clock would measure how busy the machine and this process are, too.
 */
function answeredMeanwhile(log: string, keyId: string): number[] {
  const answers = log
    .split('\n')
    .filter((line) => line.includes('request completed'))
    .map((line): Logged => JSON.parse(line))
    .filter(({ status }) => status === 200)
  return answers.flatMap((own, index) => {
    if (own.keyId !== keyId) return []
    const arrivedMs = Date.parse(own.time) - own.durationMs
    return answers
      .slice(0, index)
      .filter((other) => other.keyId !== keyId && Date.parse(other.time) >= arrivedMs).length
  })
}

it('a key that floods does not starve another, and is told what is too much', async () => {
  const [sqlite] = engines
  const url = await (sqlite as NonNullable<typeof sqlite>).create()
  const database = (sqlite as NonNullable<typeof sqlite>).connect(url)
  await loadSample(database)
  const keys = await database.write(async (tx) => {
    const quiet = await createKey(tx, { name: 'quiet', scopes: ['read'] })
    const flood = await createKey(tx, { name: 'flood', scopes: ['read'] })
    return { quiet: { key: quiet.key, id: quiet.row.id }, flood: flood.key }
  })
  const env = { DATABASE_URL: url, ROLES: 'api', REQUESTS_UNDER_WAY: '64', LOG_LEVEL: 'info' }
  const program = newsweave(['start', '--port', '0'], { env })
  const [, address = ''] = await program.printed(/^Newsweave is ready at (\S+)/m)

  const statuses = new Map<number, number>()
  let flooding = true
  const floodAgent = new Agent({ keepAlive: true, maxSockets: 100 })
  const floods = Array.from({ length: 100 }, async (_, index) => {
    for (let number = index * 1000; flooding; number++) {
      const status = await search(floodAgent, address, { key: keys.flood, number })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      // This process asks for the other, too, and is not to be kept busy by refusals alone.
      if (status !== 200) await sleep(10)
    }
  })
  await sleep(500)
  const agent = new Agent({ keepAlive: true })
  for (let number = 0; number < quietRequests; number++) {
    expect(await search(agent, address, { key: keys.quiet.key, number })).toBe(200)
    await sleep(5)
  }
  flooding = false
  await Promise.all(floods)
  agent.destroy()
  floodAgent.destroy()

  // What would wait for more than a second is refused as well, where the machine is busy.
  expect([200, 429, 503]).toEqual(expect.arrayContaining([...statuses.keys()]))
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 429]))
  const meanwhile = answeredMeanwhile(program.stderr(), keys.quiet.id).sort((a, b) => a - b)
  expect(meanwhile).toHaveLength(quietRequests)
  // Those that are worked on and the one that begins next, seldom a few more, and not the 64 that are under way.
  expect(meanwhile[quietRequests / 2]).toBeLessThan(6)
  expect(meanwhile[Math.floor(quietRequests * 0.95)]).toBeLessThan(32)
}, 120_000)
