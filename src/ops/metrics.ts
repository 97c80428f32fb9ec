import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { operation } from '../http/operation.ts'
import type { Server } from '../http/server.ts'
import { requestDurations } from './request-durations.ts'

let processMetrics: Registry | undefined

/** Memory, CPU, event loop and garbage collection: of the process, so gathered once in it. */
function metricsOfProcess(): Registry {
  if (!processMetrics) {
    processMetrics = new Registry()
    collectDefaultMetrics({ register: processMetrics })
  }
  return processMetrics
}

/** As JSON carries them between processes. */
type Figures = object[]

/** Other processes that serve the same address. */
export type MetricsSharing = {
  /** How others learn the figures of this process. */
  answer(own: () => Promise<Figures>): void
  /** The figures of each of the others that answers in time. */
  ofOthers(): Promise<Figures[]>
}

/** Measures every request, and serves the figures at `/metrics` as Prometheus reads them: with `sharing` those of all processes. */
export function addMetrics(
  app: Server,
  database: Database,
  { more, sharing }: { more: Registry[]; sharing?: MetricsSharing | undefined },
): void {
  const registry = new Registry()
  measureRequests(app, registry)
  measureDatabase(app, registry, database)
  const all = Registry.merge([metricsOfProcess(), registry, ...more])
  sharing?.answer(() => all.getMetricsAsJSON())
  app.get(
    '/metrics',
    operation(
      {
        id: 'getMetrics',
        tag: 'Operations',
        summary: 'Read the metrics',
        description:
          'In the text format of Prometheus: requests by route and status, commits, fetches of feeds, memory, event loop. Of this process and its workers, where it has any; each other process on the same database has its own.',
        access: 'read',
      },
      { response: { 200: { content: { 'text/plain': { schema: z.string() } } } } },
    ),
    async (_request, reply) => {
      reply.header('cache-control', 'no-store').type(all.contentType)
      reply.send((await textOf(all, sharing)) as never)
      return reply
    },
  )
}

/** Counts of several processes are summed up; each metric says how it is put together. */
async function textOf(own: Registry, sharing: MetricsSharing | undefined): Promise<string> {
  if (!sharing) return own.metrics()
  const figures = [await own.getMetricsAsJSON(), ...(await sharing.ofOthers())]
  return AggregatorRegistry.aggregate(figures).metrics()
}

function measureRequests(app: Server, registry: Registry): void {
  const durations = requestDurations()
  registry.registerMetric(durations as unknown as Metric)
  app.addHook('onResponse', (request, reply, done) => {
    const { url = 'none' } = request.routeOptions
    durations.observe(request.method, reply.statusCode, url, reply.elapsedTime / 1000)
    done()
  })
  let inFlight = 0
  const end = () => {
    inFlight--
  }
  // In front of the framework, which may answer at once.
  app.server.prependListener('request', (_request, response) => {
    inFlight++
    // Fires once, and for aborted requests too, unlike the hooks.
    response.on('close', end)
  })
  new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests that have no complete answer yet.',
    registers: [registry],
    collect() {
      this.set(inFlight)
    },
  })
}

function measureDatabase(app: Server, registry: Registry, database: Database): void {
  const commits = new Counter({
    name: 'newsweave_commits_total',
    help: 'Transactions that this process committed; writers who arrive together share one.',
    registers: [registry],
  })
  const stop = database.onCommit(() => commits.inc())
  app.addHook('onClose', async () => stop())
}
