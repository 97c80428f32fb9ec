import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
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

/** Measures every request, and serves the figures at `/metrics` as Prometheus reads them. */
export function addMetrics(app: Server, database: Database, more: Registry[]): void {
  const registry = new Registry()
  measureRequests(app, registry)
  measureDatabase(app, registry, database)
  const all = Registry.merge([metricsOfProcess(), registry, ...more])
  app.get(
    '/metrics',
    operation(
      {
        id: 'getMetrics',
        tag: 'Operations',
        summary: 'Read the metrics of this process',
        description:
          'In the text format of Prometheus: requests by route and status, commits, fetches of feeds, memory, event loop.',
        access: 'read',
      },
      { response: { 200: { content: { 'text/plain': { schema: z.string() } } } } },
    ),
    async (_request, reply) => {
      reply.header('cache-control', 'no-store').type(all.contentType)
      reply.send((await all.metrics()) as never)
      return reply
    },
  )
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
