import { Command } from 'commander'
import type { Logger } from 'pino'
import { settingsOf, withSettings } from '../command.ts'
import { type SettingName, settings } from '../config.ts'
import { createLogger } from '../logger.ts'
import { type RunningServer, startServer } from '../server.ts'

const names = Object.keys(settings) as SettingName[]
/** Long enough for a balancer that asks every second to see that readiness fails. Nobody waits for a Ctrl-C. */
const drainMs = { SIGTERM: 1_000, SIGINT: 0 }
const forcedAfterMs = 9_000
/** npm passes Ctrl-C on to a program that the terminal has told already. */
const sameSignalMs = 500

export function startCommand(): Command {
  const command = withSettings(new Command('start'), names)
    .summary('serve the API')
    .description(
      'Serves the API. Makes the database where it is missing and brings its schema up to date. On the first start it makes a key for the administrator and shows it once. An empty database gets a small sample newsroom, unless --empty says otherwise. A flag goes before the environment.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave start
  $ newsweave start --port 4000 --empty
  $ ADMIN_KEY=a-long-random-text READ_ACCESS=key newsweave start --host 0.0.0.0
  $ newsweave start --database-url postgres://news:secret@db.example.org/news`,
    )
    .action(async () => {
      const chosen = settingsOf(command, names)
      const logger = createLogger(chosen.logLevel)
      const server = await startServer(chosen, logger, {
        adminKey: showKey,
        sample: showSample,
        staleIndex: tellOfIndex,
      })
      stopOnSignals(server, logger)
      console.log(
        chosen.roles.includes('api')
          ? `Newsweave is ready at ${server.url} (docs at /docs)`
          : `Newsweave is ready at ${server.url} without the role api: health and metrics only`,
      )
    })
  return command
}

function showKey(key: string): void {
  console.log(`The administrator's key, shown only this once:

  ${key}

Send it as "Authorization: Bearer <key>". "newsweave key create" makes others.
`)
}

function tellOfIndex(): void {
  console.log(
    `The search index is not of this version, so that search may miss articles. Build it anew, while this server runs:

  newsweave reindex
`,
  )
}

function showSample({ articles, sources, tags, links }: { [thing: string]: number }): void {
  console.log(
    `The database was empty, so it has a sample newsroom now: ${articles} articles of ${sources} sources, ${tags} tags, ${links} related links, all invented.
To start without it, name another database and say --empty.
`,
  )
}

function stopOnSignals(server: RunningServer, logger: Logger): void {
  let stoppingSince: number | undefined
  const stop = async (signal: keyof typeof drainMs) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > sameSignalMs) process.exit(1)
      return
    }
    stoppingSince = performance.now()
    setTimeout(() => {
      logger.warn('requests were still under way and are cut off')
      process.exit(0)
    }, forcedAfterMs).unref()
    await server.stop(drainMs[signal])
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  if (process.env.npm_lifecycle_event) whenParentIsGone(() => stop('SIGTERM'))
}

/** The shell in which npm runs a script dies of SIGTERM without passing it on, which would leave the server behind. */
function whenParentIsGone(act: () => void): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    act()
  }, 250)
  timer.unref()
}
