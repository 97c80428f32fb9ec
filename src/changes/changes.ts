import type { Queries, Transaction } from '../database/database.ts'
import type { Change, ChangeType } from './change.ts'
import { type ChangeRow, findFirst, findHead, incrementHead, insertChange, listChanges } from './store.ts'

/**
 * Appends to the log, in the transaction of the write that it tells of and as its last statement: from here to the
 * commit all other writers wait, which is what makes the numbers gap-free and never seen out of order.
 */
export async function recordChange(
  tx: Transaction,
  { type, id, revision }: { type: ChangeType; id: string; revision?: number },
): Promise<void> {
  const seq = await incrementHead(tx)
  const resource = { type: type.slice(0, type.indexOf('.')), id }
  await insertChange(tx, { seq, at: tx.now, type, resource, revision: revision ?? null })
}

export type ChangesAfter = { after: number; limit: number; types?: ChangeType[] }

export type ChangesPage = {
  changes: Change[]
  /** Everything up to here was looked at: the next read begins behind it. */
  lastSeq: number
  /** Whether there is more behind `lastSeq` already. */
  more: boolean
}

/** The changes behind `after`, oldest first. Behind the end of the log `lastSeq` is that end, so smaller than `after`. */
export async function readChanges(q: Queries, { after, limit, types }: ChangesAfter): Promise<ChangesPage> {
  // First the head, then the rows up to it: what commits in between belongs to the next read.
  const head = await findHead(q)
  const rows = head > after ? await listChanges(q, { after, upTo: head, limit: limit + 1, types }) : []
  const changes = rows.slice(0, limit).map(changeOf)
  const more = rows.length > limit
  return { changes, lastSeq: more ? (changes.at(-1) as Change).seq : head, more }
}

function changeOf({ seq, at, type, resource_type, resource_id, revision }: ChangeRow): Change {
  return { seq, at, type, resource: { type: resource_type, id: resource_id }, revision }
}

/** The numbers between which the log can be read: its first entry, or behind its end where it has none, and its last. */
export async function logEnds(q: Queries): Promise<{ first: number; last: number }> {
  const last = await findHead(q)
  return { first: (await findFirst(q)) ?? last + 1, last }
}
