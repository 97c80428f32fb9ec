import { beforeEach, expect, it } from 'vitest'
import { createArticle, refreshSourced, refreshTagged } from '../../src/articles/articles.ts'
import type { Database, Transaction } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { addSource, changeSource } from '../../src/sources/sources.ts'
import { mergeTag } from '../../src/tags/merge.ts'
import { addTag, changeTag, findTagIds } from '../../src/tags/tags.ts'
import { onEveryEngine } from '../support/engines.ts'
import { pages } from './newsroom.ts'

onEveryEngine('articles, tags and a source that are written', (engine) => {
  let database: Database

  beforeEach(async () => {
    database = await engine.open()
  })

  async function create(
    tx: Transaction,
    { sourceId, name, tags }: Record<'sourceId' | 'name', string> & { tags: string[] },
  ) {
    const url = `https://lighthouse.example/${name}`
    await createArticle(tx, { sourceId, url, title: name, publishedAt: '2026-11-01T00:00:00.000Z', tags })
  }

  const idOf = async (tx: Transaction, slug: string) => (await findTagIds(tx, [slug]))[0] as string

  async function cards() {
    const rows = await database.all<{ card: string }>(sql`select card from article order by id`)
    return rows.map(({ card }) => {
      const { source, tags } = JSON.parse(card)
      return [
        source.name,
        ...tags.map(({ slug, name }: { slug: string; name: string }) => `${slug}: ${name}`),
      ]
    })
  }

  let sourceId: string
  const given = { accepted: undefined }
  const steps: ((tx: Transaction) => Promise<unknown>)[] = [
    async (tx) => {
      sourceId = (await addSource(tx, { name: 'Old', homeUrl: 'https://lighthouse.example/' })).id
      for (const slug of ['chips', 'hardware', 'science']) await addTag(tx, { slug, name: slug })
    },
    (tx) => create(tx, { sourceId, name: 'one', tags: ['chips', 'science'] }),
    async (tx) => {
      const patch = { slug: 'processors', name: 'Processors', parent: 'hardware' }
      await changeTag(tx, refreshTagged, { id: await idOf(tx, 'chips'), patch, ...given })
    },
    (tx) => changeSource(tx, refreshSourced, { id: sourceId, patch: { name: 'New' }, ...given }),
    (tx) => create(tx, { sourceId, name: 'two', tags: ['processors'] }),
    async (tx) => mergeTag(tx, refreshTagged, { id: await idOf(tx, 'science'), into: 'hardware', ...given }),
    (tx) => create(tx, { sourceId, name: 'three', tags: ['science', 'chips'] }),
    async (tx) => {
      const patch = { aliases: null, parent: null }
      await changeTag(tx, refreshTagged, { id: await idOf(tx, 'chips'), patch, ...given })
    },
    (tx) => create(tx, { sourceId, name: 'four', tags: ['processors'] }),
  ]
  const ways = {
    'in one transaction': () =>
      database.write(
        async (tx) => {
          for (const step of steps) await step(tx)
        },
        { alone: true },
      ),
    'one behind the other': async () => {
      for (const step of steps) await database.write(step, { alone: true })
    },
  }

  it.each(Object.entries(ways))(
    '%s show what each is called by then, and stand on the pages where its tags have come to stand',
    async (_, run) => {
      await run()
      const [hardware, processors] = ['hardware: hardware', 'processors: Processors']
      expect(await cards()).toEqual([
        ['New', hardware, processors],
        ['New', processors],
        ['New', hardware, processors],
        ['New', processors],
      ])
      const { actual, expected } = await pages(database)
      expect(actual).toEqual(expected)
      const gone = database.write((tx) => create(tx, { sourceId, name: 'five', tags: ['chips'] }))
      await expect(gone).rejects.toThrow('There is no tag "chips".')
    },
  )
})
