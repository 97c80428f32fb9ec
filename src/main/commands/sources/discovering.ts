import { Command } from 'commander'
import { discoverFeeds, type FoundFeed } from '../../../ingestion/discovery.ts'
import { addSource } from '../../../sources/sources.ts'
import { userAgent } from '../../about.ts'
import { CommandError, settingsOf, withDatabase, withSettings } from '../../command.ts'
import { createIngestion } from '../../ingestion.ts'
import { createLogger } from '../../logger.ts'
import { table } from '../../table.ts'

const names = ['databaseUrl', 'outboundAllow', 'contactUrl', 'publicUrl'] as const

export function discoverCommand(): Command {
  const command = new Command('discover')
    .summary('find the feeds of a site, from its home page')
    .description(
      'Fetches a page and lists the feeds that it names, or that are at the usual places, each read to see that it is one. This is the one command of these that uses the network.',
    )
    .argument('<url>', 'a page of the site, or a feed')
    .option('--add', 'add the first of them as a source')
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave sources discover https://lighthouse.example/
  $ newsweave sources discover https://lighthouse.example/ --add`,
    )
    .action(async (url: string, { add }: { add?: true }) => {
      const settings = settingsOf(command, names)
      await withDatabase(settings.databaseUrl, { make: true }, async (database) => {
        const ingestion = createIngestion({
          database,
          logger: createLogger('silent'),
          publicUrl: () => undefined,
          allow: settings.outboundAllow,
          userAgent: userAgent(settings),
        })
        try {
          const { data: feeds, unreadable } = await discoverFeeds(ingestion, url)
          for (const { feedUrl, reason } of unreadable)
            console.error(`Named, but left out: ${feedUrl}: ${reason}`)
          const [first] = feeds
          if (!first && unreadable.length > 0)
            throw new CommandError('No feed that the page names can be read.')
          if (!first) throw new CommandError('The site names no feed, and has none at the usual places.')
          console.log(table([['NAME', 'FORMAT', 'ITEMS', 'NEWEST', 'FEED'], ...feeds.map(rowOf)]))
          if (!add) return
          const { name, homeUrl, feedUrl, language } = first
          const { id } = await database.write((tx) => addSource(tx, { name, homeUrl, feedUrl, language }))
          console.error(`Added ${name}:`)
          console.log(id)
        } finally {
          await ingestion.close()
        }
      })
    })
  return withSettings(command, names)
}

const rowOf = ({ name, format, items, newestItemAt, feedUrl }: FoundFeed) => [
  name,
  format,
  String(items),
  newestItemAt ?? '-',
  feedUrl,
]
