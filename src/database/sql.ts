import { empty, join, type RawValue, raw, Sql } from 'sql-template-tag'

export { empty, join, raw, Sql }

/** Tagged template for every statement: `sql\`select … where id = ${id}\``. Values never become text. */
export function sql(strings: readonly string[], ...values: RawValue[]): Sql {
  if (values.some((value) => value instanceof Sql)) return new Sql(strings, values)
  // What holds no other statement is kept as it is: it need not be copied, and its text is known again by its strings.
  const statement: { strings: readonly string[]; values: unknown[] } = Object.create(Sql.prototype)
  statement.strings = strings
  statement.values = values
  return statement as Sql
}

/** Conditions ANDed behind `where`, or nothing where there are none. */
export function where(conditions: Sql[]): Sql {
  return conditions.length > 0 ? join(conditions, ' and ', 'where ') : empty
}
