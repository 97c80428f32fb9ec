import type { Queries } from '../database/database.ts'
import { join, type Sql, sql, where } from '../database/sql.ts'
import { tagIdOf } from '../tags/tags.ts'
import { type StoryRow, storyColumns } from './stories-store.ts'

export const storyOrders = ['heat', 'newest'] as const
export type StoryOrder = (typeof storyOrders)[number]
export type StoryPosition = { at: string | number; id: string }
/** Conditions that the order's index narrows by, and those that are checked on each story. */
export type StoryConditions = { bounds: Sql[]; checks: Sql[] }
export type StoryPlace = { order: StoryOrder; after: StoryPosition | undefined; limit: number }

const columnOf = { heat: sql`s.heat`, newest: sql`s.last_published_at` }
const isListed = sql`s.merged_into is null and s.article_count > 0`

/** A page of stories in order, not beyond `until`. */
export function listStories(
  q: Queries,
  { bounds, checks }: StoryConditions,
  { order, after, limit }: StoryPlace,
  until?: StoryPosition,
): Promise<StoryRow[]> {
  const at = columnOf[order]
  const conditions = [isListed, ...behind(at, after), ...bounds, ...checks]
  if (until) conditions.push(sql`(${at}, s.id) >= (${until.at}, ${until.id})`)
  return q.all(sql`
    select ${storyColumns} from story s ${where(conditions)} order by ${at} desc, s.id desc limit ${limit}`)
}

/** The last of the next `count` stories in order, where there are so many: as far as one page looks. */
export function findEnd(
  q: Queries,
  { bounds }: StoryConditions,
  { order, after }: StoryPlace,
  count: number,
): Promise<StoryPosition | undefined> {
  const at = columnOf[order]
  const conditions = [isListed, ...behind(at, after), ...bounds]
  return q.one(sql`
    select ${at} as at, s.id from story s ${where(conditions)}
    order by ${at} desc, s.id desc limit 1 offset ${count - 1}`)
}

/** The same page of the stories that the few articles of a tag tell. */
export function listStoriesOfTag(
  q: Queries,
  tagId: string,
  { bounds, checks }: StoryConditions,
  { order, after, limit }: StoryPlace,
): Promise<StoryRow[]> {
  const at = columnOf[order]
  const conditions = [isListed, ...behind(at, after), ...bounds, ...checks]
  return q.all(sql`
    select ${storyColumns} from (
      select distinct a.story_id as id from tag_listing l join article a on a.id = l.article_id
      where l.tag_id = ${tagId} and a.story_id is not null
    ) as told cross join story s
    ${where([sql`s.id = told.id`, ...conditions])} order by ${at} desc, s.id desc limit ${limit}`)
}

function behind(at: Sql, after: StoryPosition | undefined): Sql[] {
  return after ? [sql`(${at}, s.id) < (${after.at}, ${after.id})`] : []
}

/** Whether one of a story's published articles carries the tag or one below it. */
export function carriesTag(tagId: string): Sql {
  return sql`exists (select 1 from article a
    join tag_listing l on l.tag_id = ${tagId} and l.published_at = a.published_at and l.article_id = a.id
    where a.story_id = s.id and a.state = 'published')`
}

/** Languages are JSON, and their tags have no character that a pattern takes for another. */
export function isInLanguage(languages: string[]): Sql {
  const patterns = languages.map((language) => sql`s.languages like ${`%"${language}"%`}`)
  return sql`(${join(patterns, ' or ')})`
}

/** The tag of a slug or alias, and how many articles its page has. */
export function findTagSize(q: Queries, slug: string) {
  return q.one<{ id: string; article_count: number }>(
    sql`select id, article_count from tag where id = ${tagIdOf(slug)}`,
  )
}

/** An article as far as it stands for a story. */
export type Shown = { id: string; story_id: string; language: string; title: string; card: string }

/** These articles, published or not. */
export function listChosen(q: Queries, articleIds: string[]): Promise<(Shown & { state: string })[]> {
  return q.all(
    sql`select id, story_id, language, title, card, state from article where id in (${join(articleIds)})`,
  )
}

/** The newest articles of each story, at most `count`, newest first. However large a story is, no more are read. */
export function listNewest(q: Queries, storyIds: string[], count: number): Promise<Shown[]> {
  return q.all(sql`
    select a.id, a.story_id, a.language, a.title, a.card from (${newestOf(storyIds, count)}) as newest
    join article a on a.id = newest.id order by newest.published_at desc, newest.id desc`)
}

/** The tags of the newest articles of each story, the most frequent first. */
export function listFrequentTags(q: Queries, storyIds: string[], count: number) {
  return q.all<{ story_id: string; slug: string; name: string }>(sql`
    select newest.story_id, t.slug, t.name from (${newestOf(storyIds, count)}) as newest
    join article_tag l on l.article_id = newest.id join tag t on t.id = l.tag_id
    group by newest.story_id, t.slug, t.name order by count(*) desc, t.slug`)
}

function newestOf(storyIds: string[], count: number): Sql {
  const heads = storyIds.map(
    (id) => sql`select * from (
      select a.id, a.story_id, a.published_at from article a where a.story_id = ${id} and a.state = 'published'
      order by a.published_at desc, a.id desc limit ${count}) as head`,
  )
  return join(heads, ' union all ')
}
