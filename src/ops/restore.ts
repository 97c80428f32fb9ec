import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isInUse } from '../database/file.ts'
import {
  BackupError,
  digestFile,
  flush,
  manifestOf,
  type Report,
  readCopy,
  readManifest,
  removeDatabase,
} from './backup.ts'
import { differences, type Manifest } from './manifest.ts'

/** Throws `BackupError` unless the copy is, to the byte, the one that its manifest describes. */
export async function verifyCopy(file: string, report: Report): Promise<Manifest> {
  if (!existsSync(file)) throw new BackupError(`There is no ${file}.`)
  const manifest = await readManifest(file)
  if (!manifest.file) throw new BackupError(`${manifestOf(file)} describes no copy that is one file.`)
  const found = await digestFile(file, report('Hashing the copy'))
  if (found.bytes !== manifest.file.bytes) {
    throw new BackupError(
      `${file} has ${found.bytes} bytes instead of ${manifest.file.bytes}: it is damaged.`,
    )
  }
  if (found.sha256 !== manifest.file.sha256) {
    throw new BackupError(
      `${file} is not the file that its manifest describes: it is damaged or was changed.`,
    )
  }
  return manifest
}

/**
 * Puts a backup in the place of a database that no process uses, and answers where the one before is kept, if there was
 * one. The copy is checked before, and again row by row where it will be, before anything is replaced.
 */
export async function restore(
  file: string,
  target: string,
  { force, report }: { force: boolean; report: Report },
): Promise<{ manifest: Manifest; replaced: string | undefined }> {
  const manifest = await verifyCopy(file, report)
  if (existsSync(target) && !force) {
    throw new BackupError(
      `${target} exists already. Say --force to put the backup in its place; it is kept under another name.`,
    )
  }
  if (existsSync(target) && isInUse(target)) {
    throw new BackupError(`${target} is in use. Stop the server first.`)
  }
  const partial = `${target}.restoring`
  await mkdir(dirname(target), { recursive: true })
  await removeDatabase(partial)
  try {
    await copyFile(file, partial)
    await checkRows(partial, manifest, report)
    await flush(partial)
    const replaced = await setAside(target)
    await rename(partial, target)
    await flush(dirname(target))
    return { manifest, replaced }
  } finally {
    await removeDatabase(partial)
  }
}

async function checkRows(file: string, manifest: Manifest, report: Report): Promise<void> {
  const { tables } = await readCopy(file, report('Reading the copy'))
  const found = differences(manifest.tables, tables)
  if (found.length > 0) throw new BackupError(`The copy does not hold what was backed up. ${found.join(' ')}`)
}

async function setAside(target: string): Promise<string | undefined> {
  const kept = `${target}.replaced-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
  const files = ['', '-wal', '-shm'].filter((suffix) => existsSync(target + suffix))
  for (const suffix of files) await rename(target + suffix, kept + suffix)
  return files.includes('') ? kept : undefined
}
