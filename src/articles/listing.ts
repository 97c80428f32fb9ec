import type { Queries } from '../database/database.ts'
import { empty, join, type Sql, sql } from '../database/sql.ts'
import { Failure } from '../shared/failure.ts'
import { findSource } from '../sources/sources.ts'
import { findTagIds, tagIdOf } from '../tags/tags.ts'
import type { articleStates } from './article.ts'
import { authorKey } from './identity.ts'
import {
  type CardRow,
  countSpans,
  findRarestTag,
  type JoinedPage,
  joinSpan,
  type ListSpan,
  listSpans,
  pageOfCards,
} from './spans.ts'

/** The filters of every list of articles. Values of one filter are alternatives, filters are ANDed. */
export type ArticleFilters = {
  tagsAll?: string[]
  tagsAny?: string[]
  tagsNone?: string[]
  source?: string[]
  sourceNone?: string[]
  language?: string[]
  languageNone?: string[]
  story?: string
  author?: string
  state?: (typeof articleStates)[number]
  publishedAfter?: string
  publishedBefore?: string
  contentChangedAfter?: string
  duplicates?: 'collapse' | 'all' | 'only'
}

export type Sort = 'newest' | 'oldest' | 'contentChanged'
export type Position = { at: string; id: string }
type Place = { sort: Sort; after: Position | undefined; limit: number }

/** Filters with tags as ids; `undefined` where a filter names nothing that exists, so that nothing can match. */
type Resolved = Omit<ArticleFilters, TagFilter> & { [filter in TagFilter]?: TagId[] } & {
  state: NonNullable<ArticleFilters['state']>
}
type TagFilter = 'tagsAll' | 'tagsAny' | 'tagsNone'
/** As a value, or as the part of the statement that finds it. */
type TagId = string | Sql

/** An index in the order of the list that one filter narrows to a span. `published` where it holds no other articles. */
type Lead = Omit<ListSpan, 'conditions' | 'checks' | 'isSparse'> & { condition: Sql; published?: true }

/**
 * A page of up to `limit + 1` cards behind a position. The filter that narrows by an index in the order of the list leads,
 * and the others are checked on the rows that it yields: no list is sorted as a whole, and none counts what it skips.
 */
export async function listCards(q: Queries, filters: ArticleFilters, place: Place): Promise<CardRow[]> {
  const spans = await spansBehind(q, filters, place)
  return spans ? listSpans(q, spans, directionOf(place.sort), place.limit + 1) : []
}

/** The same page as JSON up to its last card, with room behind it, and the place of that card where there are more. */
export async function listJoined(q: Queries, filters: ArticleFilters, place: Place): Promise<JoinedPage> {
  const { sort, limit } = place
  const direction = directionOf(sort)
  const spans = await spansBehind(q, filters, place)
  if (!spans) return { page: pageOfCards([]), last: undefined }
  const [span] = spans
  if (span && spans.length === 1) return joinSpan(q, span, direction, limit)
  const rows = await listSpans(q, spans, direction, limit + 1)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { page: pageOfCards(rows.slice(0, limit).map((row) => row.card)), last }
}

const directionOf = (sort: Sort) => (sort === 'oldest' ? 'asc' : 'desc')

async function spansBehind(q: Queries, filters: ArticleFilters, { sort, after }: Place) {
  const resolved = await resolve(q, filters)
  const spans = resolved && (await spansOf(q, resolved, sort))
  return after ? spans?.map((span) => behind(span, after, directionOf(sort))) : spans
}

/** How many articles the filters leave. Reads all of them, and so is done only on request. */
export async function countArticles(q: Queries, filters: ArticleFilters): Promise<number> {
  const resolved = await resolve(q, filters)
  return resolved ? countSpans(q, await spansOf(q, resolved, 'newest')) : 0
}

/** The filters as conditions on `article a`, for lists in another order than ours; `undefined` where nothing can match. */
export async function conditionsOf(q: Queries, filters: ArticleFilters): Promise<Sql[] | undefined> {
  const resolved = await resolve(q, filters)
  if (!resolved) return undefined
  const published = publishedBetween(resolved, ofArticle.at)
  const checks = [...listingChecksOf(resolved, ofArticle), ...checksOf(resolved)]
  return [stateCheck(resolved.state), ...published, ...checks, ...changedAfter(resolved)]
}

