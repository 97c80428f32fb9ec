import { beforeAll, describe, expect, it } from 'vitest'
import { checkProblem } from '../support/contract.ts'
import { type Engine, engines } from '../support/engines.ts'
import { exchange, type RawReply } from '../support/socket.ts'
import { document, guarded, names, type Operation, operations } from './document.ts'
import { validRequest } from './requests.ts'
import { openRoom, type Room, urlOf } from './room.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Other ways to write an address, by which a guard in front of it might be avoided. */
const variants: Record<string, (path: string) => string> = {
  'a slash at its end': (path) => `${path}/`,
  'two slashes at its end': (path) => `${path}//`,
  'two slashes at its beginning': (path) => `/${path}`,
  'two slashes inside': (path) => path.replace('/v1/', '/v1//'),
  'an encoded slash': (path) => path.replace(/\/(?=[^/]*$)/, '%2f'),
  'an encoded slash at its beginning': (path) => `/%2f${path.slice(1)}`,
  'a dot segment': (path) => path.replace('/v1/', '/v1/./'),
  'two dots': (path) => path.replace('/v1/', '/v1/x/../'),
  'two dots above the root': (path) => `/../..${path}`,
  'encoded dots': (path) => path.replace('/v1/', '/v1/x/%2e%2e/'),
  'upper case': (path) => path.toUpperCase(),
  'an encoded letter': (path) => path.replace('/v1/', '/%761/'),
  'twice encoded letters': (path) => path.replace('/v1/', '/%25761/'),
  'a semicolon': (path) => `${path};x=1`,
  'a fragment': (path) => `${path}#x`,
  'NUL at its end': (path) => `${path}%00`,
  'no UTF-8': (path) => `${path}%ff`,
  'a lone percent sign': (path) => `${path}%`,
  'a blank at its end': (path) => `${path}%20`,
  'a file type': (path) => `${path}.json`,
  backslashes: (path) => path.replaceAll('/', '\\'),
  'full-width slashes': (path) => `/${encodeURIComponent(path.replaceAll('/', '／'))}`,
  'a host of its own': (path) => `http://newsweave.test${path}`,
  'a host that is none': (path) => `http://[${path}`,
  'a port that is none': (path) => `http://newsweave.test:99999${path}`,
  'a query of nothing': (path) => `${path}?`,
  'a public address in front': (path) => `/healthz/..${path}`,
}

describe('an address', () => {
  let room: Room
  let address: string
  let strangers: { scope: string; key: string }[]

  beforeAll(async () => {
    room = await openRoom(engines[0] as Engine, { readAccess: 'key' })
    address = await room.api.listen()
    // Each has one scope, and an address is tried by one that has another.
    strangers = await Promise.all(
      (['webhooks:write', 'tags:write'] as const).map(async (scope) => ({
        scope,
        key: await room.key([scope]),
      })),
    )
  })

  async function send(method: string, target: string, headers: string[] = []): Promise<RawReply> {
    const head = [`${method} ${target} HTTP/1.1`, 'Host: newsweave.test', 'Connection: close', ...headers]
    const reply = (await exchange(address, `${head.join('\r\n')}\r\n\r\n`)).at(-1)
    if (!reply) throw new Error(`${method} ${target} had no answer.`)
    if (reply.status >= 400 && method !== 'HEAD') checkProblem({ request: `${method} ${target}`, ...reply })
    expect(reply.status, `${method} ${target}`).toBeLessThan(500)
    return reply
  }

  it.each(guarded)('avoids no guard of $method $path, however it is written', async (operation) => {
    const { params, query } = await validRequest(room, operation)
    const path = urlOf(operation.path, params)
    const before = await room.seq()
    for (const [name, write] of Object.entries(variants)) {
      const target = write(path) + (query ? `?${new URLSearchParams(query)}` : '')
      const open = await send(operation.method, target)
      expect([400, 401, 404, 405], `${name}: ${open.status}`).toContain(open.status)
      if (operation.access === 'key') continue
      const stranger = strangers.find(({ scope }) => scope !== operation.access)?.key
      const foreign = await send(operation.method, target, [`Authorization: Bearer ${stranger}`])
      expect([400, 403, 404, 405], `${name}: ${foreign.status}`).toContain(foreign.status)
    }
    expect(await room.seq()).toBe(before)
  })

  it.each(operations)('of $method $path never fails, however it is written', async (operation) => {
    if (operation.method !== 'GET') return
    const { params, query } = await validRequest(room, operation)
    const path = urlOf(operation.path, params)
    // With a next page to link to, where there may be one.
    const page: Record<string, string> = names(operation, 'query').includes('limit') ? { limit: '1' } : {}
    for (const write of Object.values(variants)) {
      const target = `${write(path)}?${new URLSearchParams({ ...query, ...page })}`
      await send('GET', target, ['Authorization: Bearer test-admin-key'])
    }
  })

  it('is not changed by headers that speak of another method or address', async () => {
    const id = await room.article()
    const headers = ['X-HTTP-Method-Override: DELETE', 'X-Original-URL: /v1/me', 'X-Rewrite-URL: /v1/me']
    const reply = await send('GET', `/v1/articles/${id}`, [
      ...headers,
      'Authorization: Bearer test-admin-key',
    ])
    expect(JSON.parse(reply.text).id).toBe(id)
  })

  it.each(Object.keys(document.paths))('%s answers 405 to other methods, and names its own', async (path) => {
    const own = operations.filter((operation) => operation.path === path)
    const target = await addressOf(room, own[0] as Operation)
    const allowed = [...new Set(own.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))]
    for (const method of [...methods, 'PROPFIND', 'TRACE']) {
      if (routed(method, target)) continue
      const reply = await send(method, target, ['Authorization: Bearer test-admin-key', 'Content-Length: 0'])
      expect(reply.status, method).toBe(405)
      expect(reply.headers.allow?.split(', ').sort(), method).toEqual(allowed.sort())
    }
  })

  it('never says of a method that it is not allowed and that it is', async () => {
    for (const path of Object.keys(document.paths)) {
      const own = operations.find((operation) => operation.path === path) as Operation
      const target = await addressOf(room, own)
      for (const variant of [`${target}/`, `/${target}`]) {
        for (const method of methods) {
          const reply = await send(method, variant, ['Content-Length: 0'])
          if (reply.status === 405) expect(reply.headers.allow?.split(', '), variant).not.toContain(method)
        }
      }
    }
  })
})

async function addressOf(room: Room, operation: Operation): Promise<string> {
  return urlOf(operation.path, (await validRequest(room, operation)).params)
}

/** Whether some operation has this address: that of one article may also be read as `/v1/articles/lookup`. */
function routed(method: string, target: string): boolean {
  return operations.some(
    (operation) =>
      (operation.method === method || (operation.method === 'GET' && method === 'HEAD')) &&
      new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(target),
  )
}
