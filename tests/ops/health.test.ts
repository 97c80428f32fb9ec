import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/shared/failure.ts'
import { startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('health', (engine) => {
  it('is well and ready while the database answers', async () => {
    const api = await startApi(await engine.open())
    for (const url of ['/healthz', '/readyz']) {
      const { status, body, headers } = await api.get(url, { key: null })
      expect(status).toBe(200)
      expect(body).toEqual({ status: 'ok' })
      expect(headers['cache-control']).toBe('no-store')
    }
  })

  it('is open where reads are closed', async () => {
    const api = await startApi(await engine.open(), { readAccess: 'key' })
    expect((await api.get('/readyz', { key: null })).status).toBe(200)
  })

  it('is alive but not ready once the process stops', async () => {
    const readiness = { closing: false }
    const api = await startApi(await engine.open(), { readiness })
    readiness.closing = true
    const { status, headers } = await api.get('/readyz', { mayFail: true })
    expect(status).toBe(503)
    expect(headers['retry-after']).toBe('5')
    expect((await api.get('/healthz')).status).toBe(200)
  })

  it('is alive but not ready while the database cannot be reached', async () => {
    const database = await engine.open()
    const broken = { ...database, one: () => Promise.reject(new Failure('unavailable', 'Gone away.')) }
    const api = await startApi(broken)
    expect((await api.get('/readyz', { key: null, mayFail: true })).status).toBe(503)
    expect((await api.get('/healthz', { key: null })).status).toBe(200)
  })
})

describe('a process without the role api', () => {
  onEveryEngine('serves', (engine) => {
    it('health and metrics, and nothing else', async () => {
      const api = await startApi(await engine.open(), { serves: 'health' })
      for (const url of ['/healthz', '/readyz', '/metrics']) expect((await api.get(url)).status).toBe(200)
      for (const url of ['/v1/articles', '/openapi.json', '/docs', '/'])
        expect((await api.get(url)).status).toBe(404)
    })
  })
})

it('a database that does not answer in time is no readiness', async () => {
  const { createServer } = await import('../../src/http/server.ts')
  const { addHealth } = await import('../../src/ops/health.ts')
  const { memoryLog } = await import('../support/log.ts')
  const app = createServer({ logger: memoryLog().logger, publicUrl: () => 'http://x', trustedProxies: [] })
  const database = { one: () => new Promise<never>(() => {}) } as never
  addHealth(app, { database, readiness: { closing: false } })
  const began = performance.now()
  const reply = await app.inject('/readyz')
  expect(reply.statusCode).toBe(503)
  expect(reply.json().detail).toBe('The database does not answer.')
  expect(performance.now() - began).toBeGreaterThan(1_900)
  await app.close()
})
