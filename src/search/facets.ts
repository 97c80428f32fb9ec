import { z } from 'zod'
import { authorKey } from '../articles/identity.ts'
import type { ArticleListQuery, facetNames } from '../articles/query.ts'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { turn } from '../shared/turns.ts'
import { findMatches } from './finding.ts'
import type { LedSearch } from './search.ts'
import { countTags, listSourceNames, listTagNames, type MatchRow } from './store.ts'

const count = z.int()
const spanCounts = z
  .array(z.object({ from: z.string().describe('Its first day (UTC).'), count }))
  .describe('The newest first, and those alone that have articles.')

/** Each has only what was asked for, the most frequent first, 20 at most of tags, sources, languages and authors. */
export const Facets = z
  .object({
    tag: z
      .array(z.object({ slug: z.string(), name: z.string(), count }))
      .optional()
      .describe('A tag counts the articles of the tags below it, too.'),
    source: z.array(z.object({ id: z.string(), name: z.string(), count })).optional(),
    language: z.array(z.object({ language: z.string(), count })).optional(),
    author: z.array(z.object({ name: z.string(), count })).optional(),
    day: spanCounts.optional(),
    week: spanCounts.optional(),
    month: spanCounts.optional(),
    articleCount: count.describe('How many articles were counted.'),
    approximate: z
      .boolean()
      .describe('Whether there are more, which were not counted: at most the newest 2,000 are.'),
  })
  .meta({
    id: 'Facets',
    example: { tag: [{ slug: 'chips', name: 'Chips', count: 12 }], articleCount: 31, approximate: false },
  })
export type Facets = z.infer<typeof Facets>
type FacetName = (typeof facetNames)[number]

/** At 100,000 articles so many take 25 ms, which every page with facets costs that is not kept ready. */
const maxCounted = 2_000
const articlesPerSlice = 500
const maxValues = 20
const maxSpans = 1000

type Row = MatchRow & { source_id: string; language: string; published_at: string; authors: string }
type Counts = Map<string, { name: string; count: number }>
type Most = [string, { count: number }][]

/** Counts what a search finds by each of these. In slices, between which the event loop turns. */
export async function countFacets(
  q: Queries,
  search: LedSearch,
  names: FacetName[],
  { state = 'published' }: Pick<ArticleListQuery, 'state'>,
): Promise<Facets> {
  const counts = new Map<FacetName, Counts>(names.map((name) => [name, new Map()]))
  const columns = sql`a.source_id, a.language, a.published_at, a.authors`
  let articleCount = 0
  let below: number | undefined
  do {
    const limit = articlesPerSlice
    const found = await findMatches<Row>(q, search, { direction: 'desc', limit, below, columns })
    for (const row of found.rows) countRow(counts, row)
    const tags = counts.get('tag')
    if (tags && found.rows.length > 0) await countTagsOf(q, tags, found.rows, state === 'published')
    articleCount += found.rows.length
    below = found.reached
    await turn()
  } while (below !== undefined && articleCount < maxCounted)
  return { ...(await facetsOf(q, counts)), articleCount, approximate: below !== undefined }
}

function countRow(counts: Map<FacetName, Counts>, row: Row) {
  for (const [facet, values] of counts) {
    if (facet === 'source') add(values, row.source_id, '')
    else if (facet === 'language') add(values, row.language, row.language)
    else if (facet === 'author') addAuthors(values, row.authors)
    else if (facet !== 'tag') add(values, spanOf(facet, row.published_at), '')
  }
}

function add(values: Counts, key: string, name: string, difference = 1) {
  const known = values.get(key)
  if (known) known.count += difference
  else values.set(key, { name, count: difference })
}

/** Each person once an article, under the name as it was first met. */
function addAuthors(values: Counts, authors: string) {
  if (authors === '[]') return
  const names = (JSON.parse(authors) as { name: string }[]).map(({ name }) => name)
  for (const [key, name] of new Map(names.map((name) => [authorKey(name), name]))) add(values, key, name)
}

async function countTagsOf(q: Queries, values: Counts, rows: Row[], published: boolean) {
  const tags = await countTags(
    q,
    rows.map(({ id }) => id),
    published,
  )
  for (const { tag_id, count } of tags) add(values, tag_id, '', count)
}

/** The first day of the day, week (ISO 8601: from Monday) or month of a moment. */
function spanOf(span: 'day' | 'week' | 'month', publishedAt: string): string {
  const day = publishedAt.slice(0, 10)
  if (span === 'day') return day
  if (span === 'month') return `${day.slice(0, 7)}-01`
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.toISOString().slice(0, 10)
}

async function facetsOf(q: Queries, counts: Map<FacetName, Counts>): Promise<Partial<Facets>> {
  const facets: Partial<Facets> = {}
  for (const [facet, values] of counts) {
    const most = [...values]
      .sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
      .slice(0, maxValues)
    if (facet === 'tag') facets.tag = await tagsOf(q, most)
    else if (facet === 'source') facets.source = await sourcesOf(q, most)
    else if (facet === 'language')
      facets.language = most.map(([language, { count }]) => ({ language, count }))
    else if (facet === 'author') facets.author = most.map(([, value]) => value)
    else facets[facet] = spansOf(values)
  }
  return facets
}

function spansOf(values: Counts) {
  const spans = [...values].map(([from, { count }]) => ({ from, count }))
  return spans.sort((a, b) => (a.from < b.from ? 1 : -1)).slice(0, maxSpans)
}

async function tagsOf(q: Queries, most: Most) {
  const rows = await named(most, (ids) => listTagNames(q, ids))
  return most.flatMap(([id, { count }]) => {
    const tag = rows.get(id)
    return tag ? [{ slug: tag.slug, name: tag.name, count }] : []
  })
}

async function sourcesOf(q: Queries, most: Most) {
  const rows = await named(most, (ids) => listSourceNames(q, ids))
  return most.map(([id, { count }]) => ({ id, name: rows.get(id)?.name ?? '', count }))
}

async function named<Row extends { id: string }>(
  most: Most,
  list: (ids: string[]) => Promise<Row[]>,
): Promise<Map<string, Row>> {
  const rows = most.length > 0 ? await list(most.map(([id]) => id)) : []
  return new Map(rows.map((row) => [row.id, row]))
}
