import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import type { Sql } from '../database/sql.ts'
import { sql } from '../database/sql.ts'
import { cursorBehind, pageStart } from '../http/paging.ts'
import { integerParameter, language, listParameter, moment, pageOf, pageQuery } from '../http/parameters.ts'
import { Failure } from '../shared/failure.ts'
import type { StoryRow } from './stories-store.ts'
import { Story } from './story.ts'
import {
  carriesTag,
  findEnd,
  findTagSize,
  isInLanguage,
  listChosen,
  listFrequentTags,
  listNewest,
  listStories,
  listStoriesOfTag,
  type Shown,
  type StoryConditions,
  type StoryPlace,
  type StoryPosition,
  storyOrders,
} from './story-lists-store.ts'
import { heatOfTime } from './summary.ts'

const maxArticles = 10
const maxTags = 10
const articlesWithTags = 50

/** Up to so many articles of a tag are looked through for their stories; of a larger tag the stories are. */
const rareTagArticles = 2000
/** One page looks at no more stories than these for some that match. */
const storiesLookedAt = 2000

export const storyShaping = {
  include: listParameter(z.enum(['articles']), 1)
    .optional()
    .describe('`articles`: the 10 newest articles of each story, beside the representative.'),
}

export const StoryListQuery = z.strictObject({
  sort: z
    .enum(storyOrders)
    .default('heat')
    .describe(
      '`heat`: by how many outlets tell it and how lately, twice the outlets being worth 12 hours. `newest`: by `lastPublishedAt`.',
    ),
  tag: z.string().min(1).max(200).optional().describe('An article of it carries this tag, or one below it.'),
  language: listParameter(language).optional().describe('An article of it is in one of these languages.'),
  minSources: integerParameter(1, 1_000_000).optional().describe('So many outlets tell it, or more.'),
  publishedAfter: moment.optional().describe('An article of it was published later than this.'),
  ...storyShaping,
  ...pageQuery,
})
type StoryListQuery = z.infer<typeof StoryListQuery>

export const StoryList = pageOf(Story).meta({
  id: 'StoryList',
  example: { data: [Story.meta()?.example as Story], page: { next: null, limit: 20 } },
})

/** A page of stories as JSON, and the cursor behind it. */
export async function readStories(
  q: Queries,
  query: StoryListQuery,
  request: FastifyRequest,
): Promise<{ json: string; next: string | null }> {
  const { sort: order, limit, cursor, include } = query
  const start = pageStart(request, cursor, [order === 'heat' ? 'real' : 'text', 'text'])
  const after = start && { at: start[0], id: start[1] }
  const { rows, last } = await pageOfRows(q, query, { order, after, limit })
  const next = last ? cursorBehind(request, [last.at, last.id]) : null
  const shown = await storiesAsJson(q, rows, include)
  const stories = rows.flatMap((row) => shown.get(row.id) ?? [])
  return { json: `{"data":[${stories.join(',')}],"page":${JSON.stringify({ next, limit })}}`, next }
}

type RowsPage = { rows: StoryRow[]; last: StoryPosition | undefined }

/** Where little matches, a page ends when enough was looked at, and the next one goes on there. */
async function pageOfRows(q: Queries, query: StoryListQuery, place: StoryPlace): Promise<RowsPage> {
  const { order, limit } = place
  const tag = query.tag === undefined ? undefined : await findTagSize(q, query.tag)
  if (query.tag !== undefined && !tag) return { rows: [], last: undefined }
  const conditions = conditionsOf(query)
  const more = { ...place, limit: limit + 1 }
  if (tag && tag.article_count <= rareTagArticles)
    return cut(await listStoriesOfTag(q, tag.id, conditions, more), place)
  if (tag) conditions.checks.push(carriesTag(tag.id))
  const isChecked = conditions.checks.length > 0
  const end = isChecked ? await findEnd(q, conditions, place, storiesLookedAt) : undefined
  const page = cut(await listStories(q, conditions, more, end), { order, limit })
  return { rows: page.rows, last: page.last ?? end }
}

