import { Command } from 'commander'
import { migrate } from '../../database/migrate.ts'
import { openDatabase } from '../../database/open.ts'
import { settingsOf, withSettings } from '../command.ts'

const names = ['databaseUrl'] as const

export function migrateCommand(): Command {
  const command = new Command('migrate')
    .summary('bring the schema of the database up to date')
    .description(
      'Brings the schema of the database up to date, and makes the database where it is missing. "start" does this too. Each step is a transaction: one that is interrupted is simply run again.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave migrate
  $ newsweave migrate --database-url postgres://news:secret@db.example.org/news`,
    )
    .action(async () => {
      const database = openDatabase(settingsOf(command, names).databaseUrl)
      try {
        const applied = await migrate(database, (name) => console.log(`Applied ${name}.`))
        if (applied.length === 0) console.log('The schema is up to date.')
      } finally {
        await database.close()
      }
    })
  return withSettings(command, names)
}
