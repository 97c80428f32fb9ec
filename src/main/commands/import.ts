import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { Command } from 'commander'
import { type ImportResult, importArticles } from '../../articles/import.ts'
import type { Database } from '../../database/database.ts'
import { NewSource } from '../../sources/source.ts'
import { sourceNamed } from '../../sources/sources.ts'
import { CommandError, settingsOf, withDatabase, withSettings } from '../command.ts'
import { firstLine } from '../first-line.ts'
import { progressBar } from '../progress.ts'

const names = ['databaseUrl'] as const
const shownFailures = 10

type Options = { source?: string; sourceHome?: string }
type Counts = Record<ImportResult['status'], number>

export function importCommand(): Command {
  const command = new Command('import')
    .summary('bring articles in from NDJSON')
    .description(
      'Brings articles in from NDJSON: a line is the body of POST /v1/articles, or an article as "newsweave export" writes it, whose source and tags are made where they are missing. A line whose article is known, by its external id or else by its address, brings that up to date, so an import may be run again. Works while a server runs on the same database.',
    )
    .argument('<file>', 'a file, or - for standard input')
    .option('--source <name or id>', 'the source of lines that name none; one of a new name is made')
    .option(
      '--source-home <url>',
      'the home page of a source that is made (without it, the site of the first line)',
    )
    .addHelpText(
      'after',
      `
Prints how many lines were created, updated, unchanged, gone (deleted or withdrawn, and so left alone) and failed, and the
first ${shownFailures} failures with their line numbers. The exit code is 1 where any line failed.

Examples:
  $ newsweave import articles.ndjson
  $ newsweave import articles.ndjson --source "Lighthouse Daily" --source-home https://lighthouse.example/
  $ zcat articles.ndjson.gz | newsweave import -
  $ newsweave export --state all | newsweave import - --database-url file:copy.db`,
    )
    .action(async (file: string, options: Options) => {
      const { databaseUrl } = settingsOf(command, names)
      const { bytes, size } = await openInput(file)
      const failed = await withDatabase(databaseUrl, { make: true }, (database) =>
        importAll(database, bytes, { ...options, size }),
      )
      if (failed > 0) process.exitCode = 1
    })
  return withSettings(command, names)
}

async function openInput(file: string): Promise<{ bytes: Readable; size: number }> {
  if (file === '-') return { bytes: process.stdin, size: 0 }
  const found = await stat(file).catch(() => undefined)
  if (!found || found.isDirectory()) throw new CommandError(`There is no file ${file}.`)
  return { bytes: createReadStream(file, { highWaterMark: 256 * 1024 }), size: found.size }
}

/** Answers how many lines failed. */
async function importAll(
  database: Database,
  input: Readable,
  { size, ...options }: Options & { size: number },
): Promise<number> {
  const { line, bytes } = await firstLine(input)
  const sourceId = await sourceOf(database, options, line)
  const complete = (value: unknown) =>
    sourceId && typeof value === 'object' && value !== null ? { sourceId, ...value } : value
  const counts: Counts = { created: 0, updated: 0, unchanged: 0, gone: 0, failed: 0 }
  const failures: ImportResult[] = []
  const bar = progressBar('Importing', size > 0 ? 'bytes' : 'lines')
  let read = 0
  let lines = 0
  async function* counted() {
    for await (const chunk of bytes) {
      read += chunk.length
      yield chunk
    }
  }
  for await (const results of importArticles(database, counted(), { complete })) {
    for (const result of results) {
      counts[result.status]++
      if (result.status === 'failed' && failures.length < shownFailures) failures.push(result)
    }
    lines += results.length
    if (size > 0) bar.update(read, size)
    else bar.update(lines)
  }
  bar.end()
  tell(counts, failures)
  return counts.failed
}

function tell(counts: Counts, failures: ImportResult[]): void {
  console.log(
    Object.entries(counts)
      .map(([status, count]) => `${count} ${status}`)
      .join(', '),
  )
  for (const { line, problem } of failures)
    console.error(`Line ${line}: ${problem?.code}: ${problem?.detail}`)
  const rest = counts.failed - failures.length
  if (rest > 0) console.error(`and ${rest} more.`)
}

async function sourceOf(database: Database, { source, sourceHome }: Options, line: string) {
  if (source === undefined) return undefined
  const homeUrl = sourceHome ?? siteOf(line)
  const input = NewSource.safeParse({ name: source, homeUrl })
  return database.write(async (tx) => {
    const { id, made } = await sourceNamed(tx, source, () => {
      if (input.success) return input.data
      throw new CommandError(
        `There is no source ${source}. To make it, give its home page with --source-home.`,
      )
    })
    if (made) console.error(`Made the source ${source} (${homeUrl}).`)
    return id
  })
}

function siteOf(line: string): string | undefined {
  try {
    return `${new URL(JSON.parse(line).url).origin}/`
  } catch {
    return undefined
  }
}
