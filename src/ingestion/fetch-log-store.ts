import type { Queries, Transaction } from '../database/database.ts'
import { empty, type Sql, sql } from '../database/sql.ts'
import type { FetchRecord } from './fetch-record.ts'

export type FetchRow = {
  id: string
  source_id: string
  at: string
  cause: FetchRecord['cause']
  outcome: FetchRecord['outcome']
  http_status: number | null
  duration_ms: number
  bytes: number
  items: number
  created: number
  updated: number
  unchanged: number
  /** JSON. */
  dropped: string
  error: string | null
}

const columns = sql`id, source_id, at, cause, outcome, http_status, duration_ms, bytes, items, created, updated, unchanged,
  dropped, error`

export async function insertFetch(tx: Transaction, row: FetchRow): Promise<void> {
  await tx.run(sql`
    insert into feed_fetch (${columns})
    values (${row.id}, ${row.source_id}, ${row.at}, ${row.cause}, ${row.outcome}, ${row.http_status}, ${row.duration_ms},
      ${row.bytes}, ${row.items}, ${row.created}, ${row.updated}, ${row.unchanged}, ${row.dropped}, ${row.error})`)
}

/** Leaves the newest of a source. */
export async function removeOlderFetches(tx: Transaction, sourceId: string, kept: number): Promise<void> {
  await tx.run(sql`
    delete from feed_fetch
    where source_id = ${sourceId} and id < (
      select id from feed_fetch where source_id = ${sourceId} order by id desc limit 1 offset ${kept - 1}
    )`)
}

/** The newest first. */
export function fetchesStatement(
  sourceId: string,
  { before, limit }: { before?: string | undefined; limit: number },
): Sql {
  const behind = before === undefined ? empty : sql`and id < ${before}`
  return sql`select ${columns} from feed_fetch where source_id = ${sourceId} ${behind} order by id desc limit ${limit}`
}

export function listFetches(
  q: Queries,
  sourceId: string,
  page: { before?: string | undefined; limit: number },
): Promise<FetchRow[]> {
  return q.all(fetchesStatement(sourceId, page))
}
