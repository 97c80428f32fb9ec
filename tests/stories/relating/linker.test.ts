import { expect, it } from 'vitest'
import { sql } from '../../../src/database/sql.ts'
import { Failure } from '../../../src/shared/failure.ts'
import { relateAll, relateNext } from '../../../src/stories/relating/linker.ts'
import { rebuildRelations } from '../../../src/stories/relating/rebuild.ts'
import { startRelating } from '../../../src/stories/relating/worker.ts'
import { atEnd } from '../../support/cleanup.ts'
import { onEveryEngine } from '../../support/engines.ts'
import { relatedNewsroom, titlesOf } from './newsroom.ts'
import { dam, damAgain, damLater, orchard } from './texts.ts'

const quiet = { error() {} }

onEveryEngine('the linker', (engine) => {
  it('commits nothing where there is nothing to do', async () => {
    const { database, publish, relate } = await relatedNewsroom(engine)
    await publish('lighthouse', dam)
    expect(await relate()).toBeGreaterThan(0)
    let commits = 0
    database.onCommit(() => commits++)
    expect(await relateNext(database)).toBe(false)
    expect(commits).toBe(0)
  })

  it('loses nothing when it is broken off, and does nothing twice', async () => {
    const newsroom = await relatedNewsroom(engine)
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const second = await newsroom.publish('harbour', damAgain, '09:00')
    const broken = {
      ...newsroom.database,
      write: (work: Parameters<typeof newsroom.database.write>[0]) =>
        newsroom.database.write(async (tx) => {
          await work(tx)
          throw new Error('killed')
        }),
    }
    await expect(relateNext(broken as typeof newsroom.database)).rejects.toThrow('killed')
    expect((await newsroom.article(second.id)).duplicateOf).toBeNull()
    await newsroom.relate()
    expect((await newsroom.article(second.id)).duplicateOf).toBe(first.id)
    const signals = await newsroom.database.one(sql`select count(*) as count from article_signal`)
    const counted = await newsroom.database.one(sql`select articles from relation_progress`)
    expect([signals, counted]).toEqual([{ count: 2 }, { articles: 2 }])
  })

  it('is one at a time, however many processes there are', async () => {
    const newsroom = await relatedNewsroom(engine)
    for (let index = 0; index < 12; index++)
      await newsroom.publish(
        'lighthouse',
        { ...orchard, title: `${orchard.title} ${index}` },
        `08:${10 + index}`,
      )
    await Promise.all([
      relateAll(newsroom.database),
      relateAll(newsroom.database),
      relateAll(newsroom.database),
    ])
    await newsroom.relate()
    const signals = await newsroom.database.one(
      sql`select count(*) as count, count(distinct article_id) as articles from article_signal`,
    )
    expect(signals).toEqual({ count: 12, articles: 12 })
  })

  it('makes all anew on request, and what is missing without it', async () => {
    const newsroom = await relatedNewsroom(engine)
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const second = await newsroom.publish('harbour', damAgain, '09:00')
    await newsroom.publish('lighthouse', orchard, '09:10')
    const steps: [number, number][] = []
    const rebuild = (all: boolean) =>
      rebuildRelations(newsroom.database, { all }, (done, total) => steps.push([done, total]))
    expect(await rebuild(false)).toBe(3)
    expect(steps).toContainEqual([3, 3])
    expect(await rebuild(false)).toBe(0)
    const numbers = () =>
      newsroom.database.all(sql`select number, article_id from article_signal order by number`)
    const before = await numbers()
    expect(await rebuild(true)).toBe(3)
    const after = await numbers()
    expect(after).toHaveLength(3)
    expect(after).not.toEqual(before)
    expect((await newsroom.article(second.id)).duplicateOf).toBe(first.id)
    const counted = await newsroom.database.one(sql`select articles from relation_progress`)
    expect(counted).toEqual({ articles: 3 })
    await newsroom.database.run(
      sql`update article_signal set signals_version = 0 where article_id = ${first.id}`,
    )
    expect(await rebuild(false)).toBe(1)
  })

  it('works as soon as something is published', async () => {
    const newsroom = await relatedNewsroom(engine)
    const worker = startRelating(newsroom.database, quiet)
    atEnd(() => worker.stop())
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const later = await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
    await expect
      .poll(async () => titlesOf(await newsroom.related(first.id)), { timeout: 5000 })
      .toEqual([damLater.title])
    expect(titlesOf(await newsroom.related(later.id))).toEqual([dam.title])
    expect((await newsroom.api.get('/metrics')).body).toContain('newsweave_relations_behind 0')
  })

  it('looks anew, and tells of no error, where an editor places an article while it is related', async () => {
    const newsroom = await relatedNewsroom(engine)
    const first = await newsroom.publish('lighthouse', orchard, '08:10')
    let refused = 0
    const racing = {
      ...newsroom.database,
      async write(work: Parameters<typeof newsroom.database.write>[0]) {
        if (refused++ === 0) throw new Failure('conflict', 'An editor has placed the article.')
        return newsroom.database.write(work)
      },
    } as typeof newsroom.database
    const errors: string[] = []
    const worker = startRelating(racing, { error: (_details, message) => void errors.push(message) })
    atEnd(() => worker.stop())
    const signalOf = () =>
      newsroom.database.one(sql`select number from article_signal where article_id = ${first.id}`)
    await expect.poll(signalOf, { timeout: 10_000 }).toBeDefined()
    expect(errors).toEqual([])
  })

  it('passes over what cannot be related, and goes on behind it', async () => {
    const newsroom = await relatedNewsroom(engine)
    const bad = await newsroom.publish('lighthouse', dam, '08:00')
    const first = await newsroom.publish('lighthouse', orchard, '08:10')
    const errors: string[] = []
    const breaking = {
      ...newsroom.database,
      write: (work: Parameters<typeof newsroom.database.write>[0]) =>
        newsroom.database.write(async (tx) =>
          work({
            ...tx,
            run(statement) {
              if (statement.values.includes(bad.id) && statement.text.includes('insert into article_signal'))
                throw new Error('cannot be')
              return tx.run(statement)
            },
          }),
        ),
    } as typeof newsroom.database
    const worker = startRelating(breaking, { error: (_details, message) => void errors.push(message) })
    atEnd(() => worker.stop())
    const signalOf = () =>
      newsroom.database.one(sql`select number from article_signal where article_id = ${first.id}`)
    await expect.poll(signalOf, { timeout: 10_000 }).toBeDefined()
    expect(errors.length).toBe(3)
  })
})
