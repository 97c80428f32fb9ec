import type { Queries, Transaction } from '../database/database.ts'
import { sql } from '../database/sql.ts'

export type EntryRow = { number: number; article_id: string; terms_version: number }

export function findEntry(q: Queries, articleId: string) {
  return q.one<EntryRow>(
    sql`select number, article_id, terms_version from text_entry where article_id = ${articleId}`,
  )
}

/** Adds the entry; answers false where the number is taken. */
export async function insertEntry(tx: Transaction, row: EntryRow): Promise<boolean> {
  const inserted = await tx.run(sql`
    insert into text_entry (number, article_id, terms_version)
    values (${row.number}, ${row.article_id}, ${row.terms_version}) on conflict (number) do nothing`)
  return inserted === 1
}

export function removeEntry(tx: Transaction, number: number) {
  return tx.run(sql`delete from text_entry where number = ${number}`)
}

export async function isTaken(q: Queries, number: number): Promise<boolean> {
  return (await q.one(sql`select number from text_entry where number = ${number}`)) !== undefined
}

/** The version of the terms by which every article is indexed; 0 where that is not known. */
export async function findIndexVersion(q: Queries): Promise<number> {
  const row = await q.one<{ terms_version: number }>(sql`select terms_version from text_index where id = 1`)
  return row?.terms_version ?? 0
}

export function updateIndexVersion(tx: Transaction, version: number) {
  return tx.run(sql`update text_index set terms_version = ${version} where id = 1`)
}

/** Words that begin so, in the order in which they came. */
export async function listWords(q: Queries, prefix: string, limit: number): Promise<string[]> {
  const rows = await q.all<{ word: string }>(sql`
    select word from text_word where word >= ${prefix} and word < ${`${prefix}\u{10ffff}`}
    order by number limit ${limit}`)
  return rows.map(({ word }) => word)
}
