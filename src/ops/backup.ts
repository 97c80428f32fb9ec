import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Database, Queries } from '../database/database.ts'
import { schemaVersions } from '../database/migrate.ts'
import { openDatabase } from '../database/open.ts'
import { timestamp } from '../shared/clock.ts'
import { digestTables, Manifest, type Progress } from './manifest.ts'

/** A backup that cannot be made or trusted; the message says why. */
export class BackupError extends Error {}

export const manifestOf = (file: string) => `${file}.manifest.json`

/** The steps of a backup or a restoring, each with its own progress. */
export type Report = (step: string) => Progress

/**
 * Cuts a copy of a database into `file` while others read and write, and writes the manifest of the copy beside it. The
 * copy takes its name only when it is complete and on disk.
 */
export async function backUp(database: Database, file: string, report: Report): Promise<Manifest> {
  if (!database.copyTo) throw new BackupError('This database is copied with the tools of its server.')
  const partial = `${file}.partial`
  await removeDatabase(partial)
  try {
    await database.copyTo(partial, report('Copying'))
    const tables = await readCopy(partial, report('Reading the copy'))
    await flush(partial)
    const manifest = { ...tables, file: await digestFile(partial, report('Hashing the copy')) }
    await writeManifest(file, manifest)
    await rename(partial, file)
    await flush(dirname(file))
    return manifest
  } finally {
    await removeDatabase(partial)
  }
}

/**
 * The manifest of a database that a tool of its server copies. `share` is told the name under which the tool finds the very
 * same state, for as long as the promise that it answers is pending.
 */
export async function describeDatabase(
  database: Database,
  report: Report,
  share: (snapshot: string) => Promise<void>,
): Promise<Manifest> {
  if (!database.snapshot) throw new BackupError('This database is copied as a file.')
  return database.snapshot(async (q, name) => {
    const shared = share(name)
    const manifest = await manifestOfRows(q, report('Reading the database'))
    await shared
    return manifest
  })
}

async function manifestOfRows(q: Queries, progress: Progress): Promise<Omit<Manifest, 'file'>> {
  const createdAt = timestamp(new Date())
  const { present } = await schemaVersions(q)
  const tables = await digestTables(q, progress)
  return { format: 1, createdAt, engine: q.dialect.engine, schemaVersion: present, tables }
}

export async function writeManifest(file: string, manifest: Manifest): Promise<void> {
  const partial = `${manifestOf(file)}.partial`
  await writeFile(partial, `${JSON.stringify(manifest, null, 2)}\n`)
  await flush(partial)
  await rename(partial, manifestOf(file))
}

export async function readManifest(file: string): Promise<Manifest> {
  const path = manifestOf(file)
  if (!existsSync(path))
    throw new BackupError(`${path} is missing: a copy without its manifest cannot be checked.`)
  try {
    return Manifest.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    throw new BackupError(`${path} is no manifest of a backup.`)
  }
}

/** The tables of a database file that nobody else uses. */
export async function readCopy(file: string, progress: Progress): Promise<Omit<Manifest, 'file'>> {
  const copy = openDatabase(`file:${file}`)
  try {
    return await manifestOfRows(copy, progress)
  } finally {
    await copy.close()
  }
}

export async function digestFile(file: string, progress: Progress) {
  const { size } = await stat(file)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk)
    bytes += chunk.length
    progress(bytes, size)
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** What was written is on disk, whatever happens to the power next. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function removeDatabase(file: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
}
