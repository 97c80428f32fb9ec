import type { Queries } from './database.ts'

export type Table = { name: string; columns: string[]; key: string[] }

/** Every table with its columns and, in order, those of its primary key. */
export async function listTables(q: Queries): Promise<Table[]> {
  type Row = { table_name: string; column_name: string; key_part: number }
  const tables = Map.groupBy(await q.all<Row>(q.dialect.columns), (row) => row.table_name)
  return [...tables].map(([name, rows]) => ({
    name,
    columns: rows.map((row) => row.column_name),
    key: rows
      .filter((row) => row.key_part > 0)
      .sort((a, b) => a.key_part - b.key_part)
      .map((row) => row.column_name),
  }))
}
