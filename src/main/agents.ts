import type { Logger } from 'pino'
import packageFile from '../../package.json' with { type: 'json' }
import { agentRoutes } from '../agents/routes.ts'
import type { Database } from '../database/database.ts'
import { addCors } from '../http/cors.ts'
import { addRequestLog } from '../http/request-log.ts'
import { createServer, type Server } from '../http/server.ts'
import { userAgent } from './about.ts'
import { createApp } from './app.ts'
import { isLoopback, type Limits, rateLimits, type Settings } from './config.ts'
import { createIngestion } from './ingestion.ts'
import { addressOf, listen } from './listening.ts'
import { type Asked, fromOrigins, isThisMachine } from './origins.ts'
import { createDelivering } from './webhooks.ts'

type ReadingSettings = Pick<
  Settings,
  'host' | 'publicUrl' | 'readAccess' | 'adminKey' | 'trustedProxies' | Limits
>

/** The API on this database, which listens nowhere and can write nothing. */
export async function openReading(
  database: Database,
  logger: Logger,
  settings: ReadingSettings,
): Promise<{ app: Server; close(): Promise<void> }> {
  const { publicUrl, readAccess, adminKey } = settings
  const readOnly: Database = { ...database, run: refuse, write: refuse }
  const outside = { database: readOnly, logger, allow: [], userAgent: userAgent(settings) }
  const ingestion = createIngestion({ ...outside, publicUrl: () => publicUrl })
  const delivering = createDelivering({ ...outside, publicUrl: () => publicUrl ?? '' })
  const app = await createApp({
    database: readOnly,
    logger,
    ingestion,
    delivering,
    publicUrl: () => publicUrl ?? '',
    readAccess,
    // Requests come from within: their address is that of whoever asked.
    trustedProxies: [],
    ...(adminKey !== undefined && { adminKey }),
    rateLimits: rateLimits(settings),
    countsIn: database,
    cache: false,
    corsOrigins: [],
  })
  await app.ready()
  return {
    app,
    async close() {
      await app.close()
      await Promise.all([ingestion.close(), delivering.close()])
    },
  }
}

const refuse = () => Promise.reject(new Error('Agents write nothing.'))

/** Listens for agents, whose tools ask `api`. */
export async function listenForAgents(
  api: Server,
  logger: Logger,
  settings: Pick<Settings, 'host' | 'port' | 'publicUrl' | 'trustedProxies' | 'corsOrigins'>,
): Promise<{ url: string; close(): Promise<void> }> {
  const { host, publicUrl, trustedProxies, corsOrigins } = settings
  let url = ''
  const app = createServer({ logger, publicUrl: () => publicUrl ?? url, trustedProxies })
  // `*` is said for the API, where it is the default, and names no origin here.
  const named = corsOrigins === '*' ? [] : corsOrigins
  const fromThem = fromOrigins(named)
  // Where only this machine reaches it, a page whose name was pointed here sends that name (DNS rebinding).
  const onlyHere = isLoopback(host)
  const allows = (asked: Asked) => (!onlyHere || isThisMachine(`http://${asked.host}`)) && fromThem(asked)
  addRequestLog(app)
  addCors(app, named)
  agentRoutes(app, { version: packageFile.version, api, allows })
  await listen(app, settings)
  url = addressOf(app, host)
  return { url, close: () => app.close() }
}
