import { empty, raw, type Sql, sql } from './sql.ts'

/** Everything in which the two engines' SQL differs. */
export type Dialect = {
  engine: 'sqlite' | 'postgres'
  /** Behind a `select` in a transaction: no other writer changes these rows before the commit. */
  forUpdate: Sql
  /** A text expression as UTF-8 bytes, so that stored JSON is sent on without becoming a JavaScript string. */
  bytes(expression: Sql): Sql
  /** The texts of a subquery's rows with commas between, in their order, which one of the engines wants said again. */
  joined(expression: Sql, order: Sql): Sql
  /**
   * A bound of a keyset. SQLite built with STAT4 plans a statement anew for each value of a range bound once `ANALYZE`
   * has run; behind a unary plus it keeps its plan.
   */
  bound(value: string | number): Sql
  /** Held until the transaction ends, by the one process that migrates. */
  migrationLock: Sql | undefined
}

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  forUpdate: empty,
  bytes: (expression) => sql`cast(${expression} as blob)`,
  joined: (expression) => sql`group_concat(${expression}, ',')`,
  bound: (value) => sql`+${value}`,
  migrationLock: undefined,
}

export const postgresDialect: Dialect = {
  engine: 'postgres',
  forUpdate: raw('for update'),
  bytes: (expression) => sql`convert_to(${expression}, 'UTF8')`,
  joined: (expression, order) => sql`string_agg(${expression}, ',' order by ${order})`,
  bound: (value) => sql`${value}`,
  migrationLock: sql`select pg_advisory_xact_lock(7310582209)`,
}
