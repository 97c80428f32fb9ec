import { readFile, rename, writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { Command } from 'commander'
import { decodeOpml } from '../../../ingestion/opml.ts'
import { exportSources, importSources, type SourceListImport } from '../../../ingestion/source-lists.ts'
import { CommandError, settingsOf, withDatabase, withSettings } from '../../command.ts'
import { SettingError } from '../../config.ts'
import { progressBar } from '../../progress.ts'

const names = ['databaseUrl'] as const
const shownFailures = 10
const defaults = new URL('../../lists/defaults.opml', import.meta.url)

export function importListCommand(): Command {
  const command = new Command('import')
    .summary('add sources from an OPML list')
    .description(
      'Adds every feed of an OPML list that no source has yet. Folders become tags of these sources, inner ones below outer ones. The same list may be imported again.',
    )
    .argument('[file]', 'the list, or - for standard input')
    .option('--defaults', 'the list that comes with the program: well-known tech outlets and blogs')
    .addHelpText(
      'after',
      `
Prints how many feeds became sources, were there already and failed, and the first ${shownFailures} failures with their lines.
The exit code is 1 where any failed.

Examples:
  $ newsweave sources import subscriptions.opml
  $ newsweave sources import --defaults`,
    )
    .action(async (file: string | undefined, { defaults: isDefaults = false }: { defaults?: boolean }) => {
      if ((file === undefined) !== isDefaults) throw new SettingError('Name a file, or say --defaults.')
      const { databaseUrl } = settingsOf(command, names)
      const text = decodeOpml(await read(file ?? defaults))
      const bar = progressBar('Importing', 'feeds')
      const done = await withDatabase(databaseUrl, { make: true }, (database) =>
        importSources(database, text, bar.update),
      ).finally(bar.end)
      tell(done)
      if (done.failedCount > 0) process.exitCode = 1
    })
  return withSettings(command, names)
}

async function read(file: string | URL): Promise<Buffer> {
  if (file === '-') return buffer(process.stdin)
  try {
    return await readFile(file)
  } catch (error) {
    throw new CommandError(`There is no file ${file}.`, { cause: error })
  }
}

function tell({ created, existing, failed, failedCount, tags }: SourceListImport): void {
  console.log(`${created} created, ${existing} existing, ${failedCount} failed; ${tags.length} tags made`)
  for (const { line, title, problem } of failed.slice(0, shownFailures)) {
    console.error(`Line ${line}: ${title ? `${title}: ` : ''}${problem}`)
  }
  if (failedCount > shownFailures) console.error(`and ${failedCount - shownFailures} more.`)
}

export function exportListCommand(): Command {
  const command = new Command('export')
    .summary('write the sources as an OPML list')
    .description(
      'Writes every source that has a feed as OPML, each in the folder of its first tag, for other readers.',
    )
    .argument('[file]', 'where to write it (without it, to standard output)')
    .addHelpText('after', '\nExamples:\n  $ newsweave sources export sources.opml')
    .action(async (file: string | undefined) => {
      const { databaseUrl } = settingsOf(command, names)
      const text = await withDatabase(databaseUrl, { make: false }, exportSources)
      if (file === undefined) return console.log(text.trimEnd())
      await writeFile(`${file}.partial`, text)
      await rename(`${file}.partial`, file)
    })
  return withSettings(command, names)
}
