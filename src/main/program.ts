import { Command, CommanderError } from 'commander'
import packageFile from '../../package.json' with { type: 'json' }
import { explain } from './command.ts'
import { backupCommand } from './commands/backup.ts'
import { changesCommand } from './commands/changes.ts'
import { exportCommand } from './commands/export.ts'
import { importCommand } from './commands/import.ts'
import { keyCommand } from './commands/key.ts'
import { mcpCommand } from './commands/mcp.ts'
import { migrateCommand } from './commands/migrate.ts'
import { openapiCommand } from './commands/openapi.ts'
import { reindexCommand } from './commands/reindex.ts'
import { relateCommand } from './commands/relate.ts'
import { restoreCommand } from './commands/restore.ts'
import { sourcesCommand } from './commands/sources.ts'
import { startCommand } from './commands/start.ts'
import { verifyCommand } from './commands/verify.ts'

/** The command line: exit code 0 for success, 1 for failure, 2 for a command that was used wrongly. */
export function program(): Command {
  const newsweave = new Command('newsweave')
    .description('Newsweave serves tech news as an API: articles, tags, related stories and changes.')
    .version(packageFile.version)
    .addHelpText(
      'after',
      `
Each command has its own --help. Settings come from flags, from the environment, and from a file .env in this folder.
Exit codes: 0 done, 1 failed, 2 used wrongly.

Examples:
  $ newsweave start
  $ newsweave import articles.ndjson --source "Lighthouse Daily" --source-home https://lighthouse.example/
  $ newsweave backup backups/monday.db`,
    )
  const commands = [
    startCommand(),
    migrateCommand(),
    importCommand(),
    exportCommand(),
    keyCommand(),
    sourcesCommand(),
    changesCommand(),
    openapiCommand(),
    mcpCommand(),
    reindexCommand(),
    relateCommand(),
    backupCommand(),
    restoreCommand(),
    verifyCommand(),
  ]
  for (const command of commands) newsweave.addCommand(command)
  for (const command of allOf(newsweave))
    command.exitOverride().showHelpAfterError('Say --help for what there is.')
  return newsweave
}

function allOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allOf)]
}

/** Runs the command line of this process. */
export async function run(): Promise<void> {
  // Whoever reads our output, such as `head`, may have seen enough: what is under way goes on to its end.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  loadEnvFile()
  try {
    await program().parseAsync()
  } catch (error) {
    process.exitCode = report(error)
  }
}

/** Tells what went wrong, and answers the exit code. */
function report(error: unknown): number {
  // Commander has printed the help, or what was wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const { message, code } = explain(error)
  console.error(message)
  return code
}

/** What is in the environment already stays. */
function loadEnvFile(): void {
  try {
    process.loadEnvFile()
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error
  }
}
