import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { fileOf } from '../../database/open.ts'
import { verifyDatabase } from '../../ops/verify.ts'
import { CommandError, settingsOf, withSettings } from '../command.ts'
import { progressOfSteps } from '../progress.ts'

const names = ['databaseUrl'] as const
const faultsShown = 20

export function verifyCommand(): Command {
  const command = new Command('verify')
    .summary('look for damage in the database')
    .description(
      'Reads the whole database and tells what is damaged or contradicts itself: its log, before anybody opens it, against the checksums there; pages, indexes and references; the log of changes without gaps; counts, listings, the search index and relations against the articles; each article against its card, and its text against its HTML. Ends with 1 where something is found.',
    )
    .addHelpText(
      'after',
      `
It cannot see a value that changed and is stored nowhere else, such as the name of a partner. A backup can: "restore --verify"
compares it with its manifest, every byte of the file and every row. The log is looked at best while no server runs, right after
a crash and before the next start, which takes the log over as far as it is sound.

Examples:
  $ newsweave verify
  $ newsweave verify --database-url file:data/drill.db`,
    )
    .action(async () => {
      const { databaseUrl } = settingsOf(command, names)
      const file = fileOf(databaseUrl)
      if (file !== undefined && !existsSync(file)) throw new CommandError(`There is no database at ${file}.`)
      const steps = progressOfSteps()
      const { rows, tables, faults } = await verifyDatabase(databaseUrl, steps.report).finally(steps.end)
      if (faults.length > 0) throw new CommandError(told(faults))
      console.log(`Nothing is damaged, as far as this can be seen: ${rows} rows in ${tables} tables.`)
    })
  return withSettings(command, names)
}

function told(faults: string[]): string {
  const more = faults.length > faultsShown ? [`And ${faults.length - faultsShown} more.`] : []
  return ['The database is damaged.', ...faults.slice(0, faultsShown), ...more].join('\n')
}
