import type { Queries, Transaction } from '../database/database.ts'
import { join, type Sql, sql } from '../database/sql.ts'
import type { Change, ChangeType } from './change.ts'

export type ChangeRow = {
  seq: number
  at: string
  type: ChangeType
  resource_type: string
  resource_id: string
  revision: number | null
}

/** Locks the end of the log until the transaction ends, so that the numbers of commits follow one another. */
export async function incrementHead(tx: Transaction): Promise<number> {
  const head = await tx.one<{ seq: number }>(
    sql`update change_head set seq = seq + 1 where id = 1 returning seq`,
  )
  if (!head) throw new Error('The head of the change log is missing.')
  return head.seq
}

export async function insertChange(tx: Transaction, change: Change): Promise<void> {
  const { seq, at, type, resource, revision } = change
  await tx.run(sql`
    insert into change (seq, at, type, resource_type, resource_id, revision)
    values (${seq}, ${at}, ${type}, ${resource.type}, ${resource.id}, ${revision})`)
}

export async function findHead(q: Queries): Promise<number> {
  const head = await q.one<{ seq: number }>(sql`select seq from change_head where id = 1`)
  return head?.seq ?? 0
}

/** The first number that is still in the log. */
export async function findFirst(q: Queries): Promise<number | undefined> {
  const row = await q.one<{ seq: number }>(sql`select seq from change order by seq limit 1`)
  return row?.seq
}

export type ChangeRange = { after: number; upTo: number; limit: number; types?: ChangeType[] }

export function listChanges(q: Queries, range: ChangeRange): Promise<ChangeRow[]> {
  return q.all(changesStatement(range))
}

/** Each type is read from its own index range and cut, so that a rare type costs no scan of the log. */
export function changesStatement({ after, upTo, limit, types }: ChangeRange): Sql {
  const within = sql`seq > ${after} and seq <= ${upTo}`
  const columns = sql`seq, at, type, resource_type, resource_id, revision`
  if (!types) return sql`select ${columns} from change where ${within} order by seq limit ${limit}`
  const ofEachType = [...new Set(types)].map(
    (type) =>
      sql`select * from (select ${columns} from change where type = ${type} and ${within} order by seq limit ${limit}) as of_type`,
  )
  return sql`${join(ofEachType, ' union all ')} order by seq limit ${limit}`
}

/** The newest number of each type behind `after`. */
export function listNewestOfTypes(q: Queries, after: number): Promise<{ type: ChangeType; seq: number }[]> {
  return q.all(sql`select type, max(seq) as seq from change where seq > ${after} group by type`)
}
