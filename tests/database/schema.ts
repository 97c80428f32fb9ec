import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'

export type Column = { table: string; column: string; nullable: string; key: number }

/**
 * Columns of all tables but `text_terms`, which is each engine's own index of texts, by table and name.
 * `key` is the place of a column in the primary key; 0 outside of it.
 */
export function listColumns(database: Database): Promise<Column[]> {
  return database.all(database.dialect.engine === 'sqlite' ? sqliteColumns : postgresColumns)
}

/** Indexes that migrations name, with the table of each. */
export function listIndexes(database: Database): Promise<{ table: string; name: string; unique: number }[]> {
  return database.all(database.dialect.engine === 'sqlite' ? sqliteIndexes : postgresIndexes)
}

export async function listTables(database: Database): Promise<string[]> {
  return [...new Set((await listColumns(database)).map(({ table }) => table))]
}

const sqliteColumns = sql`
  select t.name as "table", c.name as "column", case c."notnull" when 1 then 'no' else 'yes' end as nullable, c.pk as key
  from sqlite_schema t, pragma_table_info(t.name) c
  where t.type = 'table' and t.name not like 'sqlite_%' and t.name not like 'text_terms%'
  order by t.name, c.name`

const postgresColumns = sql`
  select c.table_name as "table", c.column_name as "column", lower(c.is_nullable) as nullable,
    coalesce(array_position(i.indkey::smallint[], c.ordinal_position::smallint) + 1, 0) as key
  from information_schema.columns c
  left join pg_index i on i.indrelid = c.table_name::regclass and i.indisprimary
  where c.table_schema = current_schema() and c.table_name <> 'text_terms'
  order by c.table_name collate "C", c.column_name collate "C"`

const sqliteIndexes = sql`
  select tbl_name as "table", name, case when sql like 'create unique%' then 1 else 0 end as "unique"
  from sqlite_schema where type = 'index' and sql is not null and tbl_name not like 'text_terms%' order by name`

const postgresIndexes = sql`
  select t.relname as "table", n.relname as name, i.indisunique::int as "unique"
  from pg_index i join pg_class n on n.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
  where t.relnamespace = current_schema()::regnamespace and t.relname <> 'text_terms'
    and not exists (select 1 from pg_constraint where conindid = i.indexrelid)
  order by n.relname collate "C"`
