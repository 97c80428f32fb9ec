import type { ChangeType } from '../changes/change.ts'
import type { Queries } from '../database/database.ts'
import { join, sql } from '../database/sql.ts'

/** An article of a story, as far as a list of outlets shows it. */
export type Told = {
  story_id: string
  source_id: string
  name: string
  title: string
  url: string
  language: string
}

/** The earliest articles of each story, at most `count`, with their outlets. */
export function listTold(q: Queries, storyIds: string[], count: number): Promise<Told[]> {
  const heads = storyIds.map(
    (id) => sql`select * from (
      select a.id, a.story_id, a.published_at from article a where a.story_id = ${id} and a.state = 'published'
      order by a.published_at, a.id limit ${count}) as head`,
  )
  return q.all(sql`
    select a.story_id, a.source_id, s.name, a.title, a.url, a.language from (${join(heads, ' union all ')}) as earliest
    join article a on a.id = earliest.id join source s on s.id = a.source_id
    order by earliest.published_at, earliest.id`)
}

/** When the newest change of one of these types was written. */
export async function findLastChange(q: Queries, types: readonly ChangeType[]): Promise<string | undefined> {
  const newest = types.map(
    (type) =>
      sql`select * from (select at from change where type = ${type} order by seq desc limit 1) as newest`,
  )
  const row = await q.one<{ at: string | null }>(
    sql`select max(at) as at from (${join(newest, ' union all ')}) as changed`,
  )
  return row?.at ?? undefined
}
