import type { Queries, Transaction } from '../database/database.ts'
import { join, sql } from '../database/sql.ts'

/** Days are dates in UTC, minutes are counted since 1970. */
export type UsageRow = {
  key_id: string
  day: string
  requests: number
  minute: number
  minute_requests: number
}

const columns = sql`key_id, day, requests, minute, minute_requests`

/** Adds to what is counted, in one statement; answers the sums, in which what other processes counted is. */
export function addUsage(tx: Transaction, rows: UsageRow[]): Promise<UsageRow[]> {
  const values = rows.map(
    (row) => sql`(${row.key_id}, ${row.day}, ${row.requests}, ${row.minute}, ${row.minute_requests})`,
  )
  return tx.all(sql`
    insert into key_usage (${columns}) values ${join(values)}
    on conflict (key_id, day) do update set
      requests = key_usage.requests + excluded.requests,
      minute_requests = case
        when excluded.minute > key_usage.minute then excluded.minute_requests
        when excluded.minute = key_usage.minute then key_usage.minute_requests + excluded.minute_requests
        else key_usage.minute_requests end,
      minute = case when excluded.minute > key_usage.minute then excluded.minute else key_usage.minute end
    returning ${columns}`)
}

export function listUsageOn(q: Queries, keyIds: string[], day: string): Promise<UsageRow[]> {
  return q.all(sql`select ${columns} from key_usage where key_id in (${join(keyIds)}) and day = ${day}`)
}

/** By day from this one on. */
export function listUsage(q: Queries, keyIds: string[], from: string): Promise<UsageRow[]> {
  return q.all(sql`
    select ${columns} from key_usage where key_id in (${join(keyIds)}) and day >= ${from} order by key_id, day`)
}

export function removeUsage(tx: Transaction, before: string): Promise<number> {
  return tx.run(sql`delete from key_usage where day < ${before}`)
}
