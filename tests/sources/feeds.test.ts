import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { type Api, startApi } from '../support/api.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'

const feedUrl = 'https://lighthouse.example/feed.xml'
const outlet = { name: 'Lighthouse Daily', homeUrl: 'https://lighthouse.example/', feedUrl }
const later = '2026-11-24T00:00:00.000Z'

onEveryEngine('the feed of a source', (engine) => {
  let clock: TestClock
  let database: Database
  let api: Api
  let id: string

  beforeEach(async () => {
    clock = testClock('2026-11-23T06:00:00.000Z')
    database = await engine.open(clock)
    api = await startApi(database)
    id = (await api.post('/v1/sources', { body: outlet })).body.id
  })

  const feed = () =>
    database.one<Record<string, unknown>>(
      sql`select host, due_at, requested_at, etag from feed where source_id = ${id}`,
    )
  /** As a worker leaves it behind a fetch. */
  const fetched = (state: string) =>
    database.write(async (tx) => {
      await tx.run(sql`update feed set due_at = ${later}, etag = '"1"' where source_id = ${id}`)
      await tx.run(sql`update source set state = ${state} where id = ${id}`)
    })
  const patch = async (body: object) => (await api.patch(`/v1/sources/${id}`, { body })).body
  const nextFetchAt = async () => (await api.get(`/v1/sources/${id}`)).body.health.nextFetchAt

  it('is due at once where a source is added, and is not begun anew by a change of something else', async () => {
    expect(await feed()).toEqual({
      host: 'lighthouse.example',
      due_at: '2026-11-23T06:00:00.000Z',
      requested_at: null,
      etag: null,
    })
    await fetched('active')
    await patch({ name: 'Lighthouse', state: 'active' })
    expect(await feed()).toMatchObject({ due_at: later, etag: '"1"' })
    expect(await nextFetchAt()).toBe(later)
  })

  it('begins anew under another address, and ends where there is none', async () => {
    await fetched('active')
    clock.advance(60_000)
    const moved = await patch({ feedUrl: 'https://feeds.lighthouse.example/all' })
    expect(moved.health.nextFetchAt).toBe('2026-11-23T06:01:00.000Z')
    expect(await feed()).toEqual({
      host: 'lighthouse.example',
      due_at: '2026-11-23T06:01:00.000Z',
      requested_at: null,
      etag: null,
    })
    expect((await patch({ feedUrl: null })).health.nextFetchAt).toBeNull()
    expect(await feed()).toBeUndefined()
    await patch({ feedUrl })
    expect(await feed()).toMatchObject({ host: 'lighthouse.example' })
    await api.delete(`/v1/sources/${id}`)
    expect(await feed()).toBeUndefined()
  })

  it.each(['paused', 'failing', 'gone'])(
    'is due at once where a source that was %s is active again',
    async (state) => {
      await fetched(state)
      expect(await nextFetchAt()).toBe(state === 'failing' ? later : null)
      clock.advance(60_000)
      const resumed = await patch({ state: 'active' })
      expect(resumed).toMatchObject({ state: 'active', health: { nextFetchAt: '2026-11-23T06:01:00.000Z' } })
      expect(await feed()).toMatchObject({ due_at: '2026-11-23T06:01:00.000Z', etag: '"1"' })
    },
  )

  it('is kept from then on where nothing was kept of it before', async () => {
    await database.run(sql`delete from feed where source_id = ${id}`)
    expect(await nextFetchAt()).toBeNull()
    await api.post(`/v1/sources/${id}/fetches`)
    expect(await feed()).toMatchObject({ host: 'lighthouse.example', due_at: '2026-11-23T06:00:00.000Z' })
  })
})
