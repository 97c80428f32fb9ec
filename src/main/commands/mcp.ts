import { once } from 'node:events'
import { Command } from 'commander'
import packageFile from '../../../package.json' with { type: 'json' }
import { type Ask, asking, RefusedError } from '../../agents/asking.ts'
import { askingWithin } from '../../agents/routes.ts'
import { listenForAgents, openReading } from '../agents.ts'
import { CommandError, settingsOf, withDatabase, withSettings } from '../command.ts'
import type { SettingName } from '../config.ts'
import { createLogger } from '../logger.ts'

const names = [
  'databaseUrl',
  'host',
  'port',
  'publicUrl',
  'readAccess',
  'adminKey',
  'corsOrigins',
  'trustedProxies',
  'rateLimitAnonymous',
  'rateLimitKey',
  'rateLimitKeyDay',
  'requestsUnderWay',
  'logLevel',
] as const satisfies SettingName[]

const { version } = packageFile
const remoteTimeoutMs = 30_000

export function mcpCommand(): Command {
  const command = new Command('mcp')
    .summary('let agents read, by the Model Context Protocol')
    .description(
      'Serves tools for agents: search, articles, related articles, stories and recent changes. They read alone, and nothing is ever written. Without --http it talks on stdin and stdout, as hosts start it, and reads the database of the settings, or a server with --url. With --http it listens on HOST and PORT, at /mcp, and READ_ACCESS and keys hold as for the API.',
    )
    .option('--http', 'listen for streamable HTTP instead of stdin')
    .option(
      '--url <url>',
      'read this server instead of a database; NEWSWEAVE_KEY in the environment is the key, where it needs one',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave mcp
  $ newsweave mcp --url https://news.example.org
  $ newsweave mcp --http --port 3001`,
    )
    .action(async ({ http, url }: { http?: true; url?: string }) => {
      if (http && url !== undefined) throw new CommandError('--url is for stdin: it does not go with --http.')
      if (url !== undefined) return talk(askingServer(url, process.env.NEWSWEAVE_KEY))
      const settings = settingsOf(command, names)
      const logger = createLogger(settings.logLevel)
      await withDatabase(settings.databaseUrl, { make: false }, async (database) => {
        // Whoever starts it on the database may read all of it anyway.
        const readAccess = http ? settings.readAccess : 'open'
        const { app, close } = await openReading(database, logger, { ...settings, readAccess })
        try {
          if (http) await serve(await listenForAgents(app, logger, settings))
          else await talk(askingWithin(app))
        } finally {
          await close()
        }
      })
    })
  return withSettings(command, names)
}

/** Talks on stdin and stdout, where nothing but the protocol may be, until stdin ends or the process is told to stop. */
async function talk(ask: Ask): Promise<void> {
  // What is loaded for it no other command needs.
  const { createAgentServer } = await import('../../agents/server.ts')
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js')
  const server = createAgentServer({ version, ask, onFault: (error) => console.error(error) })
  await server.connect(new StdioServerTransport())
  await Promise.race([once(process.stdin, 'end'), once(process.stdin, 'close'), stopped()])
  await server.close()
  process.stdin.destroy()
}

async function serve({ url, close }: { url: string; close(): Promise<void> }): Promise<void> {
  console.log(`Agents may read at ${url}/mcp`)
  await stopped()
  await close()
}

const stopped = () => Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])

function askingServer(url: string, key: string | undefined): Ask {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new CommandError('--url: expected the address of a server, such as https://news.example.org')
  }
  const base = url.replace(/\/+$/, '')
  const headers = key ? { authorization: `Bearer ${key}` } : {}
  return asking(async (address) => {
    const signal = AbortSignal.timeout(remoteTimeoutMs)
    try {
      const response = await fetch(base + address, { headers, redirect: 'manual', signal })
      const location = response.headers.get('location') ?? undefined
      return { status: response.status, location, text: await response.text() }
    } catch (error) {
      throw new RefusedError(`There is no answer from ${base}: ${reasonOf(error)}. Try again in a moment.`)
    }
  })
}

/** What `fetch` throws says no more than that it failed; why is in its cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  const { code = '', message: why = '' } = (cause ?? {}) as { code?: string; message?: string }
  return why || code || message
}
