import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import type { Database } from '../../database/database.ts'
import { fileOf, openDatabase } from '../../database/open.ts'
import { backUp, describeDatabase, manifestOf, writeManifest } from '../../ops/backup.ts'
import type { Manifest } from '../../ops/manifest.ts'
import { CommandError, settingsOf, withSettings } from '../command.ts'
import { progressOfSteps } from '../progress.ts'

const names = ['databaseUrl'] as const

export function backupCommand(): Command {
  const command = new Command('backup')
    .summary('copy the database while it is in use')
    .description(
      'Copies the database while a server reads and writes it, and writes a manifest beside the copy: the rows of each table, hashed in the order of their keys. "restore" checks the copy against it.',
    )
    .argument('<file>', 'where the copy goes; its manifest goes to <file>.manifest.json')
    .option('--force', 'replace a copy of this name')
    .addHelpText(
      'after',
      `
A PostgreSQL database is copied by pg_dump. This command then prints the exact lines, keeps one snapshot of the database
open while you run them, and writes the manifest of that snapshot. Press Enter, or close standard input, when pg_dump is done.

Examples:
  $ newsweave backup backups/monday.db
  $ newsweave backup backups/monday.dump --database-url postgres://news:secret@db.example.org/news`,
    )
    .action(async (file: string, { force = false }: { force?: boolean }) => {
      const { databaseUrl } = settingsOf(command, names)
      const source = fileOf(databaseUrl)
      if (source !== undefined && !existsSync(source))
        throw new CommandError(`There is no database at ${source}.`)
      if (existsSync(file) && !force)
        throw new CommandError(`${file} exists already. Say --force to replace it.`)
      await mkdir(dirname(file), { recursive: true })
      const database = openDatabase(databaseUrl)
      try {
        tell(file, database.copyTo ? await copy(database, file) : await describe(database, file))
      } finally {
        await database.close()
      }
    })
  return withSettings(command, names)
}

async function copy(database: Database, file: string): Promise<Manifest> {
  const steps = progressOfSteps()
  try {
    return await backUp(database, file, steps.report)
  } finally {
    steps.end()
  }
}

async function describe(database: Database, file: string): Promise<Manifest> {
  const steps = progressOfSteps()
  const manifest = await describeDatabase(database, steps.report, (snapshot) => {
    console.log(guidance(file, snapshot))
    return enterOrEnd()
  })
  steps.end()
  await writeManifest(file, manifest)
  return manifest
}

function guidance(file: string, snapshot: string): string {
  return `Run this now, in another terminal and with the same DATABASE_URL:

  pg_dump --snapshot=${snapshot} --format=custom --file=${quoted(file)} "$DATABASE_URL"

Then press Enter here. To restore it later, into a database of your choice, and to check what was restored:

  createdb --maintenance-db="$DATABASE_URL" newsweave_restored
  pg_restore --no-owner --exit-on-error --dbname=postgres://…/newsweave_restored ${quoted(file)}
  newsweave restore ${quoted(file)} --verify --database-url postgres://…/newsweave_restored
`
}

const quoted = (text: string) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

async function enterOrEnd(): Promise<void> {
  const input = createInterface({ input: process.stdin })
  await new Promise((resolve) => input.once('line', resolve).once('close', resolve))
  input.close()
  // Otherwise a pipe that stays open would keep the process waiting for more.
  process.stdin.destroy()
}

function tell(file: string, { tables, schemaVersion, file: copied }: Manifest): void {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const what = `${rows} rows in ${tables.length} tables, schema version ${schemaVersion}`
  if (copied) console.log(`Backed up to ${file}: ${what}, ${copied.bytes} bytes.`)
  console.log(`The manifest is ${manifestOf(file)}${copied ? '.' : ` (${what}).`}`)
}
