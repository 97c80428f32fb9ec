import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command } from 'commander'
import { countExported, exportArticles } from '../../articles/export.ts'
import { ExportQuery } from '../../articles/query.ts'
import type { Database } from '../../database/database.ts'
import { fieldErrors } from '../../http/field-errors.ts'
import { requireSourceId } from '../../sources/sources.ts'
import { settingsOf, withDatabase, withSettings } from '../command.ts'
import { SettingError } from '../config.ts'
import { progressBar } from '../progress.ts'

const names = ['databaseUrl'] as const

export function exportCommand(): Command {
  const command = new Command('export')
    .summary('write articles as NDJSON')
    .description(
      'Writes articles with their texts as NDJSON, an article a line, as GET /v1/articles/export does. The filters are those of the list.',
    )
    .option('--out <file>', 'write to this file instead of stdout')
  for (const [name, schema] of Object.entries(ExportQuery.shape)) {
    command.option(`--${flagOf(name)} <value>`, `${schema.description ?? ''}${hints[name] ?? ''}`)
  }
  command
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave export --out articles.ndjson
  $ newsweave export --language zh --tags-all chips,ai --published-after 2026-01-01T00:00:00Z | gzip > chips.ndjson.gz
  $ newsweave export --state draft
  $ newsweave export --state all | newsweave import - --database-url file:copy.db`,
    )
    .action(async (options: Record<string, string | undefined>) => {
      const { databaseUrl } = settingsOf(command, names)
      const query = queryOf(options)
      await withDatabase(databaseUrl, { make: false }, async (database) =>
        writeAll(database, await withSourceIds(database, query), options.out),
      )
    })
  return withSettings(command, names)
}

const hints: Record<string, string> = { source: ' By id or name.', sourceNone: ' By id or name.' }

/** Sources by their ids. Whoever sits at a terminal knows their names, and one that is mistyped would export nothing. */
async function withSourceIds(
  database: Database,
  { source, sourceNone, ...query }: ExportQuery,
): Promise<ExportQuery> {
  const idsOf = (given: string[]) => Promise.all(given.map((name) => requireSourceId(database, name)))
  return {
    ...query,
    ...(source && { source: await idsOf(source) }),
    ...(sourceNone && { sourceNone: await idsOf(sourceNone) }),
  }
}

const flagOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

function queryOf(options: Record<string, string | undefined>): ExportQuery {
  const given = Object.keys(ExportQuery.shape).filter((name) => options[name] !== undefined)
  const { data, error } = ExportQuery.safeParse(
    Object.fromEntries(given.map((name) => [name, options[name]])),
  )
  if (data) return data
  const [first] = fieldErrors(error, 'query')
  throw new SettingError(`--${flagOf(first?.path.split('.')[0] ?? '')}: ${first?.message}`)
}

async function writeAll(database: Database, { sort, ...filters }: ExportQuery, out: string | undefined) {
  const total = await countExported(database, filters)
  const bar = progressBar('Exporting', 'articles')
  let written = 0
  async function* lines() {
    for await (const articles of exportArticles(database, filters, sort)) {
      yield articles.map((article) => `${JSON.stringify(article)}\n`).join('')
      written += articles.length
      bar.update(written, total)
    }
  }
  try {
    if (out === undefined) await pipeline(Readable.from(lines()), process.stdout, { end: false })
    else {
      await pipeline(Readable.from(lines()), createWriteStream(`${out}.partial`))
      await rename(`${out}.partial`, out)
    }
  } catch (error) {
    // Whoever reads our stdout has seen enough.
    if ((error as { code?: string }).code !== 'EPIPE') throw error
  } finally {
    bar.end()
  }
  console.error(`${written} articles exported.`)
}
