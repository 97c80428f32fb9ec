import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { type Follower, startRetention } from '../changes/retention.ts'
import type { Database } from '../database/database.ts'
import { migrate } from '../database/migrate.ts'
import { fileOf, openDatabase } from '../database/open.ts'
import { takeForwarded } from '../http/forwarding.ts'
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
import type { Settings } from './config.ts'
import { addressAt, addressOf, listen, placeFor } from './listening.ts'
import { type Maintenance, startMaintenance } from './maintenance/maintenance.ts'
import { isEmpty, type Loaded, loadSample } from './sample.ts'
import { closeApp, createServing, hubOf, type Serving } from './serving.ts'
import { createWorkers, type Workers } from './workers/first.ts'

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
  let maintenance: Maintenance | undefined
  try {
    await migrate(database)
    if (!(await isIndexed(database))) events.staleIndex()
    const servesApi = settings.roles.includes('api')
    if (servesApi) await prepareNewsroom(database, settings, events)
    const readiness: Readiness = { closing: false }
    let url = ''
    const workers = settings.workers > 1 ? createWorkers({ count: settings.workers, logger }) : undefined
    const file = fileOf(settings.databaseUrl)
    if (file !== undefined) maintenance = startMaintenance(file, logger)
    const serving = await createServing(
      { database, settings, logger },
      { url: () => url, readiness, others: workers?.others, metrics: maintenance?.registry },
    )
    const { app, ingestion, delivering } = serving
    if (workers) url = await listenByWorkers(serving, { workers, settings, database })
    else {
      await listen(app, settings)
      url = addressOf(app, settings.host)
    }
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
    const tasks = [worker, relater, deliverer, publisher, retention, maintenance]
    const running = { ...serving, workers, database, readiness, tasks }
    return { url, stop: (drainMs) => stop(running, drainMs) }
  } catch (error) {
    await maintenance?.stop()
    await database.close()
    throw error
  }
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

/** The workers listen where the settings say, and this process where only they reach it, for what they do not answer themselves. */
async function listenByWorkers(
  { app }: Serving,
  { workers, settings, database }: { workers: Workers; settings: Settings; database: Database },
): Promise<string> {
  const { host } = settings
  try {
    const place = await placeFor(settings)
    const secret = takeForwarded(app.server)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const first = { port: (app.server.address() as AddressInfo).port, secret }
    const url = addressAt(host, place.port)
    database.onCommit(workers.committed)
    await workers.start({ settings: { ...settings, ...place }, url, first })
    return url
  } catch (error) {
    await app.close()
    throw error
  }
}

type Running = Serving & {
  workers: Workers | undefined
  database: Database
  readiness: Readiness
  /** What goes on beside the answering of requests, as far as the roles of this process have it. */
  tasks: ({ stop(graceMs: number): Promise<void> } | undefined)[]
}

/** How long what is under way may take to end: feeds that are being read and deliveries. What is left is taken up again later. */
const graceMs = 3000

async function stop(running: Running, drainMs: number): Promise<void> {
  const { app, workers, database, readiness, ingestion, delivering } = running
  readiness.closing = true
  if (workers) await workers.stop(drainMs)
  else await new Promise((resolve) => setTimeout(resolve, drainMs))
  await closeApp(app)
  await Promise.all(running.tasks.map((task) => task?.stop(graceMs)))
  await Promise.all([ingestion.close(), delivering.close()])
  await database.close()
}