/** Filters that may leave few articles, each as a `select` of their ids, for a list that no index leads. */
export async function selectionsOf(q: Queries, filters: ArticleFilters): Promise<Sql[]> {
  const { tagsAll = [], tagsAny, source, author, state = 'published' } = filters
  const selections: Sql[] = []
  if (state === 'published') {
    const all = known(await findTagIds(q, tagsAll))
    const any = tagsAny && known(await findTagIds(q, tagsAny))
    for (const ids of [...all.map((id) => [id]), ...(any ? [any] : [])])
      selections.push(sql`select article_id as id from tag_listing where tag_id in (${join(ids)})`)
    if (source)
      selections.push(
        sql`select id from article where state = 'published' and source_id in (${join(source)})`,
      )
  }
  if (author !== undefined)
    selections.push(sql`select article_id as id from article_author where author_key = ${authorKey(author)}`)
  return selections
}

async function resolve(q: Queries, filters: ArticleFilters): Promise<Resolved | undefined> {
  const { tagsAll, tagsAny, tagsNone, ...others } = filters
  const resolved: Resolved = { ...others, state: filters.state ?? 'published' }
  // What is asked for most takes one statement, in which a slug that no tag has leads to nothing, too.
  const [one, ...more] = [...(tagsAll ?? []), ...(tagsAny ?? []), ...(tagsNone ?? [])]
  if (one !== undefined && more.length === 0 && !tagsNone && !filters.sourceNone)
    return { ...resolved, tagsAll: [tagIdOf(one)] }
  if (tagsAll) {
    const ids = await findTagIds(q, tagsAll)
    if (ids.includes(undefined)) return undefined
    resolved.tagsAll = known(ids)
  }
  if (tagsAny) {
    resolved.tagsAny = known(await findTagIds(q, tagsAny))
    if (resolved.tagsAny.length === 0) return undefined
  }
  if (tagsNone) {
    const ids = await findTagIds(q, tagsNone)
    const unknown = ids.indexOf(undefined)
    if (unknown >= 0) throw nothingToLeaveOut('tagsNone', `tag ${JSON.stringify(tagsNone[unknown])}`)
    resolved.tagsNone = known(ids)
  }
  for (const id of new Set(filters.sourceNone))
    if (!(await findSource(q, id))) throw nothingToLeaveOut('sourceNone', `source ${JSON.stringify(id)}`)
  return resolved
}

const known = (ids: (string | undefined)[]) => [...new Set(ids.filter((id) => id !== undefined))]

/** What is unknown narrows a list to nothing where it is asked for, but to leave it out would widen the list in silence. */
function nothingToLeaveOut(path: 'tagsNone' | 'sourceNone', what: string): Failure {
  const message = `There is no ${what} to leave out.`
  return new Failure('bad-request', `${path}: ${message}`, { errors: [{ in: 'query', path, message }] })
}

async function spansOf(q: Queries, filters: Resolved, sort: Sort): Promise<ListSpan[]> {
  const { leads, rest } = await leadOf(q, filters, sort)
  const checks = [...checksOf(rest), ...changedAfter(filters)]
  return leads.map(({ condition, published, ...lead }) => {
    // The order of a lead on the article itself may be another than that of publishing.
    const listed = lead.article === empty ? ofArticle : lead
    const listings = listingChecksOf(rest, listed)
    return {
      ...lead,
      conditions: [condition, ...publishedBetween(filters, listed.at), ...listings],
      checks: published ? checks : [stateCheck(filters.state), ...checks],
      isSparse: listings.length + checks.length > 0,
    }
  })
}

/** A literal, not a value: the indexes hold published articles only, and the planner must see that they fit. */
function stateCheck(state: Resolved['state']): Sql {
  return state === 'published' ? sql`a.state = 'published'` : sql`a.state = ${state}`
}

const everything: Sql = sql`1 = 1`

/** A story that was merged stands for the one that has its articles now, as its address leads there. */
const isOfStory = (id: string): Sql =>
  sql`a.story_id = coalesce((select s.merged_into from story s where s.id = ${id}), ${id})`

/** The most telling filter that has an index in publishing order, and the filters that are left to check. */
async function leadOf(q: Queries, filters: Resolved, sort: Sort): Promise<{ leads: Lead[]; rest: Resolved }> {
  const article = { from: sql`article a`, article: empty, ...ofArticle }
  if (sort === 'contentChanged') {
    return { leads: [{ ...article, at: sql`a.content_changed_at`, condition: everything }], rest: filters }
  }
  if (filters.state === 'published' && filters.tagsAll) {
    const rarest = await rarestOf(q, filters.tagsAll)
    return {
      leads: [tagLead(rarest)],
      rest: { ...filters, tagsAll: filters.tagsAll.filter((id) => id !== rarest) },
    }
  }
  if (filters.state === 'published' && filters.tagsAny) {
    return { leads: filters.tagsAny.map(tagLead), rest: { ...filters, tagsAny: undefined } }
  }
  if (filters.author !== undefined) {
    return { leads: [authorLead(filters.author)], rest: { ...filters, author: undefined } }
  }
  if (filters.story !== undefined) {
    const condition = isOfStory(filters.story)
    return { leads: [{ ...article, condition }], rest: { ...filters, story: undefined } }
  }
  if (filters.source) {
    const leads = [...new Set(filters.source)].map((id) => ({
      ...article,
      condition: sql`a.source_id = ${id}`,
    }))
    return { leads, rest: { ...filters, source: undefined } }
  }
  if (filters.language) {
    const leads = [...new Set(filters.language)].map((tag) => ({
      ...article,
      condition: sql`a.language = ${tag}`,
    }))
    return { leads, rest: { ...filters, language: undefined } }
  }
  return { leads: [{ ...article, condition: everything }], rest: filters }
}

