import type { Queries, Transaction } from '../database/database.ts'
import { join, raw, sql } from '../database/sql.ts'
import type { ArticleRow } from './store.ts'

/** How many published articles tell each of these stories. */
export function countStories(q: Queries, storyIds: string[]) {
  return q.all<{ story_id: string; count: number }>(sql`
    select story_id, count(*) as count from article
    where story_id in (${join(storyIds)}) and state = 'published' group by story_id`)
}

/** The published articles with the text of these originals, and those themselves; the earliest first. */
export function listGroups(q: Queries, originalIds: string[]) {
  const columns = sql`id, source_id, url, duplicate_of_id, published_at`
  return q.all<Pick<ArticleRow, 'id' | 'source_id' | 'url' | 'duplicate_of_id'>>(sql`
    select ${columns} from article where id in (${join(originalIds)}) and state = 'published'
    union all
    select ${columns} from article where duplicate_of_id in (${join(originalIds)}) and state = 'published'
    order by published_at, id`)
}

/** The articles that show one of these as having the same text, or as their original. */
export async function listMates(q: Queries, ids: string[]): Promise<string[]> {
  const rows = await q.all<{ id: string }>(sql`
    select id from article where duplicate_of_id in (${join(ids)})
    union select id from article where found_original_id in (${join(ids)})
    union select m.id from article a join article m on m.duplicate_of_id = a.duplicate_of_id where a.id in (${join(ids)})
    union select duplicate_of_id from article where id in (${join(ids)}) and duplicate_of_id is not null`)
  return rows.map((row) => row.id)
}

export function listOriginals(q: Queries, ids: string[]) {
  return q.all<Pick<ArticleRow, 'id' | 'url' | 'language'>>(
    sql`select id, url, language from article where id in (${join(ids)}) and state = 'published'`,
  )
}

/** What was found out about the text of an article. */
export type Ties = Pick<
  ArticleRow,
  'duplicate_of_id' | 'duplicate_score' | 'found_original_id' | 'found_original_score'
>

/** Writes the columns that are named; the card is still to be written. */
export function updateTies(tx: Transaction, id: string, ties: Partial<Ties>) {
  const columns = Object.entries(ties).map(([name, value]) => sql`${raw(name)} = ${value}`)
  return tx.run(sql`update article set ${join(columns)} where id = ${id}`)
}

export function earliestDuplicate(q: Queries, originalId: string) {
  return q.one<{ id: string }>(sql`
    select id from article where duplicate_of_id = ${originalId} and state = 'published'
    order by published_at, id limit 1`)
}

/** Gives the duplicates of one original to another; answers which they are. */
export async function moveDuplicates(tx: Transaction, from: string, to: string): Promise<string[]> {
  const moved = await tx.all<{ id: string }>(sql`
    update article set duplicate_of_id = ${to} where duplicate_of_id = ${from} and id <> ${to} returning id`)
  return moved.map(({ id }) => id)
}

/** The story that a deleted article was of. */
export async function findLeftStory(q: Queries, articleId: string): Promise<string | null> {
  const row = await q.one<{ story_id: string | null }>(
    sql`select story_id from article_tombstone where article_id = ${articleId}`,
  )
  return row?.story_id ?? null
}

export async function listTranslations(q: Queries, originalId: string): Promise<string[]> {
  const rows = await q.all<{ id: string }>(sql`
    select id from article where translation_of_id = ${originalId}
    union select id from article where found_original_id = ${originalId} and translation_of_method is null`)
  return rows.map(({ id }) => id)
}

/** Since when an editor's word holds stays, where there was one. */
export function updateStory(
  tx: Transaction,
  ids: string[],
  { storyId, fixedAt }: { storyId: string | null; fixedAt: string | null },
) {
  return tx.run(sql`
    update article set story_id = ${storyId}, story_fixed_at = coalesce(${fixedAt}, story_fixed_at)
    where id in (${join(ids)})`)
}

/** Of an address that many pages name as canonical, such as that of the site, so many are answered. */
const mostAtKeys = 10

export async function listAtKeys(q: Queries, keys: string[]): Promise<string[]> {
  const rows = await q.all<{ id: string }>(sql`
    select distinct article_id as id from article_url where url_key in (${join(keys)}) limit ${mostAtKeys}`)
  return rows.map(({ id }) => id)
}
