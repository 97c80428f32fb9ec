import { empty, raw, type Sql, sql } from './sql.ts'

/** The channel on which one of the engines tells of commits. */
export const announcements = 'newsweave_commit'

/** Everything in which the two engines' SQL differs. */
export type Dialect = {
  engine: 'sqlite' | 'postgres'
  /** Behind a `select` in a transaction: no other writer changes these rows before the commit. */
  forUpdate: Sql
  /** The same for rows of one table of a join, passing over those that another writer has. */
  forUpdateSkipLocked(table: Sql): Sql
  /** A text expression as UTF-8 bytes, so that stored JSON is sent on without becoming a JavaScript string. */
  bytes(expression: Sql): Sql
  /** A text expression as a JSON string. */
  jsonText(expression: Sql): Sql
  /** The texts of a subquery's rows with commas between, in their order, which one of the engines wants said again. */
  joined(expression: Sql, order: Sql): Sql
  /** Texts, given as a JSON array, as rows of one column `value`: one statement for any number of them. */
  texts(json: string): Sql
  /** The same for whole numbers. */
  integers(json: string): Sql
  /** Bytes behind bytes. */
  appended(bytes: Sql, more: Sql): Sql
  /** A column of what a write returns, which tells other processes of its commit where `Database.onAnnouncement` hears of it. */
  announcement: Sql
  /** Held until the transaction ends, by the one process that migrates. */
  migrationLock: Sql | undefined
  /** Every column of every table in order, as `table_name, column_name` and `key_part`: its place in the primary key, or 0. */
  columns: Sql
}

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  forUpdate: empty,
  forUpdateSkipLocked: () => empty,
  bytes: (expression) => sql`cast(${expression} as blob)`,
  jsonText: (expression) => sql`json_quote(${expression})`,
  joined: (expression) => sql`group_concat(${expression}, ',')`,
  texts: (json) => sql`select value from json_each(${json})`,
  integers: (json) => sql`select value from json_each(${json})`,
  appended: (bytes, more) => sql`cast(${bytes} || ${more} as blob)`,
  announcement: sql`null as announcement`,
  migrationLock: undefined,
  columns: sql`
    select m.name as table_name, c.name as column_name, c.pk as key_part
    from sqlite_master m join pragma_table_info(m.name) c
    where m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\'
      and m.name not in (select name from pragma_table_list where type in ('virtual', 'shadow'))
    order by m.name, c.cid`,
}

export const postgresDialect: Dialect = {
  engine: 'postgres',
  forUpdate: raw('for update'),
  forUpdateSkipLocked: (table) => sql`for update of ${table} skip locked`,
  bytes: (expression) => sql`convert_to(${expression}, 'UTF8')`,
  jsonText: (expression) => sql`to_json(${expression})::text`,
  joined: (expression, order) => sql`string_agg(${expression}, ',' order by ${order})`,
  texts: (json) => sql`select value from json_array_elements_text(${json}::json) as given (value)`,
  integers: (json) =>
    sql`select value::bigint as value from json_array_elements_text(${json}::json) as given (value)`,
  appended: (bytes, more) => sql`${bytes} || ${more}`,
  announcement: sql`pg_notify('${raw(announcements)}', '') as announcement`,
  migrationLock: sql`select pg_advisory_xact_lock(7310582209)`,
  columns: sql`
    select c.table_name::text, c.column_name::text, coalesce(k.ordinal_position, 0)::integer as key_part
    from information_schema.columns c
    left join (
      information_schema.table_constraints t join information_schema.key_column_usage k
      on k.constraint_schema = t.constraint_schema and k.constraint_name = t.constraint_name
    ) on t.constraint_type = 'PRIMARY KEY' and t.table_schema = c.table_schema and t.table_name = c.table_name
      and k.column_name = c.column_name
    where c.table_schema = current_schema()
    order by c.table_name collate "C", c.ordinal_position`,
}