function cut(rows: StoryRow[], { order, limit }: Pick<StoryPlace, 'order' | 'limit'>): RowsPage {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  const at = order === 'heat' ? last?.heat : last?.last_published_at
  return { rows: rows.slice(0, limit), last: last && at !== undefined ? { at, id: last.id } : undefined }
}

function conditionsOf({ sort, language: languages, minSources, publishedAfter }: StoryListQuery) {
  const bounds: Sql[] = []
  const checks: Sql[] = []
  if (publishedAfter && sort === 'newest') bounds.push(sql`s.last_published_at > ${publishedAfter}`)
  if (publishedAfter && sort === 'heat') {
    bounds.push(sql`s.heat >= ${heatOfTime(publishedAfter)}`)
    checks.push(sql`s.last_published_at > ${publishedAfter}`)
  }
  if (minSources !== undefined && minSources > 1) checks.push(sql`s.source_count >= ${minSources}`)
  if (languages) checks.push(isInLanguage(languages))
  return { bounds, checks } satisfies StoryConditions
}

/** One story as JSON; `gone` where none of its articles is published. */
export async function readStory(q: Queries, row: StoryRow, include?: string[]): Promise<string> {
  const json = (await storiesAsJson(q, [row], include)).get(row.id)
  if (json === undefined)
    throw new Failure('gone', 'None of the articles of the story is published any more.')
  return json
}

/**
 * Stories as they are shown, by id, in at most four statements however many they are. A withdrawal shows before the story is
 * counted anew: another article then stands for it, and a story without one is left out.
 */
async function storiesAsJson(
  q: Queries,
  rows: StoryRow[],
  include: string[] = [],
): Promise<Map<string, string>> {
  const listed = rows.filter((row) => row.article_count > 0)
  const ids = listed.map((row) => row.id)
  if (ids.length === 0) return new Map()
  const newest = include.length > 0 ? byStory(await listNewest(q, ids, maxArticles + 1)) : undefined
  const representatives = await representativesOf(q, listed)
  const tags = Map.groupBy(await listFrequentTags(q, ids, articlesWithTags), (tag) => tag.story_id)
  return new Map(
    listed.flatMap((row) => {
      const representative = representatives.get(row.id)
      if (!representative) return []
      const facts = factsOf(row, representative, tags.get(row.id) ?? [])
      const others = newest && (newest.get(row.id) ?? []).filter(({ id }) => id !== representative.id)
      return [[row.id, storyAsJson(facts, representative, others?.slice(0, maxArticles))]]
    }),
  )
}

/** By story: the article that stands for it, or the newest one where that is not published now. */
async function representativesOf(q: Queries, rows: StoryRow[]): Promise<Map<string, Shown>> {
  const ids = rows.flatMap((row) => row.representative_id ?? [])
  const chosen = ids.length > 0 ? await listChosen(q, ids) : []
  const published = chosen.filter((article) => article.state === 'published')
  const found = new Map<string, Shown>(published.map((article) => [article.story_id, article]))
  const without = rows.map((row) => row.id).filter((id) => !found.has(id))
  const others = without.length > 0 ? await listNewest(q, without, 1) : []
  for (const article of others) found.set(article.story_id, article)
  return found
}

function factsOf(row: StoryRow, { title, language }: Shown, tags: { slug: string; name: string }[]) {
  return {
    id: row.id,
    title: row.title_fixed_at === null ? title : row.title,
    language,
    articleCount: row.article_count,
    sourceCount: row.source_count,
    languages: JSON.parse(row.languages),
    firstPublishedAt: row.first_published_at,
    lastPublishedAt: row.last_published_at,
    tags: tags.slice(0, maxTags).map(({ slug, name }) => ({ slug, name })),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** Cards are stored as JSON, and are passed on as they are. */
function storyAsJson(facts: object, { card }: Shown, articles: Shown[] | undefined): string {
  const others = articles && `,"articles":[${articles.map((article) => article.card).join(',')}]`
  return `${JSON.stringify(facts).slice(0, -1)},"representative":{"article":${card}}${others ?? ''}}`
}

const byStory = (articles: Shown[]) => Map.groupBy(articles, (article) => article.story_id)
