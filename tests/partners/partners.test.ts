import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { type Api, startApi } from '../support/api.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'
import { addPartner } from './keyring.ts'

onEveryEngine('partners', (engine) => {
  let api: Api
  let clock: TestClock
  let database: Database

  beforeEach(async () => {
    clock = testClock()
    database = await engine.open(clock)
    api = await startApi(database, { clock })
  })

  it('are added, read, changed and deleted', async () => {
    const created = await api.post('/v1/partners', {
      body: { name: '青岩报', contact: 'api@qingyan.example' },
    })
    expect(created.status).toBe(201)
    expect(created.headers.location).toBe(`/v1/partners/${created.body.id}`)
    expect(created.headers.etag).toBe('"v1"')
    expect(created.body).toEqual({
      id: created.body.id,
      name: '青岩报',
      contact: 'api@qingyan.example',
      state: 'active',
      createdAt: '2026-11-23T06:08:00.000Z',
      updatedAt: '2026-11-23T06:08:00.000Z',
    })
    const path = created.headers.location
    const read = await api.get(path)
    expect(read.body).toEqual(created.body)
    expect(read.headers.etag).toBe('"v1"')
    expect((await api.get(path, { headers: { 'if-none-match': '"v1"' } })).status).toBe(304)

    clock.advance(1000)
    const patched = await api.patch(path, { body: { contact: null, state: 'suspended' } })
    expect(patched.headers.etag).toBe('"v2"')
    expect(patched.body).toEqual({
      ...created.body,
      contact: null,
      state: 'suspended',
      updatedAt: '2026-11-23T06:08:01.000Z',
    })
    expect((await api.get(path)).body).toEqual(patched.body)

    expect((await api.delete(path)).status).toBe(204)
    expect((await api.get(path)).status).toBe(404)
    expect((await api.delete(path)).status).toBe(404)
  })

  it('are written over only by who has read the present version', async () => {
    const path = `/v1/partners/${await addPartner(api)}`
    const { headers } = await api.patch(path, { body: { name: 'B' }, headers: { 'if-match': '"v1"' } })
    const stale = { headers: { 'if-match': '"v1"' } }
    expect((await api.patch(path, { body: { name: 'C' }, ...stale })).status).toBe(412)
    expect((await api.delete(path, stale)).status).toBe(412)
    expect((await api.get(path)).body.name).toBe('B')
    expect((await api.delete(path, { headers: { 'if-match': headers.etag } })).status).toBe(204)
  })

  it('are made once under one Idempotency-Key', async () => {
    const send = () => api.post('/v1/partners', { body: { name: 'A' }, headers: { 'idempotency-key': 'k1' } })
    const first = await send()
    const second = await send()
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(second.body).toEqual(first.body)
    expect((await api.get('/v1/partners')).body.data).toHaveLength(1)
  })

  it('are listed page by page in the order in which they were added', async () => {
    const names = ['A', 'B', 'C', 'D', 'E']
    for (const name of names) await addPartner(api, { name })
    const seen: string[] = []
    let url = '/v1/partners?limit=2'
    for (let pages = 1; pages <= 3; pages++) {
      const { body, headers } = await api.get(url)
      seen.push(...body.data.map((partner: { name: string }) => partner.name))
      url = /<(.+)>; rel="next"/.exec(headers.link ?? '')?.[1] ?? 'none'
      expect(body.page.next === null).toBe(url === 'none')
    }
    expect(seen).toEqual(names)
  })

  it.each([
    ['name', {}],
    ['name', { name: '  ' }],
    ['name', { name: 'x'.repeat(201) }],
    ['contact', { name: 'A', contact: 5 }],
    ['state', { name: 'A', state: 'suspended' }],
    ['nmae', { name: 'A', nmae: 'B' }],
  ])('refuse a wrong %s and name it', async (path, body) => {
    const answer = await api.post('/v1/partners', { body })
    expect(answer.status).toBe(422)
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  it.each([
    ['name', { name: null }],
    ['state', { state: 'gone' }],
    ['id', { id: 'x' }],
  ])('refuse a patch with a wrong %s', async (path, body) => {
    const answer = await api.patch(`/v1/partners/${await addPartner(api)}`, { body })
    expect(answer.status).toBe(422)
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
  })
})
