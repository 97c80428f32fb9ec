import type { Queries, Transaction } from '../database/database.ts'
import { join, sql } from '../database/sql.ts'
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

/** What was found out about an article; its card is still to be written. */
export type Placing = Pick<
  ArticleRow,
  | 'id'
  | 'story_id'
  | 'story_fixed_at'
  | 'duplicate_of_id'
  | 'duplicate_score'
  | 'found_original_id'
  | 'found_original_score'
>

export function updatePlacing(tx: Transaction, row: Placing) {
  return tx.run(sql`
    update article set story_id = ${row.story_id}, story_fixed_at = ${row.story_fixed_at},
      duplicate_of_id = ${row.duplicate_of_id}, duplicate_score = ${row.duplicate_score},
      found_original_id = ${row.found_original_id}, found_original_score = ${row.found_original_score}
    where id = ${row.id}`)
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