const listed = {
  article: sql`join article a on a.id = l.article_id`,
  at: sql`l.published_at`,
  id: sql`l.article_id`,
}

async function rarestOf(q: Queries, ids: TagId[]): Promise<TagId> {
  return ids.length === 1 ? (ids[0] as TagId) : findRarestTag(q, ids)
}

function tagLead(tagId: TagId): Lead {
  return { ...listed, from: sql`tag_listing l`, condition: sql`l.tag_id = ${tagId}`, published: true }
}

function authorLead(author: string): Lead {
  return { ...listed, from: sql`article_author l`, condition: sql`l.author_key = ${authorKey(author)}` }
}

/** When an article was published, and its id: by which it stands in each listing. */
type Listed = Pick<ListSpan, 'at' | 'id'>
const ofArticle: Listed = { at: sql`a.published_at`, id: sql`a.id` }

/** What other listings say of a row: of an index that has it the article itself is not looked at. */
function listingChecksOf(filters: Resolved, listed: Listed): Sql[] {
  const { tagsAll = [], tagsAny, tagsNone } = filters
  const carries = (ids: TagId[]) =>
    filters.state === 'published' ? isListed(ids, listed) : isLabelled(ids, listed)
  const checks = tagsAll.map((id) => carries([id]))
  if (tagsAny) checks.push(carries(tagsAny))
  if (tagsNone) checks.push(sql`not ${carries(tagsNone)}`)
  if (filters.author !== undefined) checks.push(isBy(filters.author, listed))
  return checks
}

function checksOf(filters: Resolved): Sql[] {
  const { source, sourceNone, language, languageNone } = filters
  const checks: Sql[] = []
  if (source) checks.push(sql`a.source_id in (${join(source)})`)
  if (sourceNone) checks.push(sql`a.source_id not in (${join(sourceNone)})`)
  if (language) checks.push(sql`a.language in (${join(language)})`)
  if (languageNone) checks.push(sql`a.language not in (${join(languageNone)})`)
  if (filters.story !== undefined) checks.push(isOfStory(filters.story))
  if (filters.duplicates === 'collapse') checks.push(sql`a.duplicate_of_id is null`)
  if (filters.duplicates === 'only') checks.push(sql`a.duplicate_of_id is not null`)
  return checks
}

/** Whether a published article carries one of the tags or one below them. */
function isListed(tagIds: TagId[], { at, id }: Listed): Sql {
  return sql`exists (select 1 from tag_listing t
    where t.tag_id in (${join(tagIds)}) and t.published_at = ${at} and t.article_id = ${id})`
}

/** The same for articles that are in no listing. */
function isLabelled(tagIds: TagId[], { id }: Listed): Sql {
  return sql`exists (select 1 from article_tag t where t.article_id = ${id} and t.tag_id in (
    with recursive below (id) as (
      select id from tag where id in (${join(tagIds)}) union select tag.id from tag join below on tag.parent_id = below.id
    ) select id from below))`
}

function isBy(author: string, { at, id }: Listed): Sql {
  return sql`exists (select 1 from article_author w
    where w.author_key = ${authorKey(author)} and w.published_at = ${at} and w.article_id = ${id})`
}

/** Both ends are open: "after" is later than, "before" earlier than. */
function publishedBetween({ publishedAfter, publishedBefore }: Resolved, at: Sql): Sql[] {
  const conditions: Sql[] = []
  if (publishedAfter) conditions.push(sql`${at} > ${publishedAfter}`)
  if (publishedBefore) conditions.push(sql`${at} < ${publishedBefore}`)
  return conditions
}

function changedAfter({ contentChangedAfter }: Resolved): Sql[] {
  return contentChangedAfter ? [sql`a.content_changed_at > ${contentChangedAfter}`] : []
}

function behind(span: ListSpan, after: Position, direction: 'asc' | 'desc'): ListSpan {
  const operator = direction === 'asc' ? sql`>` : sql`<`
  const condition = sql`(${span.at}, ${span.id}) ${operator} (${after.at}, ${after.id})`
  return { ...span, conditions: [...span.conditions, condition] }
}
