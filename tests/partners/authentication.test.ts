import * as crypto from 'node:crypto'
import { crc32 } from 'node:zlib'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Scope } from '../../src/http/access.ts'
import { createServer } from '../../src/http/server.ts'
import { addAccessCheck } from '../../src/partners/authentication.ts'
import { makeKey } from '../../src/partners/key.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { memoryLog } from '../support/log.ts'
import { addKey } from './keyring.ts'

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof crypto>()
  return { ...actual, timingSafeEqual: vi.fn(actual.timingSafeEqual) }
})
const compare = vi.mocked(crypto.timingSafeEqual)

onEveryEngine('authentication', (engine) => {
  let api: Api

  beforeEach(async () => {
    api = await startApi(await engine.open())
  })

  const send = (authorization: string, url = '/v1/articles') =>
    api.get(url, { key: null, headers: { authorization } })

  it('knows a key, its partner, its scopes and its quota', async () => {
    const { id, key, partnerId } = await addKey(api, { name: 'Importer', scopes: ['tags:write'] })
    const { body, headers } = await api.get('/v1/me', { key })
    expect(headers['cache-control']).toBe('no-store')
    expect(body).toEqual({
      keyId: id,
      name: 'Importer',
      partner: { id: partnerId, name: 'Lighthouse Daily' },
      scopes: ['tags:write'],
      limits: { requestsPerMinute: 1_000_000, requestsPerDay: 1_000_000_000 },
      usage: {
        requestsThisMinute: 1,
        remaining: 999_999,
        requestsToday: 1,
        remainingToday: 999_999_999,
        days: body.usage.days,
      },
      createdAt: body.createdAt,
      expiresAt: null,
    })
    expect((await api.get('/v1/me', { key })).body.usage.requestsThisMinute).toBe(2)
  })

  it('takes the key of the settings as an administrator', async () => {
    const { body } = await api.get('/v1/me')
    expect(body).toMatchObject({ keyId: 'admin-key', partner: null, scopes: ['admin'], expiresAt: null })
    expect((await send(`Bearer ${adminKey}x`)).status).toBe(401)
    expect((await send(`Bearer ${adminKey.slice(1)}`)).status).toBe(401)
  })

  it('asks for a key where one is needed', async () => {
    const answer = await api.get('/v1/me', { key: null })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect((await api.post('/v1/tags', { key: null, body: {} })).status).toBe(401)
  })

  it('refuses a key that is no good, even where none is needed', async () => {
    const { key } = await addKey(api)
    const damaged = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')
    const bad = [damaged, makeKey().key, 'nw_', 'x', `${key} ${key}`, 'ключ', '', '"']
    for (const text of bad) {
      const answer = await send(`Bearer ${text}`)
      expect(answer.status, text).toBe(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer')
    }
    expect((await send(`Basic ${btoa(`user:${key}`)}`)).status).toBe(401)
    expect((await send(key)).status).toBe(401)
    expect((await send(`Bearer ${key}`)).status).toBe(200)
    expect((await send(`bearer  ${key}`)).status).toBe(200)
  })

  it('needs the whole key, not only its public id', async () => {
    const { key } = await addKey(api)
    const other = makeKey().key
    // Well formed and with a checksum that fits: only the secret is another.
    const forged = forge(key.slice(0, 16) + other.slice(16, 59))
    const answer = await send(`Bearer ${forged}`)
    expect(answer.status).toBe(401)
    expect(answer.body.detail).toBe('Nobody has this key.')
  })

  it('compares as much for an id that nobody has, and answers the same', async () => {
    const { key, path } = await addKey(api)
    await api.delete(path)
    const forged = forge(key.slice(0, 16) + makeKey().key.slice(16, 59))
    const answers = []
    for (const presented of [forged, makeKey().key]) {
      compare.mockClear()
      const { status, body } = await send(`Bearer ${presented}`)
      answers.push({ status, body: { ...body, requestId: '' }, compared: compare.mock.calls.length })
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.compared).toBe(2)
  })

  it('asks the database nothing about a key with a wrong checksum', async () => {
    const { key } = await addKey(api)
    compare.mockClear()
    const answer = await send(`Bearer ${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`)
    expect(answer.body.detail).toBe('The key is damaged: copy it again.')
    // With the key of the settings alone.
    expect(compare).toHaveBeenCalledTimes(1)
  })

  it('refuses a scope that the key lacks and names it', async () => {
    const { key } = await addKey(api, { scopes: ['articles:write'] })
    const answer = await api.post('/v1/tags', { key, body: { slug: 'a', name: 'A' } })
    expect(answer.status).toBe(403)
    expect(answer.body.detail).toContain('tags:write')
    expect(answer.body.scope).toBe('tags:write')
    expect((await api.get('/v1/partners', { key })).body.scope).toBe('admin')
  })

  it('lets HEAD in where GET is let in', async () => {
    const { key } = await addKey(api)
    expect((await api.head('/v1/articles', { key: null })).status).toBe(200)
    expect((await api.head('/v1/me', { key })).status).toBe(200)
    expect((await api.head('/v1/me', { key: null })).status).toBe(401)
    expect((await api.head('/v1/partners', { key })).status).toBe(403)
  })

  it('has no say in addresses that do not exist', async () => {
    for (const authorization of [`Bearer ${adminKey}`, 'Bearer nonsense']) {
      expect((await send(authorization, '/v1/nothing')).status).toBe(404)
    }
    const wrongMethod = await api.request('PUT', '/v1/me', { key: null })
    expect(wrongMethod.status).toBe(405)
  })

  it('leaves what is public open to everybody', async () => {
    for (const url of ['/healthz', '/readyz', '/problems/forbidden']) {
      expect((await send('Bearer nonsense', url)).status).toBe(200)
    }
  })

  it('asks for the scope read where reads are closed', async () => {
    const closed = await startApi(await engine.open(), { readAccess: 'key' })
    const statuses = async (key: string | null) => [
      (await closed.get('/v1/articles', { key })).status,
      (await closed.get('/v1/changes', { key })).status,
      (await closed.get('/problems/forbidden', { key })).status,
    ]
    const keyWith = async (scope: Scope) => (await addKey(closed, { scopes: [scope] })).key
    expect(await statuses(null)).toEqual([401, 401, 200])
    expect(await statuses(await keyWith('articles:write'))).toEqual([403, 403, 200])
    expect(await statuses(await keyWith('read'))).toEqual([200, 200, 200])
    expect(await statuses(await keyWith('admin'))).toEqual([200, 200, 200])
  })

  it('never answers from the cache what a key has lost', async () => {
    const closed = await startApi(await engine.open(), { readAccess: 'key', cache: true })
    const { key, path } = await addKey(closed)
    for (let times = 0; times < 3; times++) {
      expect((await closed.get('/v1/articles', { key })).status).toBe(200)
    }
    await closed.delete(path)
    expect((await closed.get('/v1/articles', { key })).status).toBe(401)
    expect((await closed.get('/v1/articles', { key: null })).status).toBe(401)
  })
})

describe('a route under /v1', () => {
  const server = () => {
    const app = createServer({
      logger: memoryLog().logger,
      publicUrl: () => 'http://newsweave.test',
      trustedProxies: [],
    })
    addAccessCheck(app, 'open')
    return app
  }

  it('is not registered where it does not say which access it needs', () => {
    expect(() => server().get('/v1/leak', async () => ({}))).toThrow('GET /v1/leak does not say which access')
    expect(() => server().get('/v1', async () => ({}))).toThrow('does not say')
    expect(() => server().delete('/v1/*', async () => ({}))).toThrow('does not say')
  })

  it('is registered where it does, and so are pages elsewhere', () => {
    const app = server()
    expect(() => app.get('/v1/open', { config: { access: 'public' } }, async () => ({}))).not.toThrow()
    expect(() => app.get('/v1-notes', async () => ({}))).not.toThrow()
  })
})

/** A key of this text and a checksum that fits. */
function forge(body: string): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  let sum = ''
  for (let rest = crc32(body); sum.length < 6; rest = Math.floor(rest / 62)) sum = digits[rest % 62] + sum
  return body + sum
}
