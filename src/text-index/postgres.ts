import type { Queries, Transaction } from '../database/database.ts'
import { type Sql, sql } from '../database/sql.ts'
import { toTsquery } from './match.ts'
import type { TextQuery } from './query.ts'

export const whole = (number: number): Sql => sql`${number}::bigint`

export async function insertTerms(tx: Transaction, number: number, [terms]: string[]): Promise<void> {
  await tx.run(sql`insert into text_terms (number, terms) values (${number}, ${terms}::tsvector)`)
}

export async function removeTerms(tx: Transaction, number: number): Promise<void> {
  await tx.run(sql`delete from text_terms where number = ${number}`)
}

export function insertWords(q: Queries, words: string[]) {
  return q.run(sql`
    insert into text_word (word) select json_array_elements_text(${JSON.stringify(words)}::json)
    on conflict (word) do nothing`)
}

export const numberColumn = sql`number`

/** Narrows `text_terms` to the rows that a query finds. */
export function matches(query: TextQuery): Sql {
  return sql`terms @@ ${toTsquery(query)}::tsquery`
}
