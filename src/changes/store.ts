import type { Queries, Transaction } from '../database/database.ts'
import { empty, join, type Sql, sql } from '../database/sql.ts'
import type { Change, ChangeType } from './change.ts'
import type { ChangeFilters, Concern } from './filters.ts'

export type ChangeRow = {
  seq: number
  at: string
  type: ChangeType
  resource_type: string
  resource_id: string
  revision: number | null
  /** Up to where entries were removed when this one was read. */
  floor: number
}

/** Locks the end of the log until the transaction ends, so that the numbers of commits follow one another. */
export async function incrementHead(tx: Transaction): Promise<number> {
  const head = await tx.one<{ seq: number }>(
    sql`update change_head set seq = seq + 1 where id = 1 returning seq, ${tx.dialect.announcement}`,
  )
  if (!head) throw new Error('The head of the change log is missing.')
  return head.seq
}

export async function insertChange(
  tx: Transaction,
  { seq, at, type, resource, revision }: Change,
  { source_id, tags }: Omit<Concern, 'type'>,
): Promise<void> {
  await tx.run(sql`
    insert into change (seq, at, type, resource_type, resource_id, revision, source_id, tags)
    values (${seq}, ${at}, ${type}, ${resource.type}, ${resource.id}, ${revision}, ${source_id}, ${tags})`)
}

/** The number of the newest entry, and of the newest that was removed. */
export async function findEnds(q: Queries): Promise<{ head: number; floor: number }> {
  const ends = await q.one<{ head: number; floor: number }>(sql`
    select h.seq as head, f.seq as floor from change_head h cross join change_floor f where h.id = 1 and f.id = 1`)
  return ends ?? { head: 0, floor: 0 }
}

export type ChangeRange = { after: number; upTo: number; limit: number } & ChangeFilters

export function listChanges(q: Queries, range: ChangeRange): Promise<ChangeRow[]> {
  return q.all(changesStatement(range))
}

const columns = sql`seq, at, type, resource_type, resource_id, revision,
  (select f.seq from change_floor f where f.id = 1) as floor`

/**
 * Each type is read from its own index range and cut, so that a rare type costs no scan of the log. Those of a tag or a source
 * have no index, which every write would pay for: the range is read whole, so it has to be bounded.
 */
export function changesStatement({ types, ...range }: ChangeRange): Sql {
  const { after, upTo, limit, tagIds, sourceIds } = range
  const within = sql`seq > ${after} and seq <= ${upTo}`
  if (tagIds || sourceIds) {
    // Joined to nothing, the type leads the engine to no index but that of the range.
    const ofType = types ? sql`and type || '' in (${join(types)})` : empty
    return sql`select ${columns} from change where ${within} ${ofType} ${concerning(range)} order by seq limit ${limit}`
  }
  if (!types) return sql`select ${columns} from change where ${within} order by seq limit ${limit}`
  const ofEachType = [...new Set(types)].map(
    (type) =>
      sql`select * from (select ${columns} from change where type = ${type} and ${within} order by seq limit ${limit}) as of_type`,
  )
  return sql`${join(ofEachType, ' union all ')} order by seq limit ${limit}`
}

/** Ids are of lower case, and stand between quotes: engines agree on this `like`, and no id is a part of another. */
function concerning({ tagIds, sourceIds }: ChangeFilters): Sql {
  const ofSource = sourceIds ? sql`and source_id in (${join(sourceIds)})` : empty
  if (!tagIds) return ofSource
  const carries = tagIds.map((id) => sql`tags like ${`%${JSON.stringify(id)}%`}`)
  return sql`${ofSource} and (${join(carries, ' or ')})`
}

/** Whom the entries behind `after` concern, the oldest first. */
export function listConcerns(
  q: Queries,
  after: number,
  limit: number,
): Promise<(Concern & { seq: number })[]> {
  return q.all(
    sql`select seq, type, source_id, tags from change where seq > ${after} order by seq limit ${limit}`,
  )
}

/** When the oldest entry behind a number began to be written; `undefined` where there is none. */
export async function findTimeBehind(q: Queries, seq: number): Promise<string | undefined> {
  const row = await q.one<{ at: string }>(sql`select at from change where seq > ${seq} order by seq limit 1`)
  return row?.at
}

/** Up to where entries were removed, locked for this transaction; `undefined` where another process has it. */
export async function claimFloor(tx: Transaction): Promise<number | undefined> {
  const row = await tx.one<{ seq: number }>(
    sql`select f.seq from change_floor f where f.id = 1 ${tx.dialect.forUpdateSkipLocked(sql`f`)}`,
  )
  return row?.seq
}

/** The first entry of a range that is not older than a time. */
export async function findFirstSince(
  q: Queries,
  { after, upTo, since }: { after: number; upTo: number; since: string },
): Promise<number | undefined> {
  const row = await q.one<{ seq: number }>(sql`
    select seq from change where seq > ${after} and seq <= ${upTo} and at >= ${since} order by seq limit 1`)
  return row?.seq
}

/** Removes the oldest entries. Answers how many. */
export async function removeUpTo(tx: Transaction, seq: number): Promise<number> {
  await tx.run(sql`update change_floor set seq = ${seq} where id = 1`)
  return tx.run(sql`delete from change where seq <= ${seq}`)
}
