import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { sourceStates } from '../sources/source.ts'
import type { FetchRecord } from './fetch-record.ts'

export type FeedStatusRow = {
  name: string
  state: (typeof sourceStates)[number]
  consecutive_failures: number
  last_error: string | null
  due_at: string
  leased_until: string | null
  fetched_at: string | null
  outcome: FetchRecord['outcome'] | null
  http_status: number | null
  created: number | null
}

/** Those that are due first, with their last fetch. */
export function listFeedStatus(q: Queries, limit: number): Promise<FeedStatusRow[]> {
  return q.all(sql`
    select s.name, s.state, s.consecutive_failures, s.last_error, f.due_at, f.leased_until, l.at as fetched_at, l.outcome,
      l.http_status, l.created
    from feed f join source s on s.id = f.source_id
      left join feed_fetch l on l.id = (select max(id) from feed_fetch where source_id = f.source_id)
    order by case when s.state in ('active', 'failing') then 0 else 1 end, f.due_at, s.id limit ${limit}`)
}

export function countStates(q: Queries): Promise<{ state: FeedStatusRow['state']; count: number }[]> {
  return q.all(sql`
    select state, count(*) as count from source where feed_url is not null group by state order by state`)
}

export function countOutcomes(
  q: Queries,
  since: string,
): Promise<{ outcome: FetchRecord['outcome']; count: number }[]> {
  return q.all(sql`
    select outcome, count(*) as count from feed_fetch where at >= ${since} group by outcome order by outcome`)
}
