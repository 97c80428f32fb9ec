import { once } from 'node:events'
import { Command } from 'commander'
import { z } from 'zod'
import type { Change } from '../../changes/change.ts'
import { endOfLog } from '../../changes/changes.ts'
import { type ChangeFilters, resolveFilters } from '../../changes/filters.ts'
import { filters, place } from '../../changes/query.ts'
import { readOrWait, watchChanges } from '../../changes/waiting.ts'
import type { Database } from '../../database/database.ts'
import { fieldErrors } from '../../http/field-errors.ts'
import { findSource, requireSourceId } from '../../sources/sources.ts'
import { findMergedTagIds } from '../../tags/tags.ts'
import { settingsOf, withDatabase, withSettings } from '../command.ts'
import { SettingError } from '../config.ts'

const names = ['databaseUrl'] as const
const changesPerRead = 100
/** Waiting is begun anew each time: only a signal ends it. */
const waitMs = 60_000

const FollowOptions = z.strictObject({ after: place.optional(), ...filters })
type Sent = { after?: string; types?: string; tags?: string; sources?: string }

export function changesCommand(): Command {
  return new Command('changes')
    .summary('follow what changes')
    .description('Reads the log of all writes, on the database itself.')
    .addCommand(followCommand())
}

function followCommand(): Command {
  const command = new Command('follow')
    .summary('print each change as it happens')
    .description(
      'Prints each change when it is committed, by whatever process, until it is stopped (Ctrl-C) or nobody reads its output any more. Then it says on stderr how to go on from there, so that nothing is missed.',
    )
    .option(
      '--after <seq>',
      'begin behind this entry of the log; 0 for all that is kept (without it, from now on)',
    )
    .option('--types <list>', 'only these types of change, with commas between')
    .option('--tags <list>', 'only what concerns one of these tags, or a tag below it')
    .option('--sources <list>', 'only what concerns one of these sources, by id or name')
    .option('--json', 'a line of JSON for each change, as GET /v1/changes shows it')
    .addHelpText(
      'after',
      `
A line has the time, the number in the log, the type, and the id of the resource (of a tag, its slug).

Examples:
  $ newsweave changes follow
  $ newsweave changes follow --after 0 --types article.withdrawn,article.deleted
  $ newsweave changes follow --tags chips --sources "Lighthouse Daily"
  $ newsweave changes follow --json --after 1200 | jq -r .resource.id`,
    )
    .action(
      async ({ json = false, databaseUrl: _, ...sent }: Sent & { json?: boolean; databaseUrl?: string }) => {
        const { databaseUrl } = settingsOf(command, names)
        const query = queryOf(sent)
        await withDatabase(databaseUrl, { make: false }, async (database) => {
          const last = await follow(database, query, json ? JSON.stringify : lineOf)
          const again = resuming(last, sent, json)
          console.error(`Stopped behind change ${last}. To go on from there:\n\n  ${again}`)
        })
      },
    )
  return withSettings(command, names)
}

function queryOf(options: Sent) {
  const { data, error } = FollowOptions.safeParse(options)
  if (data) return data
  const [first] = fieldErrors(error, 'query')
  throw new SettingError(`--${first?.path.split('.')[0]}: ${first?.message}`)
}

/** Prints changes until it is told to end. Answers how far it came. */
async function follow(
  database: Database,
  { after: from, ...sent }: z.infer<typeof FollowOptions>,
  text: (change: Change) => string,
): Promise<number> {
  const selected = await filtersOf(database, sent)
  const { signal, ignore } = untilStopped()
  const watch = watchChanges(database)
  let after = from ?? (await endOfLog(database))
  try {
    while (!signal.aborted) {
      const page = await readOrWait(
        database,
        watch,
        { after, limit: changesPerRead, ...selected },
        waitMs,
        signal,
      )
      if (page.lastSeq < after) console.error(`The log ends at ${page.lastSeq}: it goes on from there.`)
      for (const change of page.changes) {
        if (signal.aborted) break
        await print(`${text(change)}\n`, signal)
        after = change.seq
      }
      if (!signal.aborted) after = page.lastSeq
    }
  } finally {
    watch.close()
    ignore()
  }
  return after
}

async function filtersOf(
  database: Database,
  { sources = [], ...sent }: Omit<z.infer<typeof FollowOptions>, 'after'>,
): Promise<ChangeFilters> {
  const ids = await Promise.all(sources.map((name) => requireSourceId(database, name)))
  const known = { findTags: findMergedTagIds, findSource }
  return resolveFilters(database, known, { ...sent, ...(ids.length > 0 && { sources: ids }) })
}

/** Aborted by a signal, and where nobody reads our stdout any more. */
function untilStopped() {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  process.stdout.on('error', stop)
  const ignore = () => {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
  return { signal: controller.signal, ignore }
}

/** What reads slower than the log grows is waited for: nothing is kept in memory for it. */
async function print(line: string, signal: AbortSignal): Promise<void> {
  if (process.stdout.write(line)) return
  await once(process.stdout, 'drain', { signal }).catch((error) => {
    if (!signal.aborted) throw error
  })
}

function lineOf({ seq, at, type, resource, revision }: Change): string {
  const place = String(seq).padStart(8)
  return `${at}  ${place}  ${type.padEnd(18)}  ${resource.id}${revision === null ? '' : `  revision ${revision}`}`
}

function resuming(last: number, { types, tags, sources }: Sent, json: boolean): string {
  const given = Object.entries({ types, tags, sources })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name} ${quoted(value as string)}`)
  return ['newsweave changes follow', `--after ${last}`, ...given, ...(json ? ['--json'] : [])].join(' ')
}

/** As a shell reads it again. */
const quoted = (text: string) => (/^[\w.,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
