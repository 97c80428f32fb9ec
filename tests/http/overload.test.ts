import { expect, it } from 'vitest'
import { addOverload, holdBack, watchLateness } from '../../src/http/overload.ts'
import { createServer } from '../../src/http/server.ts'
import { checkProblem } from '../support/contract.ts'
import { memoryLog } from '../support/log.ts'

it('refuses what comes while the process is late, but for who watches it, and takes it again behind that', async () => {
  let late = 0
  let stopped = false
  const { logger } = memoryLog('warn')
  const app = createServer({ logger, publicUrl: () => 'http://newsweave.test', trustedProxies: [] })
  const stop = () => {
    stopped = true
  }
  addOverload(app, ['/healthz'], { start() {}, lateMs: () => late, stop })
  for (const url of ['/healthz', '/things']) app.get(url, async () => ({ status: 'ok' }))
  const ask = async (url: string) => app.inject(url)
  expect((await ask('/things')).statusCode).toBe(200)
  late = 1000
  const refused = await ask('/things')
  expect(refused.headers['retry-after']).toBe('2')
  checkProblem({
    request: 'GET /things',
    status: 503,
    headers: refused.headers as Record<string, string>,
    text: refused.body,
  })
  expect((await ask('/healthz')).statusCode).toBe(200)
  late = 0
  expect((await ask('/things')).statusCode).toBe(200)
  await app.close()
  expect(stopped).toBe(true)
})

it('is late where one step follows the other, and not by a single one', async () => {
  const { start, lateMs, stop } = watchLateness()
  const hold = (ms: number) => {
    for (const end = performance.now() + ms; performance.now() < end; );
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1))
  start()
  hold(2_000)
  await turn()
  expect(lateMs()).toBeGreaterThan(0)
  expect(lateMs()).toBeLessThan(500)
  for (let step = 0; step < 3; step++) {
    hold(1_000)
    await turn()
  }
  expect(lateMs()).toBeGreaterThan(500)
  stop()
})

it('tells refusals one after the other, and at once what is too much to hold back', async () => {
  const toldMs: number[] = []
  const begun = performance.now()
  for (let count = 0; count < 2_100; count++) holdBack(() => toldMs.push(performance.now() - begun))
  expect(toldMs).toHaveLength(100)
  await expect.poll(() => toldMs.length, { timeout: 10_000 }).toBe(2_100)
  const late = toldMs.slice(100)
  expect(Math.min(...late)).toBeGreaterThan(400)
  expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(500)
})
