import { expect, it } from 'vitest'
import { type Sql, sql } from '../src/database/sql.ts'
import { startApi } from './support/api.ts'
import { type Engine, onEveryEngine } from './support/engines.ts'
import { fill, planOf, rememberingReads } from './support/plans.ts'

/** Every list of the API, in each of the ways that lead to an index of their own. */
const lists = [
  '/v1/articles',
  '/v1/articles?sort=oldest',
  '/v1/articles?sort=contentChanged',
  '/v1/articles?tagsAny=t0',
  '/v1/articles?tagsAny=t0,t1',
  '/v1/articles?tagsAll=t0,t1',
  '/v1/articles?tagsNone=t0',
  '/v1/articles?tagsAny=t0&sort=oldest&language=zh',
  '/v1/articles?source=s0',
  '/v1/articles?source=s0,s1',
  '/v1/articles?sourceNone=s0',
  '/v1/articles?language=zh',
  '/v1/articles?language=zh,en',
  '/v1/articles?author=t0',
  '/v1/articles?author=t0&tagsAny=t1',
  '/v1/articles?story=none',
  '/v1/articles?state=draft',
  '/v1/articles?state=withdrawn&tagsAny=t0',
  '/v1/articles?publishedAfter=2026-01-01T00:10:00Z&publishedBefore=2026-01-01T05:00:00Z',
  '/v1/articles?tagsAny=t0&publishedBefore=2026-01-01T05:00:00Z',
  '/v1/articles?include=body',
  '/v1/articles/lookup?url=https://s.example/story',
  '/v1/articles/a000007',
  '/v1/articles/a000007/revisions',
  '/v1/articles/a000007/related',
  '/v1/articles/a000007/related?origin=sourcePage',
  '/v1/stories',
  '/v1/stories?sort=newest',
  '/v1/stories?include=articles',
  '/v1/stories?tag=t0',
  '/v1/stories?tag=t0&sort=newest&language=zh',
  '/v1/stories?tag=t1',
  '/v1/stories?tag=t1&sort=newest',
  '/v1/stories?language=zh',
  '/v1/stories?minSources=2',
  '/v1/stories?publishedAfter=1970-01-01T00:10:00Z',
  '/v1/stories?sort=newest&publishedAfter=2026-01-01T00:10:00Z',
  '/v1/stories/story7',
  '/v1/stories/story7/articles',
  '/v1/feeds/articles.json',
  '/v1/feeds/articles.json?tagsAll=t0',
  '/v1/feeds/articles.json?language=zh&content=full',
  '/v1/feeds/articles.json?archive=1970-01',
  '/v1/feeds/articles.json?tagsAll=t0&archive=2026-01-01',
  '/v1/feeds/stories.json',
  '/v1/feeds/stories.json?tag=t0&sort=newest',
  '/v1/feeds/tags.opml',
  '/v1/sources',
  '/v1/sources/s0/fetches',
  '/v1/sources/opml',
  '/v1/tags',
  '/v1/tags?parent=t0',
  '/v1/changes',
  '/v1/changes?types=article.published',
  '/v1/changes?tags=t0',
  '/v1/changes?sources=s0',
  '/v1/changes?tags=t0,t1&sources=s0,s1&types=article.published,article.revised',
  '/v1/partners',
]

/** A whole table read in the order of its key is that list. */
const inKeyOrder =
  /SCAN (source|t|tag|change|partner|p)( USING INDEX \S+)?$|SCAN s USING (COVERING )?INDEX story_(hottest|newest)$/

/**
 * Sorts no more than the merged heads of a few spans or stories, the rows of one page or what was found for it, the stories of a small tag, what belongs
 * to one article or address, or the tags that were named.
 */
const sortsFew =
  /union select|from article_url|from related_link|from article_tag|from tag_alias|as newest|as earliest|as told|from tag where id in|with found as materialized/

onEveryEngine('query plans', (engine) => {
  it('answer every list, at its start and deep in it, from an index in the order of the list', async () => {
    const { api, statements, database } = await filledApi(engine)
    const faults: string[] = []
    for (const list of lists) {
      statements.length = 0
      const first = await api.get(list)
      const next = first.body.page?.next
      if (typeof next === 'string')
        await api.get(`${list}${list.includes('?') ? '&' : '?'}${positionOf(list, next)}`)
      expect(statements.length, list).toBeGreaterThan(0)
      for (const statement of statements) {
        const plan = await planOf(database, statement)
        const bad = costlySteps(engine, statement, plan)
        if (bad.length > 0) faults.push(`${list}\n${statement.text}\n${plan}\n=> ${bad.join('\n=> ')}\n`)
      }
    }
    expect(faults.join('\n')).toBe('')
  })

  it('would show a list that is sorted as a whole', async () => {
    const { database } = await filledApi(engine)
    const statement = sql`select id from article order by summary limit 20`
    expect(costlySteps(engine, statement, await planOf(database, statement))).not.toEqual([])
  })
})

async function filledApi(engine: Engine) {
  const opened = await engine.open()
  await fill(opened, 2000)
  const { database, statements } = rememberingReads(opened)
  return { api: await startApi(database, { cache: false }), statements, database: opened }
}

const positionOf = (list: string, next: string) =>
  list.startsWith('/v1/changes') ? `after=${next}` : `cursor=${encodeURIComponent(next)}`

/** Names something that few articles have: an article, or the source, the story or the language of some. */
const namesFew = /\b(source_id|story_id|duplicate_of_id|language) = |from article where id in/
const allPublished = /INDEX article_(newest|changed) \(state=\?/

/** Reading a table from end to end, or all that is published where few are named, or sorting it. */
function costlySteps(engine: Engine, statement: Sql, plan: string): string[] {
  const scans =
    engine.name === 'sqlite'
      ? /SCAN (article|tag_listing|related_link|change|source|tag|partner|[a-z])\b/
      : /Seq Scan on/
  const sorts = engine.name === 'sqlite' ? /TEMP B-TREE FOR ORDER BY$/ : /\bSort$/
  return plan.split('\n').filter((step) => {
    if (allPublished.test(step) && namesFew.test(statement.sql)) return true
    if (scans.test(step)) return !inKeyOrder.test(step)
    return sorts.test(step) && !sortsFew.test(statement.sql)
  })
}
