import type { Queries, Transaction } from '../database/database.ts'
import { join, sql } from '../database/sql.ts'
import type { Member } from './summary.ts'

/** A row of `story`: `languages` is JSON as text. */
export type StoryRow = {
  id: string
  title: string
  title_fixed_at: string | null
  language: string
  representative_id: string | null
  article_count: number
  source_count: number
  languages: string
  first_published_at: string
  last_published_at: string
  heat: number
  merged_into: string | null
  version: number
  created_at: string
  updated_at: string
}

/** An article as far as moving it is concerned. */
export type Placed = { id: string; state: string; story_id: string | null; story_fixed_at: string | null }

export const storyColumns = sql`s.id, s.title, s.title_fixed_at, s.language, s.representative_id, s.article_count,
  s.source_count, s.languages, s.first_published_at, s.last_published_at, s.heat, s.merged_into, s.version, s.created_at,
  s.updated_at`

export function findStory(q: Queries, id: string): Promise<StoryRow | undefined> {
  return q.one(sql`select ${storyColumns} from story s where s.id = ${id}`)
}

/** Locked, in the order of their ids: all who write to a story or move articles into or out of it queue behind its row. */
export function listStoriesForUpdate(tx: Transaction, ids: string[]): Promise<StoryRow[]> {
  return tx.all(sql`
    select ${storyColumns} from story s where s.id in (${join(ids)}) order by s.id ${tx.dialect.forUpdate}`)
}

export function insertStory(tx: Transaction, row: StoryRow): Promise<number> {
  return tx.run(sql`
    insert into story (id, title, title_fixed_at, language, representative_id, article_count, source_count, languages,
      first_published_at, last_published_at, heat, merged_into, version, created_at, updated_at)
    values (${row.id}, ${row.title}, ${row.title_fixed_at}, ${row.language}, ${row.representative_id},
      ${row.article_count}, ${row.source_count}, ${row.languages}, ${row.first_published_at}, ${row.last_published_at},
      ${row.heat}, ${row.merged_into}, ${row.version}, ${row.created_at}, ${row.updated_at})`)
}

export function updateStory(tx: Transaction, row: StoryRow): Promise<number> {
  return tx.run(sql`
    update story set title = ${row.title}, title_fixed_at = ${row.title_fixed_at}, language = ${row.language},
      representative_id = ${row.representative_id}, article_count = ${row.article_count},
      source_count = ${row.source_count}, languages = ${row.languages}, first_published_at = ${row.first_published_at},
      last_published_at = ${row.last_published_at}, heat = ${row.heat}, version = version + 1, updated_at = ${tx.now}
    where id = ${row.id}`)
}

/** A title of an editor, or null for none; the row is still to be counted, which gives it its new version. */
export function updateTitle(tx: Transaction, id: string, title: string | null): Promise<number> {
  return tx.run(sql`
    update story set title = coalesce(${title}, title), title_fixed_at = ${title === null ? null : tx.now} where id = ${id}`)
}

/** Makes pointers of a story and of those that pointed to it, so that each leads to the living one at once. */
export function updateMerged(tx: Transaction, id: string, into: string): Promise<number> {
  return tx.run(sql`
    update story set merged_into = ${into}, article_count = 0, version = version + 1, updated_at = ${tx.now}
    where id = ${id} or merged_into = ${id}`)
}

/** The published articles of a story, the earliest first. */
export function listMembers(q: Queries, storyId: string): Promise<(Member & Placed)[]> {
  return q.all(sql`
    select id, source_id, language, title, published_at, duplicate_of_id, state, story_id, story_fixed_at from article
    where story_id = ${storyId} and state = 'published' order by published_at, id`)
}

export function listPlaced(q: Queries, articleIds: string[]): Promise<Placed[]> {
  return q.all(sql`
    select id, state, story_id, story_fixed_at from article where id in (${join(articleIds)}) order by id`)
}

export function listPlacedForUpdate(tx: Transaction, articleIds: string[]): Promise<Placed[]> {
  return tx.all(sql`
    select id, state, story_id, story_fixed_at from article
    where id in (${join(articleIds)}) order by id ${tx.dialect.forUpdate}`)
}
