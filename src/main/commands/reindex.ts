import { Command } from 'commander'
import { reindex } from '../../search/reindex.ts'
import { settingsOf, withDatabase, withSettings } from '../command.ts'
import { progressBar } from '../progress.ts'

const names = ['databaseUrl'] as const

export function reindexCommand(): Command {
  const command = new Command('reindex')
    .summary('build the search index anew')
    .description(
      'Builds the index that search reads anew, while servers go on reading and writing. "start" says when that is needed: after an update that finds other words in a text, or that brought search to an older database. A run that is broken off goes on where it was.',
    )
    .option('--all', 'also what is in the index already by the present words')
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave reindex
  $ newsweave reindex --database-url postgres://news:secret@db.example.org/news`,
    )
    .action(async ({ all = false }: { all?: boolean }) => {
      const { databaseUrl } = settingsOf(command, names)
      await withDatabase(databaseUrl, { make: false }, async (database) => {
        const bar = progressBar('Indexing', 'articles')
        try {
          const articles = await reindex(database, { all }, bar.update)
          bar.end()
          console.log(`The search index has all ${articles} articles.`)
        } finally {
          bar.end()
        }
      })
    })
  return withSettings(command, names)
}
