import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { hashOf } from '../../src/partners/key.ts'
import { ensureAdminKey, revokeKey } from '../../src/partners/keys.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'
import { addKey, addPartner } from './keyring.ts'
import { contentOfAllTables } from './tables.ts'

onEveryEngine('keys', (engine) => {
  let api: Api
  let clock: TestClock
  let url: string
  let database: Database

  beforeEach(async () => {
    clock = testClock()
    url = await engine.create()
    database = engine.connect(url, clock)
    api = await startApi(database, { clock })
  })

  const statusWith = async (key: string) => (await api.get('/v1/me', { key })).status

  it('are shown once and read without their secret', async () => {
    const partnerId = await addPartner(api)
    const body = { name: 'Importer', scopes: ['tags:write', 'articles:write', 'tags:write'] }
    const issued = await api.post(`/v1/partners/${partnerId}/keys`, { body })
    expect(issued.status).toBe(201)
    expect(issued.headers['cache-control']).toBe('no-store')
    const { key, ...rest } = issued.body
    expect(key).toMatch(/^nw_/)
    expect(rest).toEqual({
      id: rest.id,
      partnerId,
      name: 'Importer',
      prefix: key.slice(0, 15),
      scopes: ['tags:write', 'articles:write'],
      requestsPerMinute: null,
      requestsPerDay: null,
      usage: [],
      createdAt: '2026-11-23T06:08:00.000Z',
      expiresAt: null,
      revokedAt: null,
    })
    const read = await api.get(issued.headers.location)
    expect(read.body).toEqual(rest)
    expect(read.headers.etag).toBe(issued.headers.etag)
    expect((await api.get(`/v1/partners/${partnerId}/keys`)).body.data).toEqual([rest])
  })

  it('do not show their secret to a repetition', async () => {
    const partnerId = await addPartner(api)
    const send = () =>
      api.post(`/v1/partners/${partnerId}/keys`, {
        body: { name: 'A', scopes: ['read'] },
        headers: { 'idempotency-key': 'once' },
      })
    const first = await send()
    const second = await send()
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(second.body).toEqual({ ...first.body, key: null })
    expect((await api.get(`/v1/partners/${partnerId}/keys`)).body.data).toHaveLength(1)
  })

  it('are kept as a hash and in no other form', async () => {
    const first = await database.write(ensureAdminKey)
    const { key, partnerId, path } = await addKey(api)
    const repeatable = await api.post(`/v1/partners/${partnerId}/keys`, {
      body: { name: 'B', scopes: ['admin'] },
      headers: { 'idempotency-key': 'kept' },
    })
    const rotated = await api.post(`${path}/rotation`, {
      body: { overlapSeconds: 60 },
      headers: { 'idempotency-key': 'kept-too' },
    })
    const everything = JSON.stringify(await contentOfAllTables(database, engine.name))
    for (const secret of [first as string, key, repeatable.body.key, rotated.body.key]) {
      expect(everything).toContain(secret.slice(3, 15))
      expect(everything).toContain(hashOf(secret))
      expect(everything).not.toContain(secret.slice(16, 36))
      expect(everything).not.toContain(secret.slice(-20))
    }
    expect(everything).not.toContain(adminKey)
  })

  it('are refused from the next request on once revoked', async () => {
    const { key, path } = await addKey(api)
    expect(await statusWith(key)).toBe(200)
    expect((await api.delete(path)).status).toBe(204)
    const refused = await api.get('/v1/me', { key })
    expect(refused.status).toBe(401)
    expect(refused.body.detail).toBe('The key was revoked.')
    expect((await api.get(path)).body.revokedAt).toBe('2026-11-23T06:08:00.000Z')
  })

  it('are refused at once where another process revoked them', async () => {
    const { id, key } = await addKey(api)
    expect(await statusWith(key)).toBe(200)
    await engine.connect(url).write((tx) => revokeKey(tx, { id }))
    expect(await statusWith(key)).toBe(401)
  })

  it('are revoked twice with the same answer and the first time', async () => {
    const { path } = await addKey(api)
    const headers = { 'if-match': '"v1"' }
    expect((await api.delete(path, { headers })).status).toBe(204)
    clock.advance(5000)
    expect((await api.delete(path, { headers })).status).toBe(204)
    const { body, headers: read } = await api.get(path)
    expect(body.revokedAt).toBe('2026-11-23T06:08:00.000Z')
    expect(read.etag).toBe('"v2"')
  })

  it('are not revoked by who has read another version', async () => {
    const { key, path } = await addKey(api)
    expect((await api.delete(path, { headers: { 'if-match': '"v7"' } })).status).toBe(412)
    expect(await statusWith(key)).toBe(200)
  })

  it('are refused from the moment of their end', async () => {
    const { key } = await addKey(api, { expiresAt: '2026-11-23T14:08:10+08:00' })
    clock.set('2026-11-23T06:08:09.999Z')
    const taken = await api.get('/v1/me', { key })
    expect(taken.body.expiresAt).toBe('2026-11-23T06:08:10.000Z')
    clock.set('2026-11-23T06:08:10.000Z')
    const refused = await api.get('/v1/me', { key })
    expect(refused.status).toBe(401)
    expect(refused.body.detail).toBe('The key has expired.')
  })

  it('are refused while their partner is suspended', async () => {
    const { key, partnerId } = await addKey(api)
    const path = `/v1/partners/${partnerId}`
    await api.patch(path, { body: { state: 'suspended' } })
    const refused = await api.get('/v1/me', { key })
    expect(refused.status).toBe(401)
    expect(refused.body.detail).toBe('The partner of this key is suspended.')
    await api.patch(path, { body: { state: 'active' } })
    expect(await statusWith(key)).toBe(200)
  })

  it('go with their partner', async () => {
    const { key, partnerId, path } = await addKey(api)
    await api.delete(`/v1/partners/${partnerId}`)
    expect(await statusWith(key)).toBe(401)
    expect((await api.get(path)).status).toBe(404)
    expect((await contentOfAllTables(database, engine.name)).api_key).toEqual([])
  })

  it('are not found under the address of another partner', async () => {
    const { id, key } = await addKey(api)
    const foreign = `/v1/partners/${await addPartner(api)}/keys/${id}`
    expect((await api.get(foreign)).status).toBe(404)
    expect((await api.delete(foreign)).status).toBe(404)
    expect((await api.post(`${foreign}/rotation`, { body: {} })).status).toBe(404)
    expect(await statusWith(key)).toBe(200)
  })

  it('are not listed or issued for a partner who is not there', async () => {
    const path = '/v1/partners/nobody/keys'
    expect((await api.get(path)).status).toBe(404)
    expect((await api.post(path, { body: { name: 'A', scopes: ['read'] } })).status).toBe(404)
  })

  it('are listed page by page, each once', async () => {
    const partnerId = await addPartner(api)
    const ids: string[] = []
    // Two at each moment, so that pages end between equals, too.
    for (let count = 0; count < 7; count++) {
      ids.push((await addKey(api, { partnerId })).id)
      if (count % 2) clock.advance(1000)
    }
    await addKey(api)
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await api.get(`/v1/partners/${partnerId}/keys?limit=3${cursor}`)
      seen.push(...body.data.map((key: { id: string }) => key.id))
      cursor = body.page.next && `&cursor=${body.page.next}`
    } while (cursor)
    expect(seen).toEqual(ids)
  })

  it.each([
    ['scopes', { scopes: [] }],
    ['scopes', {}],
    ['scopes.0', { scopes: ['articles:wirte'] }],
    ['expiresAt', { scopes: ['read'], expiresAt: '2026-11-23T06:08:00Z' }],
    ['expiresAt', { scopes: ['read'], expiresAt: 'tomorrow' }],
    ['key', { scopes: ['read'], key: 'nw_my-own' }],
  ])('refuse a wrong %s and name it', async (path, members) => {
    const partnerId = await addPartner(api)
    const answer = await api.post(`/v1/partners/${partnerId}/keys`, { body: { name: 'A', ...members } })
    expect(answer.status).toBe(422)
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
    expect((await api.get(`/v1/partners/${partnerId}/keys`)).body.data).toEqual([])
  })

  it('are rotated at once where no overlap is asked for', async () => {
    const old = await addKey(api, { scopes: ['tags:write'], expiresAt: '2027-01-01T00:00:00Z' })
    const answer = await api.post(`${old.path}/rotation`)
    expect(answer.status).toBe(201)
    expect(answer.headers.location).toBe(`/v1/partners/${old.partnerId}/keys/${answer.body.id}`)
    expect(answer.body).toMatchObject({
      name: 'A key',
      scopes: ['tags:write'],
      expiresAt: '2027-01-01T00:00:00.000Z',
    })
    expect(await statusWith(old.key)).toBe(401)
    expect(await statusWith(answer.body.key)).toBe(200)
    expect((await api.post(`${old.path}/rotation`, { body: {} })).status).toBe(409)
  })

  it('are both taken during the overlap of a rotation, and only the new one behind it', async () => {
    const old = await addKey(api)
    const { body } = await api.post(`${old.path}/rotation`, { body: { overlapSeconds: 3600 } })
    expect((await api.get(old.path)).body.expiresAt).toBe('2026-11-23T07:08:00.000Z')
    clock.advance(3_599_999)
    expect([await statusWith(old.key), await statusWith(body.key)]).toEqual([200, 200])
    clock.advance(1)
    expect([await statusWith(old.key), await statusWith(body.key)]).toEqual([401, 200])
  })

  it('never live longer for an overlap', async () => {
    const old = await addKey(api, { expiresAt: '2026-11-23T06:30:00Z' })
    const { body } = await api.post(`${old.path}/rotation`, { body: { overlapSeconds: 7 * 86_400 } })
    expect(body.expiresAt).toBe('2026-11-23T06:30:00.000Z')
    expect((await api.get(old.path)).body.expiresAt).toBe('2026-11-23T06:30:00.000Z')
  })

  it.each([-1, 604_801, 1.5, '60'])(
    'are not rotated with an overlap of %s seconds',
    async (overlapSeconds) => {
      const { key, path } = await addKey(api)
      expect((await api.post(`${path}/rotation`, { body: { overlapSeconds } })).status).toBe(422)
      expect(await statusWith(key)).toBe(200)
    },
  )
})
