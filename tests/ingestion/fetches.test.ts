import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { recordFetch } from '../../src/ingestion/fetch-log.ts'
import { addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'
import { fetchOf } from './fetches.ts'

const feedUrl = 'https://lighthouse.example/feed.xml'

onEveryEngine('fetches of a feed', (engine) => {
  let clock: TestClock
  let database: Database
  let api: Api
  let id: string

  beforeEach(async () => {
    clock = testClock()
    database = await engine.open(clock)
    api = await startApi(database)
    id = await addSource(api, { feedUrl })
  })

  const record = (members = {}) => database.write((tx) => recordFetch(tx, fetchOf(id, members)))
  const changes = async () => (await api.get('/v1/changes')).body.data.length

  it('are logged with what came of them, the newest first', async () => {
    await record()
    const failure = {
      outcome: 'failed',
      httpStatus: null,
      error: 'It did not answer in 10 s.',
      dropped: [],
    } as const
    await record({ ...failure, at: '2026-11-23T07:00:00.000Z', cause: 'request' })
    const before = await changes()
    const { data } = (await api.get(`/v1/sources/${id}/fetches`)).body
    const { sourceId: _, ...first } = fetchOf(id)
    expect(data).toEqual([
      { id: expect.any(String), ...first, ...failure, at: '2026-11-23T07:00:00.000Z', cause: 'request' },
      { id: expect.any(String), ...first },
    ])
    expect(await changes()).toBe(before)
    expect((await api.get('/v1/sources/none/fetches')).status).toBe(404)
  })

  it('are forgotten but for the last hundred of each source', async () => {
    const other = await addSource(api, { name: 'Quarry' })
    await database.write((tx) => recordFetch(tx, fetchOf(other, { bytes: 1 })))
    await database.write(async (tx) => {
      for (let bytes = 1; bytes <= 103; bytes++) await recordFetch(tx, fetchOf(id, { bytes }))
    })
    const { data } = (await api.get(`/v1/sources/${id}/fetches?limit=100`)).body
    expect(data.map(({ bytes }: { bytes: number }) => bytes)).toEqual(
      Array.from({ length: 100 }, (_, index) => 103 - index),
    )
    expect((await api.get(`/v1/sources/${other}/fetches`)).body.data).toHaveLength(1)
  })

  it('are logged whatever a feed says in its errors, and at no length', async () => {
    const dropped = Array.from(
      { length: 500 },
      () => ({ stage: 'parse', what: 'a\0b\ud800', why: '长'.repeat(5000) }) as const,
    )
    await record({ dropped, error: 'x'.repeat(10_000) })
    const [logged] = (await api.get(`/v1/sources/${id}/fetches`)).body.data
    expect(logged.dropped).toHaveLength(100)
    expect(logged.dropped[0].what).toBe('a\ufffdb\ufffd')
    expect(logged.dropped[0].why).toHaveLength(500)
    expect(logged.error).toMatch(/^x{499}…$/)
  })

  it('are made at once where somebody asks', async () => {
    await database.run(sql`update feed set due_at = '2026-11-24T00:00:00.000Z' where source_id = ${id}`)
    clock.advance(60_000)
    const { status, body } = await api.post(`/v1/sources/${id}/fetches`)
    expect(status).toBe(202)
    const now = '2026-11-23T06:09:00.000Z'
    expect(body).toMatchObject({ nextFetchAt: now, lastFetchAt: null })
    expect(body).toEqual((await api.get(`/v1/sources/${id}`)).body.health)
    expect(await database.one(sql`select due_at, requested_at from feed where source_id = ${id}`)).toEqual({
      due_at: now,
      requested_at: now,
    })
  })

  it.each(['paused', 'gone'])('are not to be had of a source that is %s', async (state) => {
    await database.run(sql`update source set state = ${state} where id = ${id}`)
    const refused = await api.post(`/v1/sources/${id}/fetches`)
    expect(refused.status).toBe(409)
    expect(refused.body.detail).toContain(`The source is ${state}`)
  })

  it('are not to be had of a source without a feed, or of none, or without the scope', async () => {
    const bare = await addSource(api)
    expect((await api.post(`/v1/sources/${bare}/fetches`)).body.detail).toBe('The source has no feed.')
    expect((await api.post('/v1/sources/none/fetches')).status).toBe(404)
    expect((await api.post(`/v1/sources/${id}/fetches`, { key: null })).status).toBe(401)
  })
})
