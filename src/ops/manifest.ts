import { createHash } from 'node:crypto'
import { z } from 'zod'
import { listTables, type Table } from '../database/catalog.ts'
import type { Queries } from '../database/database.ts'
import { join, raw, type Sql, sql } from '../database/sql.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const TableDigest = z.object({ name: z.string(), rows: z.int(), sha256: digest })
export type TableDigest = z.infer<typeof TableDigest>

/** What a backup holds, so that what is restored can be told from what was kept. */
export const Manifest = z.object({
  format: z.literal(1),
  createdAt: z.string(),
  engine: z.string(),
  schemaVersion: z.int(),
  /** SHA-256 of each table's rows: each row as a JSON array of its columns and a newline, in the order of the primary key. */
  tables: z.array(TableDigest),
  /** The copy itself, where it is one file. */
  file: z.object({ bytes: z.int(), sha256: digest }).optional(),
})
export type Manifest = z.infer<typeof Manifest>

export type Progress = (done: number, total: number) => void

const rowsPerRead = 500

/** Reads every row of every table. `q` has to show one state throughout. */
export async function digestTables(q: Queries, progress: Progress = () => {}): Promise<TableDigest[]> {
  const tables = await listTables(q)
  let total = 0
  for (const table of tables) total += await countRows(q, table)
  let done = 0
  const digests: TableDigest[] = []
  for (const table of tables) {
    const digest = await digestTable(q, table, (rows) => progress(done + rows, total))
    done += digest.rows
    digests.push(digest)
  }
  return digests
}

/** What differs, a sentence each; nothing where the tables are those of the manifest. */
export function differences(expected: TableDigest[], found: TableDigest[]): string[] {
  const byName = new Map(found.map((table) => [table.name, table]))
  const missing = expected.flatMap(({ name, rows, sha256 }) => {
    const table = byName.get(name)
    if (!table) return [`Table ${name} is missing.`]
    if (table.rows !== rows) return [`Table ${name} has ${table.rows} rows instead of ${rows}.`]
    return table.sha256 === sha256 ? [] : [`Table ${name} has other contents.`]
  })
  const known = new Set(expected.map(({ name }) => name))
  const added = found
    .filter(({ name }) => !known.has(name))
    .map(({ name }) => `Table ${name} is not in the backup.`)
  return [...missing, ...added]
}

async function countRows(q: Queries, { name }: Table): Promise<number> {
  const row = await q.one<{ count: number }>(sql`select count(*) as count from ${identifier(name)}`)
  return row?.count ?? 0
}

async function digestTable(q: Queries, table: Table, progress: (rows: number) => void): Promise<TableDigest> {
  const { name, columns, key } = table
  if (key.length === 0) throw new Error(`Table ${name} has no primary key.`)
  const hash = createHash('sha256')
  let rows = 0
  let last: Record<string, unknown> | undefined
  for (;;) {
    const page = await q.all<Record<string, unknown>>(pageOf(table, last))
    for (const row of page) hash.update(`${JSON.stringify(columns.map((column) => row[column]))}\n`)
    rows += page.length
    progress(rows)
    if (page.length < rowsPerRead) break
    last = page.at(-1)
  }
  return { name, rows, sha256: hash.digest('hex') }
}

function pageOf({ name, columns, key }: Table, last: Record<string, unknown> | undefined): Sql {
  const keyColumns = join(key.map(identifier))
  const behind = last ? sql`where (${keyColumns}) > (${join(key.map((column) => last[column]))})` : sql``
  return sql`select ${join(columns.map(identifier))} from ${identifier(name)} ${behind} order by ${keyColumns} limit ${rowsPerRead}`
}

/** Names come from the catalogue, not from anybody's input. */
const identifier = (name: string): Sql => raw(`"${name.replaceAll('"', '""')}"`)
