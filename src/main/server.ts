import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { type Follower, startRetention } from '../changes/retention.ts'
import type { Database } from '../database/database.ts'
import { migrate } from '../database/migrate.ts'
import { openDatabase } from '../database/open.ts'
import type { Server } from '../http/server.ts'
import type { Ingestion } from '../ingestion/ingestion.ts'
import { startWorker, type Worker } from '../ingestion/worker.ts'
import type { Readiness } from '../ops/health.ts'
import { ensureAdminKey } from '../partners/keys.ts'
import { isIndexed } from '../search/reindex.ts'
import { adoptFeeds } from '../sources/polling.ts'
import { readUpTo } from '../stories/relating/linker.ts'
import { startRelating } from '../stories/relating/worker.ts'
import { startPublisher } from '../syndication/publisher.ts'
import { dispatchedUpTo } from '../webhooks/figures.ts'
import { startDelivering } from '../webhooks/worker.ts'
import { userAgent } from './about.ts'
import { createApp } from './app.ts'
import { CommandError } from './command.ts'
import { rateLimits, type Settings } from './config.ts'
import { createIngestion } from './ingestion.ts'
import { isEmpty, type Loaded, loadSample } from './sample.ts'
import { createDelivering } from './webhooks.ts'

/** Up to where each follower of our own has read the change log. What one of them has not read is never removed. */
const followersOfChanges: Follower[] = [readUpTo, dispatchedUpTo]

export type Events = {
  /** A key was made for the administrator, which nobody can read again. */
  adminKey(key: string): void
  sample(loaded: Loaded): void
  /** Articles are missing from the search index, or are in it by the terms of another version. */
  staleIndex(): void
}

export type RunningServer = {
  /** Where it listens, for somebody at this machine. */
  url: string
  /** Fails readiness, waits `drainMs` for balancers to see it, closes the listener and lets what is under way finish. */
  stop(drainMs: number): Promise<void>
}

/** Opens the database, brings it up to date and listens. */
export async function startServer(
  settings: Settings,
  logger: Logger,
  events: Events,
): Promise<RunningServer> {
  const hub = hubOf(settings)
  const database = openDatabase(settings.databaseUrl)
  try {
    await migrate(database)
    if (!(await isIndexed(database))) events.staleIndex()
    const servesApi = settings.roles.includes('api')
    if (servesApi) await prepareNewsroom(database, settings, events)
    const readiness: Readiness = { closing: false }
    let url = ''
    const { outboundAllow: allow } = settings
    const outside = { database, logger, allow, userAgent: userAgent(settings) }
    const ingestion = createIngestion({ ...outside, publicUrl: () => settings.publicUrl })
    const delivering = createDelivering({ ...outside, publicUrl: () => settings.publicUrl ?? url })
    const app = await createApp({
      database,
      logger,
      ingestion,
      delivering,
      publicUrl: () => settings.publicUrl ?? url,
      readAccess: settings.readAccess,
      trustedProxies: settings.trustedProxies,
      ...(settings.adminKey !== undefined && { adminKey: settings.adminKey }),
      rateLimits: rateLimits(settings),
      cache: settings.cache === 'on',
      corsOrigins: settings.corsOrigins,
      ...(hub && { websubHub: hub.hub }),
      serves: servesApi ? 'api' : 'health',
      readiness,
    })
    await listen(app, settings)
    url = addressOf(app, settings.host)
    const reads = settings.roles.includes('ingestion')
    const worker = reads ? await startIngestion(ingestion) : undefined
    const relater = reads ? startRelating(database, logger) : undefined
    const told = settings.roles.includes('webhooks')
    const deliverer = told ? startDelivering(delivering) : undefined
    const publisher =
      told && hub ? startPublisher({ ...hub, database, client: ingestion.client, logger }) : undefined
    const retention = startRetention(database, {
      days: settings.changesRetentionDays,
      followers: followersOfChanges,
      logger,
    })
    const tasks = [worker, relater, deliverer, publisher, retention]
    const running = { app, database, readiness, ingestion, delivering, tasks }
    return { url, stop: (drainMs) => stop(running, drainMs) }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Topics are addresses at which a hub reaches this service. */
function hubOf({ websubHub, publicUrl }: Settings): { hub: string; base: string } | undefined {
  if (websubHub === undefined) return undefined
  if (publicUrl === undefined)
    throw new CommandError('WEBSUB_HUB: set PUBLIC_URL, too: the hub reads the feeds under it.')
  return { hub: websubHub, base: publicUrl }
}

async function startIngestion(ingestion: Ingestion): Promise<Worker> {
  await ingestion.database.write(adoptFeeds)
  return startWorker(ingestion)
}

async function prepareNewsroom(database: Database, settings: Settings, events: Events): Promise<void> {
  if (settings.adminKey === undefined) {
    const key = await database.write(ensureAdminKey)
    if (key !== undefined) events.adminKey(key)
  }
  if (!settings.empty && (await isEmpty(database))) {
    const loaded = await loadSample(database)
    if (loaded.articles > 0) events.sample(loaded)
  }
}

/** Listens, or says which setting stands in the way. */
export async function listen(app: Server, { host, port }: Pick<Settings, 'host' | 'port'>): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    const { code } = error as { code?: string }
    if (code === 'EADDRINUSE') {
      throw new CommandError(
        `PORT: ${host}:${port} is taken. Choose another with --port; 0 takes any free one.`,
      )
    }
    if (code === 'EACCES')
      throw new CommandError(`PORT: this user may not listen on ${port}. Choose one above 1023.`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new CommandError(
        `HOST: ${host} is no address of this machine. 127.0.0.1 is this machine alone, 0.0.0.0 all its addresses.`,
      )
    }
    throw error
  }
}

/** Where it listens, for somebody at this machine. */
export function addressOf(app: Server, host: string): string {
  const { port } = app.server.address() as AddressInfo
  const reachable =
    { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host)
  return `http://${reachable}:${port}`
}

type Running = {
  app: Server
  database: Database
  readiness: Readiness
  ingestion: ReturnType<typeof createIngestion>
  delivering: ReturnType<typeof createDelivering>
  /** What goes on beside the answering of requests, as far as the roles of this process have it. */
  tasks: ({ stop(graceMs: number): Promise<void> } | undefined)[]
}

/** How long what is under way may take to end: feeds that are being read and deliveries. What is left is taken up again later. */
const graceMs = 3000

async function stop(running: Running, drainMs: number): Promise<void> {
  const { app, database, readiness, ingestion, delivering } = running
  readiness.closing = true
  await new Promise((resolve) => setTimeout(resolve, drainMs))
  // A connection whose answer began before the closing stays open behind it, and would be waited for.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50)
  await app.close()
  clearInterval(sweep)
  await Promise.all(running.tasks.map((task) => task?.stop(graceMs)))
  await Promise.all([ingestion.close(), delivering.close()])
  await database.close()
}
