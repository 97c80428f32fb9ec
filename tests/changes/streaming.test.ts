import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, it, vi } from 'vitest'
import { type ChangeType, changeTypes } from '../../src/changes/change.ts'
import { recordChange } from '../../src/changes/changes.ts'
import type { Database } from '../../src/database/database.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { addKey } from '../partners/keyring.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'
import { readEvents } from '../support/events.ts'
import { appendChanges } from './log.ts'

onEveryEngine('GET /v1/changes/stream', (engine) => {
  let database: Database
  let api: Api
  let address: string

  beforeEach(async () => {
    database = await engine.open()
    await listen()
  })

  async function listen(options: Parameters<typeof startApi>[1] = {}): Promise<void> {
    api = await startApi(database, options)
    address = await api.listen()
  }

  const open = (query = '', headers: Record<string, string> = {}) =>
    readEvents(`${address}/v1/changes/stream${query}`, headers)

  const record = (...types: ChangeType[]) =>
    database.write(async (tx) => {
      for (const type of types) await recordChange(tx, { type, id: 'some-id', revision: 2 })
    })

  const seqsOf = (changes: { seq: number }[]) => changes.map(({ seq }) => seq)

  it('sends what is there, then each change as it is committed, as the log shows it', async () => {
    await record('tag.created', 'article.revised')
    const reader = await open()
    expect(reader.response.status).toBe(200)
    expect(Object.fromEntries(reader.response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
      'x-accel-buffering': 'no',
      ratelimit: expect.any(String),
    })
    await reader.until(() => reader.changes().length === 2)
    const started = performance.now()
    await record('tag.deleted')
    await reader.until(() => reader.changes().length === 3)
    expect(performance.now() - started).toBeLessThan(900)
    const { body } = await api.get('/v1/changes')
    expect(reader.changes()).toEqual(body.data)
    expect(reader.events.map(({ id, event }) => [id, event])).toEqual([
      ['1', 'change'],
      ['2', 'change'],
      ['3', 'change'],
    ])
    expect(reader.retry()).toBe(3000)
  })

  it('goes on behind Last-Event-ID, which counts more than after', async () => {
    await record(...changeTypes.slice(0, 9))
    const reader = await open('?after=2&duration=0', { 'last-event-id': '6' })
    await reader.ended
    expect(seqsOf(reader.changes())).toEqual([7, 8, 9])
    const other = await open('?after=7&duration=0')
    await other.ended
    expect(seqsOf(other.changes())).toEqual([8, 9])
  })

  it('is never encoded, whatever the reader accepts', async () => {
    await record('tag.created')
    const reader = await open('', { 'accept-encoding': 'br, gzip, zstd' })
    expect(reader.response.headers.get('content-encoding')).toBeNull()
    await reader.until(() => reader.changes().length === 1)
  })

  it('answers HEAD and lets go of the stream', async () => {
    await listen({ changes: { streamLimits: { maxStreams: 1 } } })
    for (let count = 0; count < 3; count++) {
      const head = await fetch(`${address}/v1/changes/stream`, { method: 'HEAD' })
      expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    }
    const reader = await open('?duration=0')
    await reader.ended
    expect(reader.response.status).toBe(200)
  })

  it.each([
    ['header', 'last-event-id', '', { 'last-event-id': 'x' }],
    ['query', 'after', '?after=-1', {}],
    ['query', 'duration', '?duration=86401', {}],
    ['query', 'limit', '?limit=5', {}],
    ['query', 'types', '?types=tag.exploded', {}],
  ])('refuses in the %s a wrong or unknown %s', async (place, path, query, headers) => {
    const { status, body } = await api.get(`/v1/changes/stream${query}`, { headers: headers as never })
    expect(status).toBe(400)
    expect(body.errors[0].in).toBe(place)
    expect(body.errors[0].path.split('.')[0]).toBe(path)
  })

  it('tells who follows a tag of that tag only, and how far it is', async () => {
    await listen({ changes: { streamLimits: { heartbeatMs: 300 } } })
    const sourceId = await addSource(api)
    await addTag(api, 'chips')
    await addTag(api, 'science')
    const reader = await open('?tags=chips')
    await reader.until(() => reader.changes().length === 1)
    await addArticle(api, sourceId, { tags: ['science'] })
    await addArticle(api, sourceId, { tags: ['science'] })
    await reader.until(() => reader.lastId() === '5')
    expect(reader.events.at(-1)).toEqual({ id: '5', event: 'position', data: '' })
    await addArticle(api, sourceId, { tags: ['chips'] })
    await reader.until(() => reader.changes().length === 2)
    expect(seqsOf(reader.changes())).toEqual([2, 6])
  })

  it('moves on past far more entries than it looks at in one read', async () => {
    await addTag(api, 'chips')
    await appendChanges(database, 5100)
    const reader = await open('?tags=chips&duration=0')
    await reader.ended
    expect(seqsOf(reader.changes())).toEqual([1])
    expect(reader.lastId()).toBe('5101')
  })

  it('sends a comment now and then where nothing happens, and no id', async () => {
    await listen({ changes: { streamLimits: { heartbeatMs: 100 } } })
    const reader = await open()
    await reader.until(() => reader.comments.length >= 3)
    expect(reader.events).toEqual([])
  })

  it('says so where the log is shorter than the reader knows it', async () => {
    await record('tag.created')
    const reader = await open('?after=99')
    await reader.until(() => reader.lastId() === '1')
    await record('tag.updated')
    await reader.until(() => reader.changes().length === 1)
    expect(seqsOf(reader.changes())).toEqual([2])
  })

  it('ends after its duration, and tells who has filters how far they are', async () => {
    await record('tag.created', 'tag.updated')
    const started = performance.now()
    const reader = await open('?duration=1&types=source.created')
    await reader.ended
    expect(performance.now() - started).toBeGreaterThan(900)
    expect(performance.now() - started).toBeLessThan(3000)
    expect(reader.events).toEqual([{ id: '2', event: 'position', data: '' }])
  })

  it('loses and doubles nothing for a reader that is cut off again and again', async () => {
    const total = 300
    const writing = (async () => {
      for (let count = 0; count < total; count += 3) await record('tag.created', 'tag.updated', 'tag.deleted')
    })()
    const seen: number[] = []
    for (let lastId = '0'; seen.length < total; ) {
      const reader = await open('', { 'last-event-id': lastId })
      const enough = Math.min(20, total - seen.length)
      await reader.until(() => reader.changes().length >= enough)
      reader.close()
      seen.push(...seqsOf(reader.changes()))
      lastId = reader.lastId() ?? lastId
    }
    await writing
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1))
  })

  it('cuts off a reader that takes nothing, buffers little for it, and serves the others meanwhile', async () => {
    await listen({ changes: { streamLimits: { drainMs: 500, heartbeatMs: 200 } } })
    await appendChanges(database, 1000, { id: 'x'.repeat(20_000) })
    const { hostname, port } = new URL(address)
    const stuck = connect({ port: Number(port), host: hostname })
    const closed = new Promise<void>((resolve) => stuck.once('close', () => resolve()))
    stuck.on('error', () => {})
    stuck.pause()
    stuck.write('GET /v1/changes/stream HTTP/1.1\r\nHost: x\r\n\r\n')
    const other = await open('?after=990')
    await other.until(() => other.changes().length === 10)
    await vi.waitFor(async () => expect(await connections(api)).toBe(1), { timeout: 5000, interval: 50 })
    // Of the 20 MB of the log it was sent what fits into the buffers of the system, and one read more.
    stuck.resume()
    await closed
    expect(stuck.bytesRead).toBeLessThan(15_000_000)
    await record('tag.deleted')
    await other.until(() => other.changes().length === 11)
    other.close()
  })

  it('takes so many readers and answers 503 to the next, until one goes', async () => {
    await listen({ changes: { streamLimits: { maxStreams: 2 } } })
    const readers = [await open(), await open()]
    const refused = await fetch(`${address}/v1/changes/stream`)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    readers[0]?.close()
    await expect.poll(async () => (await open('?duration=0')).response.status).toBe(200)
  })

  it('ends for all when the server closes, at once', async () => {
    const readers = [await open(), await open('?types=tag.deleted')]
    await record('tag.created')
    await readers[0]?.until(() => readers[0]?.changes().length === 1)
    const started = performance.now()
    await api.app.close()
    await Promise.all(readers.map(({ ended }) => ended))
    expect(performance.now() - started).toBeLessThan(900)
    expect(readers[1]?.lastId()).toBe('1')
  })

  it('keeps no server from closing with a reader that takes nothing', async () => {
    await appendChanges(database, 500, { id: 'x'.repeat(20_000) })
    const { hostname, port } = new URL(address)
    const stuck = connect({ port: Number(port), host: hostname })
    stuck.on('error', () => {})
    stuck.pause()
    stuck.write('GET /v1/changes/stream HTTP/1.1\r\nHost: x\r\n\r\n')
    await sleep(300)
    const started = performance.now()
    await api.app.close()
    expect(performance.now() - started).toBeLessThan(3000)
    stuck.destroy()
  })

  it('ends within a second or so when its key is revoked or its partner suspended, and no other', async () => {
    const [revoked, suspended, kept] = [await addKey(api), await addKey(api), await addKey(api)]
    const withKey = ({ key }: { key: string }) => open('', { authorization: `Bearer ${key}` })
    const readers = [await withKey(revoked), await withKey(suspended), await withKey(kept)]
    const settings = await open('', { authorization: `Bearer ${adminKey}` })
    const anonymous = await open()
    const started = performance.now()
    await api.delete(revoked.path)
    await readers[0]?.ended
    await api.patch(`/v1/partners/${suspended.partnerId}`, { body: { state: 'suspended' } })
    await readers[1]?.ended
    expect(performance.now() - started).toBeLessThan(4000)
    const others = [readers[2], settings, anonymous]
    await record('tag.created')
    for (const reader of others) await reader?.until(() => reader.changes().length === 1)
    expect(readers[0]?.changes()).toEqual([])
  })

  it('ends when its key expires', async () => {
    const clock = testClock()
    await listen({ clock })
    const { key } = await addKey(api, { expiresAt: '2999-01-01T00:00:00.000Z' })
    const reader = await open('', { authorization: `Bearer ${key}` })
    clock.set('2999-01-01T00:00:01.000Z')
    const started = performance.now()
    await reader.ended
    expect(performance.now() - started).toBeLessThan(2500)
    expect((await open('', { authorization: `Bearer ${key}` })).response.status).toBe(401)
  })

  it('needs a key where reads are closed', async () => {
    await listen({ readAccess: 'key' })
    expect((await open()).response.status).toBe(401)
    expect((await open('?duration=0', { authorization: `Bearer ${adminKey}` })).response.status).toBe(200)
  })
})

function connections({ app }: Api): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}
