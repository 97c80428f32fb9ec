import type { Queries, Transaction } from '../database/database.ts'
import { type Sql, sql } from '../database/sql.ts'
import { toFts5 } from './match.ts'
import type { TextQuery } from './query.ts'

/** FTS5 bounds a walk only by whole numbers, and the driver binds large ones as reals. */
export const whole = (number: number): Sql => sql`cast(${number} as integer)`

/**
 * Both put off to the end of the transaction: FTS5 writes out all that it was given whenever another statement opens a
 * savepoint of its own, as a row for each of several values does, and that cost more than all else of an article. In the order
 * of their numbers: it does so, too, before a number that is smaller than the last.
 */
export function insertTerms(tx: Transaction, number: number, [title, summary, body]: string[]): void {
  const insert = sql`
    insert into text_terms (rowid, title, summary, body) values (${whole(number)}, ${title}, ${summary}, ${body})`
  tx.beforeCommit((q) => q.run(insert), number)
}

export function removeTerms(tx: Transaction, number: number): void {
  const remove = sql`delete from text_terms where rowid = ${whole(number)}`
  tx.beforeCommit((q) => q.run(remove), number)
}

export function insertWords(q: Queries, words: string[]) {
  return q.run(sql`
    insert into text_word (word) select value from json_each(${JSON.stringify(words)}) where true
    on conflict (word) do nothing`)
}

export const numberColumn = sql`rowid`

/** Narrows `text_terms` to the rows that a query finds. */
export function matches(query: TextQuery): Sql {
  return sql`text_terms match ${toFts5(query)}`
}
