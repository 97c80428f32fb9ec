import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { makeStory, recountStories } from '../../src/stories/stories.ts'
import { addArticle, addSource, addTag, allIds } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { rememberingReads } from '../support/plans.ts'

const day = (date: number, hour = 0) => new Date(Date.UTC(2026, 10, date, hour)).toISOString()

onEveryEngine('the list of stories', (engine) => {
  let database: Database
  let api: Api
  let statements: unknown[]
  let sources: string[]

  beforeEach(async () => {
    const opened = rememberingReads(await engine.open())
    database = opened.database
    statements = opened.statements
    api = await startApi(database, { cache: false })
    sources = []
    for (let count = 0; count < 4; count++) sources.push(await addSource(api))
  })

  /** Told by so many outlets at one time. */
  async function story(outlets: number, publishedAt: string, members = {}): Promise<string> {
    const ids: string[] = []
    for (const source of outlets === 1 ? [sources[0], sources[0]] : sources.slice(0, outlets))
      ids.push((await addArticle(api, source as string, { publishedAt, ...members })).id)
    return database.write((tx) => makeStory(tx, ids))
  }
  const ids = (query = '') => allIds(api, `/v1/stories${query}`)

  it('has the hottest first: as many outlets again are worth half a day', async () => {
    const old = await story(1, day(2, 0))
    const broad = await story(4, day(1, 13))
    const late = await story(1, day(2, 12))
    const narrow = await story(2, day(1, 23))
    expect(await ids()).toEqual([broad, late, narrow, old])
    expect(await ids('?sort=newest')).toEqual([late, old, narrow, broad])
    expect(await ids('?limit=1')).toEqual([broad, late, narrow, old])
    expect(await ids('?limit=3&sort=newest')).toEqual([late, old, narrow, broad])
  })

  it('is narrowed by outlets, languages and times', async () => {
    const one = await story(1, day(3))
    const two = await story(2, day(2), { language: 'zh-Hans' })
    const three = await story(3, day(1))
    for (const sort of ['heat', 'newest']) {
      const list = (query: string) => ids(`?sort=${sort}&${query}`)
      expect(await list('minSources=2')).toEqual([two, three])
      expect(await list('minSources=2&limit=1')).toEqual([two, three])
      expect(await list('minSources=4')).toEqual([])
      expect(await list('language=zh-Hans')).toEqual([two])
      expect(await list('language=zh')).toEqual([])
      expect(await list('language=zh-Hans,en')).toEqual([one, two, three])
      expect(await list(`publishedAfter=${day(1)}`)).toEqual([one, two])
      expect(await list(`publishedAfter=${day(3)}`)).toEqual([])
      expect(await list(`publishedAfter=${day(1)}&minSources=2`)).toEqual([two])
    }
  })

  it.each(['few', 'many'])(
    'is narrowed by a tag of %s articles, by its aliases and what is below it',
    async (size) => {
      await addTag(api, 'hardware')
      await addTag(api, 'chips', { parent: 'hardware', aliases: ['silicon'] })
      await addTag(api, 'semiconductors')
      await api.put('/v1/tags/semiconductors/merge', { body: { into: 'chips' } })
      const first = await story(2, day(3), { tags: ['chips'] })
      await story(2, day(2))
      const second = await story(2, day(1), { tags: ['hardware'] })
      if (size === 'many') await database.run(sql`update tag set article_count = 1000000`)
      for (const sort of ['heat', 'newest']) {
        expect(await ids(`?tag=hardware&sort=${sort}&limit=1`)).toEqual([first, second])
        for (const slug of ['chips', 'silicon', 'semiconductors', 'CHIPS'])
          expect(await ids(`?tag=${slug}&sort=${sort}`)).toEqual([first])
        expect(await ids(`?tag=hardware&minSources=3&sort=${sort}`)).toEqual([])
        expect(await ids(`?tag=nothing&sort=${sort}`)).toEqual([])
      }
    },
  )

  it('is a front page in one request, with tags and the newest articles of each story', async () => {
    for (const slug of ['chips', 'ai']) await addTag(api, slug)
    const members: string[] = []
    for (let hour = 0; hour < 13; hour++) {
      const tags = hour < 2 ? ['ai', 'chips'] : hour === 2 ? ['ai'] : []
      const { id } = await addArticle(api, sources[0] as string, { publishedAt: day(1, hour), tags })
      members.push(id)
    }
    const id = await database.write((tx) => makeStory(tx, members))
    const [shown] = (await api.get('/v1/stories?include=articles')).body.data
    expect(shown.representative.article).toEqual(
      (await api.get(`/v1/articles?story=${id}&sort=oldest`)).body.data[0],
    )
    expect(shown.tags).toEqual([
      { slug: 'ai', name: 'AI' },
      { slug: 'chips', name: 'CHIPS' },
    ])
    expect(shown.articles.map((article: { id: string }) => article.id)).toEqual(members.slice(3).reverse())
    expect((await api.get('/v1/stories')).body.data[0]).not.toHaveProperty('articles')
    expect((await api.get(`/v1/stories/${id}?include=articles`)).body.articles).toHaveLength(10)
  })

  it('takes no more statements for more stories', async () => {
    const statementsFor = async () => {
      statements.length = 0
      await api.get('/v1/stories?include=articles')
      return statements.length
    }
    await story(2, day(1))
    const forOne = await statementsFor()
    for (let hour = 0; hour < 5; hour++) await story(2, day(1, hour))
    expect(await statementsFor()).toBe(forOne)
    expect(forOne).toBeLessThanOrEqual(4)
  })

  it('goes on behind a page on which nothing matched, where much was looked at', async () => {
    const wanted = await story(2, day(1))
    await database.write(async (tx) => {
      await tx.run(sql`
        with recursive number (n) as (select 1 union all select n + 1 from number where n < 4100)
        insert into story (id, title, language, article_count, source_count, languages, first_published_at,
          last_published_at, heat, created_at, updated_at)
        select 'other' || n, 'Other', 'en', 2, 1, '["en"]', ${day(2)}, ${day(2)}, 100000 + n, ${tx.now}, ${tx.now} from number`)
    })
    for (const sort of ['heat', 'newest']) {
      const first = (await api.get(`/v1/stories?minSources=2&sort=${sort}`)).body
      expect(first.data).toEqual([])
      expect(first.page.next).toBeTypeOf('string')
      expect(await ids(`?minSources=2&sort=${sort}`)).toEqual([wanted])
    }
  })

  it('does not show a withdrawn article, nor a story that is merged', async () => {
    const id = await story(2, day(1))
    const [first] = (await api.get(`/v1/stories/${id}/articles?sort=oldest`)).body.data
    await api.put(`/v1/articles/${first.id}/withdrawal`, { body: { reason: 'error' } })
    for (const settle of [async () => {}, () => database.write((tx) => recountStories(tx, [id]))]) {
      await settle()
      const text = JSON.stringify((await api.get('/v1/stories?include=articles')).body)
      expect(text).toContain(id)
      expect(text).not.toContain(first.id)
      expect(text).not.toContain(first.title)
    }
    const other = await story(2, day(2))
    await api.put(`/v1/stories/${other}/merge`, { body: { into: id } })
    expect(await ids()).toEqual([id])
  })

  it.each([
    '?sort=oldest',
    '?minSources=-1',
    '?include=body',
    '?language=',
    '?tag=',
    '?tags=ai',
    '?publishedAfter=x',
  ])('refuses %s', async (query) => {
    expect((await api.get(`/v1/stories${query}`)).status).toBe(400)
  })
})
