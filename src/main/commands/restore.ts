import { Command } from 'commander'
import { fileOf, openDatabase } from '../../database/open.ts'
import { describeDatabase, type Report, readManifest } from '../../ops/backup.ts'
import { differences } from '../../ops/manifest.ts'
import { restore, verifyCopy } from '../../ops/restore.ts'
import { CommandError, settingsOf, withSettings } from '../command.ts'
import { progressOfSteps } from '../progress.ts'

const names = ['databaseUrl'] as const

export function restoreCommand(): Command {
  const command = new Command('restore')
    .summary('check a backup and put it in place')
    .description(
      'Checks a copy that "backup" made against its manifest, byte by byte and row by row, and puts it in the place of the database. A damaged copy changes nothing. The database that was there is kept under another name. Stop the server first.',
    )
    .argument('<file>', 'the copy, with its manifest beside it')
    .option(
      '--verify',
      'only check. On PostgreSQL: whether the database holds what the manifest of the dump says',
    )
    .option('--force', 'put the copy in the place of a database that exists')
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave restore backups/monday.db --verify
  $ newsweave restore backups/monday.db --force
  $ newsweave restore backups/monday.dump --verify --database-url postgres://news:secret@db.example.org/restored`,
    )
    .action(async (file: string, options: { verify?: boolean; force?: boolean }) => {
      const { databaseUrl } = settingsOf(command, names)
      const steps = progressOfSteps()
      try {
        const told = await run(file, databaseUrl, { ...options, report: steps.report })
        steps.end()
        console.log(told)
      } finally {
        steps.end()
      }
    })
  return withSettings(command, names)
}

async function run(
  file: string,
  databaseUrl: string,
  { verify, force = false, report }: { verify?: boolean; force?: boolean; report: Report },
): Promise<string> {
  const target = fileOf(databaseUrl)
  if (target === undefined) return verifyServer(file, databaseUrl, verify, report)
  if (verify) {
    const { createdAt, tables } = await verifyCopy(file, report)
    return `${file} is whole: ${tables.length} tables, as of ${createdAt}.`
  }
  const { manifest, replaced } = await restore(file, target, { force, report })
  const kept = replaced ? ` The database before is kept as ${replaced}.` : ''
  return `Restored ${target}, as of ${manifest.createdAt}.${kept}`
}

async function verifyServer(file: string, databaseUrl: string, verify: boolean | undefined, report: Report) {
  if (!verify) {
    throw new CommandError(
      `A PostgreSQL database is restored by pg_restore: pg_restore --no-owner --exit-on-error --dbname="$DATABASE_URL" ${file}. Then check it with --verify.`,
    )
  }
  const manifest = await readManifest(file)
  const database = openDatabase(databaseUrl)
  try {
    const { tables } = await describeDatabase(database, report, async () => {})
    const found = differences(manifest.tables, tables)
    if (found.length > 0)
      throw new CommandError(`The database does not hold what was backed up. ${found.join(' ')}`)
    return `The database holds what was backed up: ${tables.length} tables, as of ${manifest.createdAt}.`
  } finally {
    await database.close()
  }
}
