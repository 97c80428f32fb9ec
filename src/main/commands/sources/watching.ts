import { setTimeout } from 'node:timers/promises'
import { Command } from 'commander'
import { readFeedStatus } from '../../../ingestion/feed-status.ts'
import { readFetches } from '../../../ingestion/fetch-log.ts'
import type { FetchRecord } from '../../../ingestion/fetch-record.ts'
import { systemClock, timestamp } from '../../../shared/clock.ts'
import type { Source } from '../../../sources/source.ts'
import { readSources, requireSourceId } from '../../../sources/sources.ts'
import { settingsOf, withDatabase, withSettings } from '../../command.ts'
import { statusText } from '../../source-status.ts'
import { table } from '../../table.ts'

const names = ['databaseUrl'] as const
const refreshMs = 2000
const maxFeeds = 1000

export function listCommand(): Command {
  const command = new Command('list')
    .summary('list the sources')
    .description('Lists all sources in the order in which they were added, with their feeds and states.')
    .option('--json', 'as JSON, a source a line')
    .addHelpText('after', '\nExamples:\n  $ newsweave sources list\n  $ newsweave sources list --json')
    .action(async ({ json }: { json?: true }) => {
      const { databaseUrl } = settingsOf(command, names)
      const sources = await withDatabase(databaseUrl, { make: false }, readSources)
      if (json) for (const source of sources) console.log(JSON.stringify(source))
      else console.log(table([['ID', 'NAME', 'STATE', 'ARTICLES', 'TAGS', 'FEED'], ...sources.map(rowOf)]))
    })
  return withSettings(command, names)
}

const rowOf = ({ id, name, state, articleCount, tags, feedUrl }: Source) => [
  id,
  name,
  state,
  String(articleCount),
  tags.join(',') || '-',
  feedUrl ?? '-',
]

export function logCommand(): Command {
  const command = new Command('log')
    .summary('show the fetches of a source')
    .description(
      'Shows the last hundred fetches of a source, the newest first, with what each left out and why.',
    )
    .argument('<source>', 'its id or its name')
    .option('--json', 'as JSON, a fetch a line')
    .addHelpText('after', '\nExamples:\n  $ newsweave sources log "Lighthouse Daily"')
    .action(async (source: string, { json }: { json?: true }) => {
      const { databaseUrl } = settingsOf(command, names)
      const records = await withDatabase(databaseUrl, { make: false }, async (database) =>
        readFetches(database, await requireSourceId(database, source), { limit: 100 }),
      )
      for (const record of records) {
        for (const line of json ? [JSON.stringify(record)] : linesOf(record)) console.log(line)
      }
      if (records.length === 0) console.error('It was not fetched yet.')
    })
  return withSettings(command, names)
}

function linesOf({ dropped, error, ...record }: FetchRecord): string[] {
  const { at, cause, outcome, httpStatus, durationMs, bytes, items, created, updated, unchanged } = record
  return [
    `${at}  ${cause}  ${outcome}  ${httpStatus ?? '-'}  ${durationMs} ms  ${bytes} bytes  ${items} items: ${created} created, ${updated} updated, ${unchanged} unchanged`,
    ...(error === null ? [] : [`  ${error}`]),
    ...dropped.map(({ stage, what, why }) => `  ${stage}: ${what}: ${why}`),
  ]
}

export function statusCommand(): Command {
  const command = new Command('status')
    .summary('watch how fetching goes')
    .description(
      'Shows which feeds are due and for how long, the outcomes of the last hour, and each feed with its state and last error. On a terminal it shows them anew every two seconds, until it is stopped.',
    )
    .option('--once', 'show them once')
    .addHelpText('after', '\nExamples:\n  $ newsweave sources status\n  $ newsweave sources status --once')
    .action(async ({ once = false }: { once?: boolean }) => {
      const { databaseUrl } = settingsOf(command, names)
      const { isTTY: isTerminal, rows = 24, columns } = process.stdout
      const isLive = isTerminal && !once
      await withDatabase(databaseUrl, { make: false }, async (database) => {
        do {
          const now = timestamp(systemClock())
          const status = await readFeedStatus(database, {
            now,
            limit: isLive ? Math.max(1, rows - 7) : maxFeeds,
          })
          const text = statusText(status, { now, columns: isTerminal ? columns : Number.POSITIVE_INFINITY })
          console.log(isLive ? `\x1b[H\x1b[2J${text}` : text)
          if (isLive) await setTimeout(refreshMs)
        } while (isLive)
      })
    })
  return withSettings(command, names)
}
