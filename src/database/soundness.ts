import type { Queries } from './database.ts'
import { sql } from './sql.ts'

/** What the engine finds wrong with a file by itself: pages, indexes, foreign keys. A server checks its own pages. */
export async function unsoundness(q: Queries): Promise<string[]> {
  if (q.dialect.engine !== 'sqlite') return []
  const found = await q.all<{ integrity_check: string }>(sql`pragma integrity_check`)
  const orphans = await q.all<{ table: string }>(sql`pragma foreign_key_check`)
  return [
    ...found.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
    ...orphans.map(({ table }) => `A row of ${table} refers to nothing.`),
  ]
}
