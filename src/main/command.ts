import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { Database } from '../database/database.ts'
import { migrate, SchemaTaken, SchemaTooNew, schemaVersions } from '../database/migrate.ts'
import { fileOf, openDatabase } from '../database/open.ts'
import { BackupError } from '../ops/backup.ts'
import { isIndexed } from '../search/reindex.ts'
import { Failure } from '../shared/failure.ts'
import { type Flags, readSettings, SettingError, type SettingName, settings } from './config.ts'

/** Something a command cannot do, with a message that says what to do instead. */
export class CommandError extends Error {}

/** Adds the flags of these settings to a command, and tells of their environment variables in its help. */
export function withSettings(command: Command, names: readonly SettingName[]): Command {
  const onlyVariables: string[] = []
  for (const name of names) {
    const { flag, variable, help, fallback } = settings[name] as (typeof settings)['host'] & { flag?: string }
    const known = [variable && `env ${variable}`, fallback && `default ${fallback}`]
      .filter(Boolean)
      .join(', ')
    const text = known ? `${help} (${known})` : help
    if (flag) command.addOption(new Option(flag, text))
    else onlyVariables.push(`  ${variable}\n      ${help}${fallback ? ` (default ${fallback})` : ''}`)
  }
  if (onlyVariables.length > 0) command.addHelpText('after', `\nEnvironment:\n${onlyVariables.join('\n')}`)
  return command
}

/** The settings of a command, of its flags and the environment. */
export function settingsOf<Name extends SettingName>(command: Command, names: readonly Name[]) {
  return readSettings(names, command.opts() as Flags, process.env)
}

/**
 * Runs `work` on the database of the settings and closes it. A database that is missing is made where `make` allows it, and one
 * with an older schema is left as it is: a server of that age may be running on it.
 */
export async function withDatabase<T>(
  url: string,
  { make }: { make: boolean },
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const file = fileOf(url)
  if (!make && file !== undefined && !existsSync(file)) throw noDatabase(file)
  const database = openDatabase(url)
  try {
    const { present, known } = await schemaVersions(database)
    if (present === 0 && !make) throw noDatabase(file ?? 'this address')
    if (present > 0 && present < known) {
      throw new CommandError(
        `The database is at schema version ${present}, and this program works with ${known}. Run "newsweave migrate" first.`,
      )
    }
    await migrate(database)
    // An address may be mistyped.
    if (present === 0) console.error(`Made a new database${file === undefined ? '' : ` in ${file}`}.`)
    await isIndexed(database)
    return await work(database)
  } finally {
    await database.close()
  }
}

function noDatabase(place: string): CommandError {
  return new CommandError(
    `There is no database of Newsweave at ${place}. Name another with --database-url, or make it with "newsweave migrate".`,
  )
}

/** What to print for an error, and the exit code: 2 where the command was used wrongly, 1 where it failed. */
export function explain(error: unknown): { message: string; code: number } {
  if (error instanceof SettingError) return { message: error.message, code: 2 }
  const expected = [CommandError, SchemaTaken, SchemaTooNew, BackupError].some(
    (kind) => error instanceof kind,
  )
  if (expected) return { message: (error as Error).message, code: 1 }
  const database = ofDatabase(error)
  if (database) return { message: `DATABASE_URL: ${database}.`, code: 1 }
  if (error instanceof Failure) return { message: [error.message, causeOf(error)].join(''), code: 1 }
  const system = error as SystemError
  if (system.syscall || /^(SQLITE_|[0-9A-Z]{5}$)/.test(system.code ?? '')) {
    return { message: String(system.message), code: 1 }
  }
  return { message: error instanceof Error ? String(error.stack) : String(error), code: 1 }
}

/** What keeps the database of the settings from being opened. Drivers name neither it nor the setting. */
function ofDatabase(error: unknown): string | undefined {
  const { code = '', message } = ((error instanceof Failure ? error.cause : error) ?? {}) as SystemError
  if (code === 'SQLITE_CANTOPEN') return `the file cannot be opened or made (${message})`
  if (code === 'SQLITE_NOTADB') return `the file is no database of SQLite (${message})`
  if (wrongAccess.has(code)) return String(message)
  if (error instanceof Failure && unreachable.test(code)) return `the database cannot be reached (${message})`
  return undefined
}

type SystemError = { syscall?: string; code?: string; message?: string }

/** Of PostgreSQL: a wrong password, a user or a database that is not there. */
const wrongAccess = new Set(['28P01', '28000', '3D000'])
const unreachable = /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT)/

function causeOf({ cause }: Failure): string {
  return cause instanceof Error && cause.message ? ` (${cause.message})` : ''
}
