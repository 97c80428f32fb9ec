import { expect, it } from 'vitest'
import { adminKey, startApi } from '../support/api.ts'
import { type Engine, engines } from '../support/engines.ts'
import { exchange } from '../support/socket.ts'
import { call, newsroom, overHttp, startHttp } from './host.ts'

const [sqlite] = engines as [Engine]

it('is at /mcp of the API too, for the same keys, limits and origins', async () => {
  const { url } = await newsroom(sqlite)
  const database = sqlite.connect(url)
  const rateLimits = { anonymous: 12, key: 1000 }
  const api = await startApi(database, { rateLimits, corsOrigins: ['https://agents.example'] })
  const address = await api.listen()
  const client = await overHttp(address, { authorization: `Bearer ${adminKey}` })
  for (let count = 0; count < 10; count++)
    expect((await call(client, 'list_stories')).isError).toBeUndefined()
  // A tool counts as what it asks, and as the request that asked for it.
  const anonymous = await overHttp(address)
  const told: string[] = []
  for (let count = 0; count < 12 && !told.at(-1)?.includes('429'); count++) {
    told.push(
      await call(anonymous, 'recent_changes', { after: 0, limit: 1 }).then(
        ({ text }) => text,
        (error) => `${error.code} ${error.message}`,
      ),
    )
  }
  expect(told[0]).toContain('Position 1.')
  expect(told.length).toBeLessThan(7)
  expect(told.at(-1)).toContain('429')
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const from = (origin: string) => api.post('/mcp', { headers: { ...headers, origin }, body: list })
  expect((await from('https://agents.example')).status).toBe(200)
  expect((await from('https://evil.example')).status).toBe(403)
})

it('takes requests of programs and of this machine alone, and says what it does not do', async () => {
  const { url } = await newsroom(sqlite)
  const env = { DATABASE_URL: url, CORS_ORIGINS: 'https://agents.example' }
  const { url: address } = await startHttp(env)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  const ask = async (headers: Record<string, string>) => {
    const common = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    return fetch(`${address}/mcp`, { method: 'POST', headers: { ...common, ...headers }, body })
  }
  expect((await ask({})).status).toBe(200)
  expect((await ask({ origin: 'http://localhost:6274' })).status).toBe(200)
  const named = await ask({ origin: 'https://agents.example' })
  expect([named.status, named.headers.get('access-control-allow-origin')]).toEqual([
    200,
    'https://agents.example',
  ])
  for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
    expect((await ask({ origin })).status, origin).toBe(403)
  }
  const lines = [
    'POST /mcp HTTP/1.1',
    'Host: evil.example',
    'Content-Type: application/json',
    'Connection: close',
  ]
  const [rebound] = await exchange(
    address,
    `${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  expect(rebound?.status).toBe(403)
  expect((await fetch(`${address}/mcp`)).status).toBe(405)
  expect((await fetch(`${address}/v1/articles`)).status).toBe(404)
})
