import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, it } from 'vitest'
import { type ChangeType, changeTypes } from '../../src/changes/change.ts'
import { recordChange } from '../../src/changes/changes.ts'
import type { Database } from '../../src/database/database.ts'
import { addKey } from '../partners/keyring.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { withGoneClients } from '../support/gone-client.ts'

onEveryEngine('GET /v1/changes', (engine) => {
  let database: Database
  let api: Api

  beforeEach(async () => {
    database = await engine.open(() => new Date('2026-11-23T06:08:00Z'))
    api = await startApi(database)
  })

  const record = (...types: ChangeType[]) =>
    database.write(async (tx) => {
      for (const type of types) await recordChange(tx, { type, id: 'some-id', revision: 2 })
    })

  it('answers the log from its beginning', async () => {
    await record('article.revised')
    const answer = await api.get('/v1/changes')
    expect(answer.body).toEqual({
      data: [
        {
          seq: 1,
          at: '2026-11-23T06:08:00.000Z',
          type: 'article.revised',
          resource: { type: 'article', id: 'some-id' },
          revision: 2,
        },
      ],
      page: { next: null, limit: 100 },
      lastSeq: 1,
    })
    expect(answer.headers['cache-control']).toMatch(/no-cache/)
    expect(answer.headers.link).toBeUndefined()
  })

  it('is read to its end by the Link header, by page.next or by lastSeq', async () => {
    await record(...changeTypes)
    const byLink: string[] = []
    for (let url: string | undefined = '/v1/changes?limit=5'; url; ) {
      const { body, headers } = await api.get(url)
      byLink.push(...body.data.map((change: { type: string }) => change.type))
      expect(body.page.next).toBe(headers.link ? String(body.lastSeq) : null)
      url = headers.link && /^<(.+)>; rel="next"$/.exec(headers.link)?.[1]
    }
    expect(byLink).toEqual(changeTypes)
    const after = await api.get('/v1/changes?limit=1000&after=5')
    expect(after.body.data.map((change: { type: string }) => change.type)).toEqual(changeTypes.slice(5))
  })

  it('filters by type and moves lastSeq on past the others', async () => {
    await record('tag.created', 'tag.updated', 'tag.deleted', 'tag.created')
    const { body } = await api.get('/v1/changes?types=tag.updated,tag.deleted')
    expect(body.data.map((change: { seq: number }) => change.seq)).toEqual([2, 3])
    expect(body).toMatchObject({ lastSeq: 4, page: { next: null } })
  })

  it.each([
    ['types', 'types=tag.exploded'],
    ['types', 'types='],
    ['after', 'after=-1'],
    ['after', 'after=one'],
    ['limit', 'limit=0'],
    ['limit', 'limit=1001'],
    ['wait', 'wait=61'],
    ['wait', 'wait=0.5'],
    ['cursor', 'cursor=x'],
  ])('refuses a wrong or unknown %s (%s)', async (path, query) => {
    const { status, body } = await api.get(`/v1/changes?${query}`)
    expect(status).toBe(400)
    expect(body.errors[0].path.split('.')[0]).toBe(path)
  })

  it('holds an empty answer back until something is written, and lets nobody store it', async () => {
    const waiting = api.get('/v1/changes?wait=30')
    await sleep(50)
    const source = await api.post('/v1/sources', {
      body: { name: 'Lighthouse Daily', homeUrl: 'https://lighthouse.example/' },
    })
    const { body, headers } = await waiting
    expect(body.data).toMatchObject([{ type: 'source.created', resource: { id: source.body.id } }])
    expect(headers['cache-control']).toBe('no-store')
  })

  it('answers an empty list when the time is over', async () => {
    await record('tag.created')
    const { body } = await api.get('/v1/changes?after=1&wait=1')
    expect(body).toEqual({ data: [], page: { next: null, limit: 100 }, lastSeq: 1 })
  })

  it('answers who waits when the server closes', async () => {
    const address = await api.listen()
    const arrived = once(api.app.server, 'request')
    const waiting = api.fetch(`${address}/v1/changes?wait=60`)
    await arrived
    await sleep(100)
    const started = performance.now()
    await api.app.close()
    const response = await waiting
    expect(response.status).toBe(200)
    expect(response.headers.get('connection')).toBe('close')
    expect(await response.json()).toMatchObject({ data: [], lastSeq: 0 })
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('serves the others when clients that wait go away', async () => {
    const address = await api.listen()
    const controller = new AbortController()
    const left = Array.from({ length: 5 }, () =>
      fetch(`${address}/v1/changes?wait=60`, { signal: controller.signal }),
    )
    const stayed = api.fetch(`${address}/v1/changes?wait=60`)
    await sleep(100)
    controller.abort()
    for (const request of left) await expect(request).rejects.toThrow()
    await record('tag.created')
    expect(await (await stayed).json()).toMatchObject({ lastSeq: 1 })
  })

  it('keeps no place for a client who went away while its key was looked up', async () => {
    const { database: slow, askAndGo } = withGoneClients(database)
    const one = await startApi(slow, { changes: { maxWaiters: 1 } })
    const { key } = await addKey(one)
    const headers = { authorization: `Bearer ${key}` }
    await askAndGo(one, `${await one.listen()}/v1/changes?after=0&types=tag.deleted&wait=20`, headers)
    const wait = () => one.get('/v1/changes?after=0&types=tag.deleted&wait=1', { mayFail: true })
    await expect.poll(async () => (await wait()).status, { timeout: 10_000 }).toBe(200)
  })
})
