import type { Transaction } from '../database/database.ts'
import { type Sql, sql } from '../database/sql.ts'
import { type Fields, toColumns } from './indexed.ts'
import { toFts5 } from './match.ts'
import type { TextQuery } from './query.ts'

/** FTS5 bounds a walk only by whole numbers, and the driver binds large ones as reals. */
export const whole = (number: number): Sql => sql`cast(${number} as integer)`

export function insertTerms(tx: Transaction, number: number, fields: Fields): Promise<number> {
  const { title, summary, body } = toColumns(fields)
  return tx.run(sql`
    insert into text_terms (rowid, title, summary, body) values (${whole(number)}, ${title}, ${summary}, ${body})`)
}

export function removeTerms(tx: Transaction, number: number): Promise<number> {
  return tx.run(sql`delete from text_terms where rowid = ${whole(number)}`)
}

export const numberColumn = sql`rowid`

/** Narrows `text_terms` to the rows that a query finds. */
export function matches(query: TextQuery): Sql {
  return sql`text_terms match ${toFts5(query)}`
}
