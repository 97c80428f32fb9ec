import sqlTag, { empty, join, raw, Sql } from 'sql-template-tag'

/** Tagged template for every statement: `sql\`select … where id = ${id}\``. Values never become text. */
export { empty, join, raw, Sql, sqlTag as sql }

/** Conditions ANDed behind `where`, or nothing where there are none. */
export function where(conditions: Sql[]): Sql {
  return conditions.length > 0 ? join(conditions, ' and ', 'where ') : empty
}
