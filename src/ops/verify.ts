import { countAll } from '../articles/articles.ts'
import { checkArticles } from '../articles/checking.ts'
import type { Database, Queries } from '../database/database.ts'
import { schemaVersions } from '../database/migrate.ts'
import { fileOf, openDatabase } from '../database/open.ts'
import { unsoundness } from '../database/soundness.ts'
import { readLog } from '../database/wal.ts'
import type { Report } from './backup.ts'
import { inconsistencies } from './consistency.ts'
import { digestTables, type Progress } from './manifest.ts'

export type Verified = { rows: number; tables: number; faults: string[] }

/** Checks a database against itself. Nothing of it is changed, but for what opening it after a crash takes over from its log. */
export async function verifyDatabase(url: string, report: Report): Promise<Verified> {
  const file = fileOf(url)
  // Before anybody opens it, which would cut a damaged log off.
  const log = file === undefined ? undefined : readLog(file)
  const damaged = log?.damage ? [log.damage] : []
  let database: Database | undefined
  try {
    database = openDatabase(url)
    const { present } = await schemaVersions(database)
    if (present === 0) return { rows: 0, tables: 0, faults: [...damaged, 'There is no schema of Newsweave.'] }
    const faults = [...damaged, ...(await unsoundness(database)), ...(await inconsistencies(database))]
    faults.push(...(await articleFaults(database, report('Reading the articles'))))
    const tables = await digestTables(database, report('Reading every row'))
    return { rows: tables.reduce((sum, { rows }) => sum + rows, 0), tables: tables.length, faults }
  } catch (error) {
    // What cannot even be read is damage, too, and nothing that was found before is kept back.
    return { rows: 0, tables: 0, faults: [...damaged, unreadable(error)] }
  } finally {
    await database?.close().catch(() => {})
  }
}

async function articleFaults(q: Queries, progress: Progress): Promise<string[]> {
  const total = await countAll(q)
  const found: string[] = []
  let done = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { faults, looked, last }: Awaited<ReturnType<typeof checkArticles>> = await checkArticles(q, after)
    found.push(...faults)
    done += looked
    progress(done, total)
    after = last
  }
  return found
}

function unreadable(error: unknown): string {
  const { cause, message } = error as { cause?: { message?: string }; message?: string }
  return `The database cannot be read: ${cause?.message ?? message}.`
}
