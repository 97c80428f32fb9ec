import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Database } from '../database/database.ts'
import type { Server } from '../http/server.ts'
import type { Readiness } from '../ops/health.ts'
import { userAgent } from './about.ts'
import { createApp, type Others } from './app.ts'
import { CommandError } from './command.ts'
import { rateLimits, type Settings } from './config.ts'
import { createIngestion } from './ingestion.ts'
import { createDelivering } from './webhooks.ts'

export type Serving = {
  app: Server
  ingestion: ReturnType<typeof createIngestion>
  delivering: ReturnType<typeof createDelivering>
}

type Deps = { database: Database; settings: Settings; logger: Logger }
type Place = {
  /** Where the service listens, for links where no setting names a public address. */
  url: () => string
  readiness: Readiness
  others?: Others | undefined
  /** Figures beside those of the requests. */
  metrics?: Registry | undefined
  /** Where the requests of keys are counted, where `database` can only be read. */
  countsIn?: Database
}

/** What answers requests as the settings have it, and listens nowhere yet. */
export async function createServing({ database, settings, logger }: Deps, place: Place): Promise<Serving> {
  const { url, readiness, others, metrics, countsIn } = place
  const publicUrl = () => settings.publicUrl ?? url()
  const hub = hubOf(settings)
  const outside = { database, logger, allow: settings.outboundAllow, userAgent: userAgent(settings) }
  const ingestion = createIngestion({ ...outside, publicUrl: () => settings.publicUrl })
  const delivering = createDelivering({ ...outside, publicUrl })
  const app = await createApp({
    database,
    logger,
    ingestion,
    delivering,
    publicUrl,
    readAccess: settings.readAccess,
    trustedProxies: settings.trustedProxies,
    ...(settings.adminKey !== undefined && { adminKey: settings.adminKey }),
    rateLimits: rateLimits(settings),
    ...(countsIn && { countsIn }),
    cache: settings.cache === 'on',
    corsOrigins: settings.corsOrigins,
    ...(hub && { websubHub: hub.hub }),
    serves: settings.roles.includes('api') ? 'api' : 'health',
    ...(others && { others }),
    ...(metrics && { metrics }),
    readiness,
  })
  return { app, ingestion, delivering }
}

/** Topics are addresses at which a hub reaches this service. */
export function hubOf({ websubHub, publicUrl }: Settings): { hub: string; base: string } | undefined {
  if (websubHub === undefined) return undefined
  if (publicUrl === undefined)
    throw new CommandError('WEBSUB_HUB: set PUBLIC_URL, too: the hub reads the feeds under it.')
  return { hub: websubHub, base: publicUrl }
}

/** Closes what answers requests once it has answered those under way. */
export async function closeApp(app: Server): Promise<void> {
  // A connection whose answer began before the closing stays open behind it, and would be waited for.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50)
  await app.close()
  clearInterval(sweep)
}
