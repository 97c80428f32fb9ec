import { readdir, readFile } from 'node:fs/promises'
import { listTables } from './catalog.ts'
import type { Database, Queries, Transaction } from './database.ts'
import { sql } from './sql.ts'

type Migration = { version: number; name: string; file: URL }

const directory = (engine: string) => new URL(`../../migrations/${engine}/`, import.meta.url)

/** Raised when the database was made by a later program than this one. */
export class SchemaTooNew extends Error {}

/** Raised when something else has tables of our names in the database. */
export class SchemaTaken extends Error {}

/**
 * Brings the schema up to date, each migration in a transaction of its own, and answers the names of those applied.
 * Throws `SchemaTooNew`, having changed nothing, where the database knows a migration that this program does not.
 */
export async function migrate(
  database: Database,
  applied: (name: string) => void = () => {},
): Promise<string[]> {
  const known = await migrations(database.dialect.engine)
  const names: string[] = []
  for (const migration of known) {
    const script = await readFile(migration.file, 'utf8')
    const fresh = await database.write((tx) => apply(tx, migration, script, known.length))
    if (!fresh) continue
    names.push(migration.name)
    applied(migration.name)
  }
  return names
}

/** The schema version that the database has (0 for none), and the newest that this program knows. */
export async function schemaVersions(q: Queries): Promise<{ present: number; known: number }> {
  const known = (await migrations(q.dialect.engine)).length
  const tables = await listTables(q)
  if (!tables.some(({ name }) => name === 'schema_migration')) return { present: 0, known }
  const newest = await q.one<{ version: number | null }>(
    sql`select max(version) as version from schema_migration`,
  )
  return { present: newest?.version ?? 0, known }
}

async function apply(
  tx: Transaction,
  migration: Migration,
  script: string,
  newestKnown: number,
): Promise<boolean> {
  if (tx.dialect.migrationLock) await tx.run(tx.dialect.migrationLock)
  await tx.script(
    'create table if not exists schema_migration (version integer primary key not null, name text not null, applied_at text not null)',
  )
  const newest = await tx.one<{ version: number | null }>(
    sql`select max(version) as version from schema_migration`,
  )
  const version = newest?.version ?? 0
  if (version > newestKnown) {
    throw new SchemaTooNew(
      `The database is at schema version ${version}, and this program knows versions up to ${newestKnown}. Start the newer program, or restore a backup made before the upgrade.`,
    )
  }
  if (version >= migration.version) return false
  if (version === 0) await refuseTaken(tx, script)
  await tx.script(script)
  await tx.run(
    sql`insert into schema_migration (version, name, applied_at) values (${migration.version}, ${migration.name}, ${tx.now})`,
  )
  return true
}

async function refuseTaken(tx: Transaction, script: string): Promise<void> {
  const tables = (await listTables(tx)).map(({ name }) => name)
  const taken = tables.filter((name) => script.includes(`create table ${name} (`))
  if (taken.length === 0) return
  throw new SchemaTaken(
    `The database has tables of something else: ${taken.join(', ')}. Name an empty one with --database-url.`,
  )
}

async function migrations(engine: string): Promise<Migration[]> {
  const files = (await readdir(directory(engine))).filter((file) => /^\d{4}-.+\.sql$/.test(file)).sort()
  return files.map((file, index) => {
    const version = Number(file.slice(0, 4))
    if (version !== index + 1) throw new Error(`Migration ${file} is out of order: expected ${index + 1}.`)
    return { version, name: file.replace(/\.sql$/, ''), file: new URL(file, directory(engine)) }
  })
}
