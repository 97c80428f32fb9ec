import { Command } from 'commander'
import { refreshSourced } from '../../../articles/articles.ts'
import type { Transaction } from '../../../database/database.ts'
import { fieldErrors } from '../../../http/field-errors.ts'
import { extractions, NewSource } from '../../../sources/source.ts'
import { addSource, changeSource, requestFetch, requireSourceId } from '../../../sources/sources.ts'
import { settingsOf, withDatabase, withSettings } from '../../command.ts'
import { SettingError } from '../../config.ts'

const names = ['databaseUrl'] as const

type AddOptions = {
  name?: string
  home?: string
  language?: string
  extraction?: string
  timeZone?: string
  interval?: string
  tag?: string[]
}

export function addCommand(): Command {
  const command = new Command('add')
    .summary('add a source by the address of its feed')
    .description('Adds a source and prints its id. A running server fetches its feed at once.')
    .argument('<feed-url>', 'its RSS, Atom or JSON feed')
    .option('--name <text>', 'its name (without it, the host of the feed)')
    .option('--home <url>', 'its home page (without it, the site of the feed)')
    .option('--language <tag>', 'what it publishes in, as BCP 47')
    .option('--extraction <word>', `when the pages of its articles are read: ${extractions.join(', ')}`)
    .option('--time-zone <zone>', 'of times that the feed writes without one, as Asia/Shanghai or +08:00')
    .option('--interval <minutes>', 'minutes between two fetches (without it, by the rhythm of the feed)')
    .option('--tag <slug>', 'a tag that its articles get; may be given several times', gathered)
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave sources add https://lighthouse.example/feed.xml
  $ newsweave sources add https://qingyan.example/feed --name 青檐科技 --language zh --time-zone Asia/Shanghai --tag chips`,
    )
    .action(async (feedUrl: string, options: AddOptions) => {
      const input = newSourceOf(feedUrl, options)
      const { databaseUrl } = settingsOf(command, names)
      const { id, name } = await withDatabase(databaseUrl, { make: true }, (database) =>
        database.write((tx) => addSource(tx, input)),
      )
      console.error(`Added ${name}:`)
      console.log(id)
    })
  return withSettings(command, names)
}

const gathered = (slug: string, others: string[] = []) => [...others, slug]

const flagOf: Record<string, string> = {
  feedUrl: '<feed-url>',
  name: '--name',
  homeUrl: '--home',
  language: '--language',
  extraction: '--extraction',
  timeZone: '--time-zone',
  fetchIntervalMinutes: '--interval',
  tags: '--tag',
}

function newSourceOf(feedUrl: string, options: AddOptions): NewSource {
  const feed = URL.parse(feedUrl)
  const { data, error } = NewSource.safeParse({
    feedUrl,
    name: options.name ?? feed?.hostname.replace(/^www\./, ''),
    homeUrl: options.home ?? `${feed?.origin}/`,
    language: options.language,
    extraction: options.extraction,
    timeZone: options.timeZone,
    fetchIntervalMinutes: options.interval === undefined ? undefined : Number(options.interval),
    tags: options.tag,
  })
  if (data) return data
  const errors = fieldErrors(error, 'body')
  // Of a wrong address of the feed a wrong name and home were made.
  const first = errors.find(({ path }) => path === 'feedUrl') ?? errors[0]
  throw new SettingError(`${flagOf[first?.path.split('.')[0] ?? '']}: ${first?.message}`)
}

export function pauseCommand(): Command {
  return changingCommand({
    name: 'pause',
    summary: 'stop fetching a source',
    description: 'Pauses a source: its feed is not fetched until it is resumed. Its articles stay.',
    done: 'Paused.',
    act: (tx, id) =>
      changeSource(tx, refreshSourced, { id, patch: { state: 'paused' }, accepted: undefined }),
  })
}

export function resumeCommand(): Command {
  return changingCommand({
    name: 'resume',
    summary: 'fetch a source again',
    description: 'Makes a source active that was paused, failing or gone. Its feed is due at once.',
    done: 'Resumed.',
    act: (tx, id) =>
      changeSource(tx, refreshSourced, { id, patch: { state: 'active' }, accepted: undefined }),
  })
}

export function fetchCommand(): Command {
  return changingCommand({
    name: 'fetch',
    summary: 'make a feed due now',
    description:
      'Makes the feed of a source due now: a running server fetches it at once. "sources log" then tells what came of it.',
    done: 'Due now.',
    act: requestFetch,
  })
}

type Changing = {
  name: string
  summary: string
  description: string
  done: string
  act: (tx: Transaction, id: string) => Promise<unknown>
}

function changingCommand({ name, summary, description, done, act }: Changing): Command {
  const command = new Command(name)
    .summary(summary)
    .description(description)
    .argument('<source>', 'its id or its name')
    .addHelpText('after', `\nExamples:\n  $ newsweave sources ${name} "Lighthouse Daily"`)
    .action(async (source: string) => {
      const { databaseUrl } = settingsOf(command, names)
      await withDatabase(databaseUrl, { make: false }, (database) =>
        database.write(async (tx) => act(tx, await requireSourceId(tx, source)), { alone: true }),
      )
      console.error(done)
    })
  return withSettings(command, names)
}
