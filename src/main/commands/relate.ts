import { Command } from 'commander'
import { rebuildRelations } from '../../stories/relating/rebuild.ts'
import { settingsOf, withDatabase, withSettings } from '../command.ts'
import { progressBar } from '../progress.ts'

const names = ['databaseUrl'] as const

export function relateCommand(): Command {
  const command = new Command('relate')
    .summary('find duplicates, translations and stories anew')
    .description(
      'Compares articles with one another: which have one text, which are translated from which, and which tell one event. A server does that by itself for what is published. This is for articles that came before it could, or whose words are counted otherwise after an update. Servers go on reading and writing, and what editors decided stays. A run that is broken off goes on where it was.',
    )
    .option('--all', 'also what is compared already')
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave relate
  $ newsweave relate --all --database-url postgres://news:secret@db.example.org/news`,
    )
    .action(async ({ all = false }: { all?: boolean }) => {
      const { databaseUrl } = settingsOf(command, names)
      await withDatabase(databaseUrl, { make: false }, async (database) => {
        const bar = progressBar('Relating', 'articles')
        try {
          const articles = await rebuildRelations(database, { all }, bar.update)
          bar.end()
          console.log(`${articles} articles were compared; all are related now.`)
        } finally {
          bar.end()
        }
      })
    })
  return withSettings(command, names)
}
