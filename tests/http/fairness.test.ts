import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { loadSample } from '../../src/main/sample.ts'
import { createKey } from '../../src/partners/keys.ts'
import { engines } from '../support/engines.ts'
import { newsweave } from '../support/newsweave.ts'

const quietRequests = 30

/** A search that no cache answers, and how long the answer took in ms. */
function search(agent: Agent, address: string, { key, number }: { key: string; number: number }) {
  const path = `/v1/articles?q=chip*&facets=tag,source&highlight=true&publishedAfter=2020-01-01T00:00:${String(number % 60).padStart(2, '0')}.${String(number).padStart(6, '0')}Z`
  const begun = performance.now()
  return new Promise<{ status: number; ms: number }>((resolve, reject) => {
    const sent = request(address + path, { agent, headers: { authorization: `Bearer ${key}` } }, (answer) => {
      answer
        .resume()
        .on('end', () => resolve({ status: answer.statusCode ?? 0, ms: performance.now() - begun }))
    })
    sent.on('error', reject)
    sent.end()
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
    return { quiet: quiet.key, flood: flood.key }
  })
  const env = { DATABASE_URL: url, ROLES: 'api', REQUESTS_UNDER_WAY: '64' }
  const program = newsweave(['start', '--port', '0'], { env })
  const [, address = ''] = await program.printed(/^Newsweave is ready at (\S+)/m)

  const agent = new Agent({ keepAlive: true })
  let asked = 0
  async function quietP95(): Promise<number> {
    const times: number[] = []
    for (let count = 0; count < quietRequests; count++) {
      const { status, ms } = await search(agent, address, { key: keys.quiet, number: asked++ })
      expect(status).toBe(200)
      times.push(ms)
      await sleep(5)
    }
    return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] as number
  }
  await quietP95()
  const alone = await quietP95()

  const statuses = new Map<number, number>()
  let flooding = true
  const floodAgent = new Agent({ keepAlive: true, maxSockets: 100 })
  const floods = Array.from({ length: 100 }, async (_, index) => {
    for (let number = index * 1000; flooding; number++) {
      const { status } = await search(floodAgent, address, { key: keys.flood, number })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      // This process measures, too, and is not to be kept busy by refusals alone.
      if (status !== 200) await sleep(10)
    }
  })
  await sleep(500)
  const beside = await quietP95()
  flooding = false
  await Promise.all(floods)
  agent.destroy()
  floodAgent.destroy()

  // What would wait for more than a second is refused as well, where the machine is busy.
  expect([200, 429, 503]).toEqual(expect.arrayContaining([...statuses.keys()]))
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 429]))
  // A few searches of the other beside each of its own steps, not the hundred that are sent at a time.
  expect(beside).toBeLessThan(20 * alone)
}, 120_000)
