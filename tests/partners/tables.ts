import type { Queries } from '../../src/database/database.ts'
import { raw, sql } from '../../src/database/sql.ts'
import type { Engine } from '../support/engines.ts'

/** Every row of every table, to search for what must not be there. */
export async function contentOfAllTables(q: Queries, engine: Engine['name']) {
  const names =
    engine === 'sqlite'
      ? sql`select name from sqlite_master where type = 'table'`
      : sql`select tablename as name from pg_tables where schemaname = 'public'`
  const content: Record<string, object[]> = {}
  for (const { name } of await q.all<{ name: string }>(names)) {
    content[name] = await q.all(sql`select * from ${raw(`"${name}"`)}`)
  }
  return content
}
