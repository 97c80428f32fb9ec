import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, it, vi } from 'vitest'
import { readChanges } from '../../src/changes/changes.ts'
import type { ChangeFilters } from '../../src/changes/filters.ts'
import { type Follower, removeOld, startRetention } from '../../src/changes/retention.ts'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { readUpTo, relateAll } from '../../src/stories/relating/linker.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { memoryLog } from '../support/log.ts'
import { appendChanges } from './log.ts'

const old = '2026-01-01T00:00:00.000Z'
const young = '2026-11-01T00:00:00.000Z'
const before = new Date('2026-06-01T00:00:00.000Z')

onEveryEngine('keeping the log for a time', (engine) => {
  let url: string
  let database: Database

  beforeEach(async () => {
    url = await engine.create()
    database = engine.connect(url)
  })

  const everybody = async () => 1_000_000

  async function removeAllOld(followers: Follower[] = [everybody]): Promise<number[]> {
    const slices: number[] = []
    for (let removed = -1; removed !== 0; ) {
      removed = await removeOld(database, { before, followers })
      slices.push(removed)
    }
    return slices
  }

  const kept = async () =>
    (await database.all<{ seq: number }>(sql`select seq from change order by seq`)).map(({ seq }) => seq)

  it('removes old entries in slices, and numbers on behind them', async () => {
    await appendChanges(database, 1200, { at: old })
    await appendChanges(database, 2, { at: young })
    expect(await removeAllOld()).toEqual([500, 500, 200, 0])
    expect(await kept()).toEqual([1201, 1202])
    await appendChanges(database, 1)
    expect(await readChanges(database, { after: 1200, limit: 10 })).toMatchObject({
      changes: [{ seq: 1201 }, { seq: 1202 }, { seq: 1203 }],
      lastSeq: 1203,
      more: false,
    })
  })

  it('keeps an old entry that stands behind a younger one', async () => {
    for (const at of [old, young, old]) await appendChanges(database, 1, { at })
    await removeAllOld()
    expect(await kept()).toEqual([2, 3])
  })

  it('may remove everything, and is at its end then', async () => {
    await appendChanges(database, 3, { at: old })
    await removeAllOld()
    expect(await readChanges(database, { after: 3, limit: 10 })).toEqual({
      changes: [],
      lastSeq: 3,
      more: false,
    })
    await appendChanges(database, 1)
    expect(await kept()).toEqual([4])
  })

  it('keeps what a follower of our own has not read', async () => {
    await appendChanges(database, 10, { at: old })
    let place = 4
    const followers = [everybody, async () => place]
    await removeAllOld(followers)
    expect(await kept()).toEqual([5, 6, 7, 8, 9, 10])
    place = 9
    await removeAllOld(followers)
    expect(await kept()).toEqual([10])
  })

  it('keeps what is not related yet', async () => {
    const api = await startApi(database)
    await addArticle(api, await addSource(api))
    await database.run(sql`update change set at = ${old}`)
    await removeAllOld([readUpTo])
    expect(await kept()).toEqual([1, 2])
    await relateAll(database)
    await removeAllOld([readUpTo])
    expect(await kept()).toEqual([])
  })

  it('makes no commit where there is nothing to remove', async () => {
    await appendChanges(database, 3, { at: young })
    const commits = vi.fn()
    database.onCommit(commits)
    expect(await removeOld(database, { before, followers: [everybody] })).toBe(0)
    expect(commits).not.toHaveBeenCalled()
  })

  it('is done by one of several processes at a time, and each entry once', async () => {
    await appendChanges(database, 2000, { at: old })
    const other = engine.connect(url)
    let removed = 0
    const work = async (handle: Database) => {
      while ((await kept()).length > 0) {
        const slice = await removeOld(handle, { before, followers: [everybody] })
        removed += slice
      }
    }
    await Promise.all([work(database), work(other)])
    expect(removed).toBe(2000)
  })

  it('goes on in the background until it is stopped, and does nothing with 0 days', async () => {
    const { logger } = memoryLog('warn')
    await appendChanges(database, 1200, { at: old })
    await appendChanges(database, 1)
    const idle = startRetention(database, { days: 0, followers: [everybody], logger })
    await sleep(100)
    expect(await kept()).toHaveLength(1201)
    await idle.stop()
    const task = startRetention(database, { days: 90, followers: [everybody], logger })
    await vi.waitFor(async () => expect(await kept()).toEqual([1201]), 5000)
    await task.stop()
  })

  it.each(['/v1/changes', '/v1/changes/stream'])(
    'answers 410 at %s with where to start again',
    async (path) => {
      await appendChanges(database, 10, { at: old })
      await appendChanges(database, 2, { at: young })
      await removeAllOld()
      const api = await startApi(database)
      for (const query of [
        '',
        '?after=0',
        '?after=9',
        '?after=9&types=tag.created',
        '?after=9&types=story.updated',
      ]) {
        const { status, body } = await api.get(`${path}${query}`)
        expect(status, query).toBe(410)
        expect(body.type).toMatch(/\/problems\/changes-removed$/)
        expect(body.startAgain).toEqual({ export: '/v1/articles/export', after: 12 })
        expect((await api.get(body.startAgain.export)).status).toBe(200)
      }
      const { body } = await api.get('/v1/changes?after=10')
      expect(body.data.map(({ seq }: { seq: number }) => seq)).toEqual([11, 12])
      const last = await api.get('/v1/changes/stream?duration=0', { headers: { 'last-event-id': '10' } })
      expect(last.status).toBe(200)
      expect(last.body).toContain('id: 11\n')
    },
  )

  const filters: ChangeFilters[] = [
    {},
    { types: ['story.updated'] },
    { types: ['tag.created'] },
    { tagIds: ['t'] },
    { sourceIds: ['s'], types: ['tag.created'] },
  ]

  it.each(filters)('never answers a gap where entries are removed between two reads (%o)', async (filter) => {
    await appendChanges(database, 100, { at: old })
    await appendChanges(database, 1, { at: young })
    let isFirst = true
    const racing: Database = {
      ...database,
      async all(statement) {
        if (isFirst) await removeAllOld()
        isFirst = false
        return database.all(statement)
      },
    }
    await expect(readChanges(racing, { after: 20, limit: 10, ...filter })).rejects.toMatchObject({
      code: 'changes-removed',
    })
    expect(await kept()).toEqual([101])
  })

  it('lets a follower of our own pass over what is gone', async () => {
    await appendChanges(database, 10, { at: old })
    await removeAllOld()
    const api = await startApi(database)
    await addArticle(api, await addSource(api))
    expect(await relateAll(database)).toBe(1)
    expect(await readUpTo(database)).toBe(12)
  })
})
