import type { Transaction } from '../database/database.ts'
import { type Sql, sql } from '../database/sql.ts'
import { type Fields, toTsvector } from './indexed.ts'
import { toTsquery } from './match.ts'
import type { TextQuery } from './query.ts'

export const whole = (number: number): Sql => sql`${number}::bigint`

export async function insertTerms(tx: Transaction, number: number, fields: Fields): Promise<void> {
  await tx.run(sql`
    insert into text_terms (number, terms) values (${number}, ${toTsvector(fields)}::tsvector)`)
}

export async function removeTerms(tx: Transaction, number: number): Promise<void> {
  await tx.run(sql`delete from text_terms where number = ${number}`)
}

export const numberColumn = sql`number`

/** Narrows `text_terms` to the rows that a query finds. */
export function matches(query: TextQuery): Sql {
  return sql`terms @@ ${toTsquery(query)}::tsquery`
}
