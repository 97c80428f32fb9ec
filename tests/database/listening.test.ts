import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { recordChange } from '../../src/changes/changes.ts'
import type { Database } from '../../src/database/database.ts'
import { listening as openListening } from '../../src/database/postgres-listening.ts'
import { sql } from '../../src/database/sql.ts'
import { atEnd } from '../support/cleanup.ts'
import { engines } from '../support/engines.ts'

const engine = engines.find(({ name }) => name === 'postgres') as (typeof engines)[number]

const announce = (database: Database) =>
  database.write((tx) => recordChange(tx, { type: 'tag.created', id: 'some-id' }))

const patienceMs = 10_000

describe('announcements of PostgreSQL', () => {
  let url: string
  let database: Database
  let other: Database

  beforeEach(async () => {
    url = await engine.create()
    database = engine.connect(url)
    other = engine.connect(url)
  })

  /** A listener that has begun to hear. */
  async function listening(handle = database) {
    const heard = vi.fn()
    const stop = handle.onAnnouncement?.(heard) ?? (() => {})
    atEnd(stop)
    // Once, since before nobody could have told.
    await vi.waitFor(() => expect(heard).toHaveBeenCalled(), patienceMs)
    heard.mockClear()
    return { heard, stop }
  }

  const listeners = () =>
    other.all<{ pid: number }>(
      sql`select pid from pg_stat_activity where datname = current_database() and query like 'listen %'`,
    )

  it('are heard a moment after the commit of another process, and not before it', async () => {
    const { heard } = await listening()
    const gate = Promise.withResolvers<void>()
    const recorded = Promise.withResolvers<void>()
    const writing = other.write(async (tx) => {
      await recordChange(tx, { type: 'tag.created', id: 'some-id' })
      recorded.resolve()
      await gate.promise
    })
    await recorded.promise
    await sleep(100)
    expect(heard).not.toHaveBeenCalled()
    gate.resolve()
    await writing
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), patienceMs)
  })

  it('are made for a transaction once, however much it writes, and not for one that fails', async () => {
    const { heard } = await listening()
    const failing = other.write(async (tx) => {
      await recordChange(tx, { type: 'tag.created', id: 'some-id' })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await other.write(async (tx) => {
      for (let count = 0; count < 5; count++) await recordChange(tx, { type: 'tag.created', id: 'some-id' })
    })
    await vi.waitFor(() => expect(heard).toHaveBeenCalled(), patienceMs)
    await sleep(100)
    expect(heard).toHaveBeenCalledTimes(1)
  })

  it('take one connection, for as many as listen', async () => {
    expect(await listeners()).toEqual([])
    const all = await Promise.all([listening(), listening(), listening()])
    expect(await listeners()).toHaveLength(1)
    all[0]?.stop()
    all[0]?.stop()
    await announce(other)
    await vi.waitFor(() => {
      for (const { heard } of all.slice(1)) expect(heard).toHaveBeenCalled()
    }, patienceMs)
    expect(all[0]?.heard).not.toHaveBeenCalled()
  })

  it('are heard again after the connection was broken, with one call for what was missed', async () => {
    const { heard } = await listening()
    for (let round = 0; round < 2; round++) {
      const [listener] = await listeners()
      await other.one(sql`select pg_terminate_backend(${listener?.pid}::integer)`)
      await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), patienceMs)
      heard.mockClear()
      await announce(other)
      await vi.waitFor(() => expect(heard).toHaveBeenCalled(), patienceMs)
      heard.mockClear()
    }
  })

  it('keep their connection for who comes right behind the last who went', async () => {
    const first = await listening()
    const [pid] = await listeners()
    first.stop()
    const heard = vi.fn()
    atEnd(database.onAnnouncement?.(heard) ?? (() => {}))
    await announce(other)
    await vi.waitFor(() => expect(heard).toHaveBeenCalled(), patienceMs)
    expect(await listeners()).toEqual([pid])
  })

  it('give their connection back once nobody has listened for a while, and take another then', async () => {
    const announcements = openListening(url, 50)
    atEnd(announcements.close)
    for (let round = 0; round < 3; round++) {
      const heard = vi.fn()
      const stop = announcements.add(heard)
      await vi.waitFor(() => expect(heard).toHaveBeenCalled(), patienceMs)
      expect(await listeners()).toHaveLength(1)
      stop()
      await vi.waitFor(async () => expect(await listeners()).toEqual([]), patienceMs)
    }
  })

  it('keep no database from closing, at any moment', async () => {
    for (const waitMs of [0, 1, 5, 20, 100]) {
      const handle = engine.connect(url)
      handle.onAnnouncement?.(() => {})
      await sleep(waitMs)
      const started = performance.now()
      await handle.close()
      expect(performance.now() - started).toBeLessThan(1000)
    }
    await vi.waitFor(async () => expect(await listeners()).toEqual([]), patienceMs)
  })

  it('keep trying quietly while the database cannot be reached', async () => {
    const nowhere = engine.connect('postgres://nobody@127.0.0.1:9/nothing')
    const heard = vi.fn()
    nowhere.onAnnouncement?.(heard)
    await sleep(700)
    expect(heard).not.toHaveBeenCalled()
    await nowhere.close()
  })
})
