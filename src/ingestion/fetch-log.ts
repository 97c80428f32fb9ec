import type { Queries, Transaction } from '../database/database.ts'
import { newId } from '../shared/ids.ts'
import { type FetchRow, insertFetch, listFetches, removeOlderFetches } from './fetch-log-store.ts'
import type { FetchRecord } from './fetch-record.ts'

const keptFetches = 100
const maxDropped = 100
const maxTextLength = 500

/** Writes into the log of a source how a fetch of its feed went. The log keeps the last hundred. */
export async function recordFetch(
  tx: Transaction,
  { sourceId, ...fetched }: Omit<FetchRecord, 'id'> & { sourceId: string },
): Promise<void> {
  const dropped = fetched.dropped
    .slice(0, maxDropped)
    .map(({ stage, what, why }) => ({ stage, what: shortened(what), why: shortened(why) }))
  await insertFetch(tx, {
    id: newId(),
    source_id: sourceId,
    at: fetched.at,
    cause: fetched.cause,
    outcome: fetched.outcome,
    http_status: fetched.httpStatus,
    duration_ms: Math.round(fetched.durationMs),
    bytes: fetched.bytes,
    items: fetched.items,
    created: fetched.created,
    updated: fetched.updated,
    unchanged: fetched.unchanged,
    dropped: JSON.stringify(dropped),
    error: fetched.error === null ? null : shortened(fetched.error),
  })
  await removeOlderFetches(tx, sourceId, keptFetches)
}

/** What feeds and hosts say gets into the log, as long and as odd as they say it: neither engine takes NUL. */
function shortened(text: string): string {
  const clean = text.toWellFormed().replaceAll('\0', '\ufffd')
  return clean.length > maxTextLength ? `${clean.slice(0, maxTextLength - 1).toWellFormed()}…` : clean
}

/** The log of a source, the newest first. */
export async function readFetches(
  q: Queries,
  sourceId: string,
  page: { before?: string | undefined; limit: number },
): Promise<FetchRecord[]> {
  return (await listFetches(q, sourceId, page)).map(recordOf)
}

function recordOf(row: FetchRow): FetchRecord {
  return {
    id: row.id,
    at: row.at,
    cause: row.cause,
    outcome: row.outcome,
    httpStatus: row.http_status,
    durationMs: row.duration_ms,
    bytes: row.bytes,
    items: row.items,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    dropped: JSON.parse(row.dropped),
    error: row.error,
  }
}
