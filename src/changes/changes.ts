import type { Queries, Transaction } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import type { Change, ChangeType } from './change.ts'
import type { ChangeFilters } from './filters.ts'
import { type ChangeRow, findEnds, incrementHead, insertChange, listChanges } from './store.ts'

/** What is told of a write. Readers may follow one source, or one tag: both are of the article, tag or source that it is about. */
export type NewChange = {
  type: ChangeType
  id: string
  revision?: number
  sourceId?: string
  /** With the tags above them, and both those of before the write and those of after it. */
  tagIds?: string[]
}

/**
 * Appends to the log, in the transaction of the write that it tells of and as its last statement: from here to the
 * commit all other writers wait, which is what makes the numbers gap-free and never seen out of order.
 */
export async function recordChange(
  tx: Transaction,
  { type, id, revision, sourceId, tagIds = [] }: NewChange,
): Promise<void> {
  const seq = await incrementHead(tx)
  const resource = { type: type.slice(0, type.indexOf('.')), id }
  const change = { seq, at: tx.now, type, resource, revision: revision ?? null }
  const tags = tagIds.length > 0 ? JSON.stringify([...new Set(tagIds)]) : null
  await insertChange(tx, change, { source_id: sourceId ?? null, tags })
}

export type ChangesAfter = {
  after: number
  limit: number
  /** Passes over what was removed, for whoever has another way to what that told of. Others are refused. */
  skipRemoved?: boolean
} & ChangeFilters

export type ChangesPage = {
  changes: Change[]
  /** Everything up to here was looked at: the next read begins behind it. */
  lastSeq: number
  /** Whether there is more behind `lastSeq` already. */
  more: boolean
}

/**
 * Of a tag or a source, a read looks at so many entries at most: where the database is in this process, nobody else is answered
 * meanwhile.
 */
const mostLookedAt = 5000
/** Each tag is looked for in each entry: with more of them fewer entries are looked at. */
const tagsAtFullLength = 4

function lookedAtOnce({ tagIds = [], sourceIds }: ChangeFilters): number {
  if (tagIds.length === 0 && !sourceIds) return Number.POSITIVE_INFINITY
  return Math.ceil(mostLookedAt / Math.max(1, tagIds.length / tagsAtFullLength))
}

/**
 * The changes behind `after`, oldest first. Behind the end of the log `lastSeq` is that end, so smaller than `after`. Throws
 * `changes-removed` where entries behind `after` are not kept any more.
 */
export async function readChanges(
  q: Queries,
  { after, limit, skipRemoved = false, ...filters }: ChangesAfter,
): Promise<ChangesPage> {
  // First the head, then the rows up to it: what commits in between belongs to the next read.
  const { head, floor } = await findEnds(q)
  if (floor > after && !skipRemoved) throw removedFailure(head)
  const upTo = Math.min(head, Math.max(after, floor) + lookedAtOnce(filters))
  const rows = head > after ? await listChanges(q, { ...filters, after, upTo, limit: limit + 1 }) : []
  if (!skipRemoved && head > after) {
    // What is removed between the two reads is told by the rows themselves.
    const floorNow = rows[0]?.floor ?? (await findEnds(q)).floor
    if (floorNow > after) throw removedFailure(head)
  }
  const changes = rows.slice(0, limit).map(changeOf)
  const isCut = rows.length > limit
  return {
    changes,
    lastSeq: isCut ? (changes.at(-1) as Change).seq : upTo,
    more: isCut || upTo < head,
  }
}

/** The number of the newest entry; 0 where nothing was ever written. */
export async function endOfLog(q: Queries): Promise<number> {
  return (await findEnds(q)).head
}

function removedFailure(head: number): Failure {
  const message = `Changes behind this number are not kept any more. Read the newsroom anew, by an export that is begun now, and follow the log from \`after=${head}\`.`
  return new Failure('changes-removed', message, {
    extensions: { startAgain: { export: '/v1/articles/export', after: head } },
  })
}

function changeOf({ seq, at, type, resource_type, resource_id, revision }: ChangeRow): Change {
  return { seq, at, type, resource: { type: resource_type, id: resource_id }, revision }
}

/** The numbers between which the log can be read: its first entry, or behind its end where it has none, and its last. */
export async function logEnds(q: Queries): Promise<{ first: number; last: number }> {
  const { head, floor } = await findEnds(q)
  return { first: floor + 1, last: head }
}
