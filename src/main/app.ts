import type { FastifyBaseLogger } from 'fastify'
import type { Registry } from 'prom-client'
import packageFile from '../../package.json' with { type: 'json' }
import { agentRoutes } from '../agents/routes.ts'
import { refreshSourced, refreshTagged } from '../articles/articles.ts'
import { articleRoutes } from '../articles/routes.ts'
import { changeRoutes } from '../changes/routes.ts'
import type { StreamLimits } from '../changes/streaming.ts'
import type { Database } from '../database/database.ts'
import type { AddressSharing } from '../http/address-counts.ts'
import { addConditionalGet, addEncodedEntityTags } from '../http/caching.ts'
import { addCompression } from '../http/compression.ts'
import { addCors } from '../http/cors.ts'
import { addDeprecation } from '../http/deprecation.ts'
import { addDocs } from '../http/docs-pages.ts'
import { addDocument } from '../http/document.ts'
import { addHead } from '../http/head.ts'
import { idempotency } from '../http/idempotency.ts'
import { addOverload } from '../http/overload.ts'
import { addProblemPages } from '../http/problem-pages.ts'
import { addRateLimits, type RateLimits } from '../http/rate-limits.ts'
import { addRequestLog } from '../http/request-log.ts'
import { addResponseCache } from '../http/response-cache.ts'
import { createServer, type Server } from '../http/server.ts'
import { extractArticle } from '../ingestion/extract.ts'
import type { Ingestion } from '../ingestion/ingestion.ts'
import { ingestionRoutes } from '../ingestion/routes.ts'
import { fetchRoutes } from '../ingestion/routes-fetches.ts'
import { opmlRoutes } from '../ingestion/routes-opml.ts'
import { addHealth, type Readiness } from '../ops/health.ts'
import { addMetrics, type MetricsSharing } from '../ops/metrics.ts'
import { addAccessCheck, addAuthentication } from '../partners/authentication.ts'
import { partnerRoutes } from '../partners/routes.ts'
import { keyUsage } from '../partners/usage.ts'
import { readFound } from '../search/articles.ts'
import { Facets } from '../search/facets.ts'
import { searchRoutes } from '../search/routes.ts'
import { type Clock, systemClock } from '../shared/clock.ts'
import { sourceRoutes } from '../sources/routes.ts'
import { findSource } from '../sources/sources.ts'
import { relatingMetrics } from '../stories/relating/metrics.ts'
import { relatedRoutes } from '../stories/routes.ts'
import { relationRoutes } from '../stories/routes-relations.ts'
import { storyRoutes } from '../stories/routes-stories.ts'
import { feedRoutes } from '../syndication/routes.ts'
import { tagRoutes } from '../tags/routes.ts'
import { findMergedTagIds } from '../tags/tags.ts'
import type { Delivering } from '../webhooks/delivering.ts'
import { webhookRoutes } from '../webhooks/routes.ts'
import { about } from './about.ts'
import { fromOrigins } from './origins.ts'

export type AppOptions = {
  database: Database
  logger: FastifyBaseLogger
  /** The public address, without a slash at its end; a function, since a port of 0 is known only once listening. */
  publicUrl: () => string
  /** `open`: anybody reads; `key`: reading needs a key with the scope `read`. */
  readAccess: 'open' | 'key'
  trustedProxies: string[]
  /** Taken as an administrator's key while it is set; never stored. */
  adminKey?: string
  rateLimits: RateLimits
  /** Where the requests of keys are counted, for an API whose database can only be read. */
  countsIn?: Database
  /** By which keys expire. */
  clock?: Clock
  /** Whether answers are kept ready while nothing is written. */
  cache: boolean
  corsOrigins: '*' | string[]
  ingestion: Ingestion
  delivering: Delivering
  /** The WebSub hub that feeds name; they name none without it. */
  websubHub?: string
  /** Bounds of those who follow the changes, where they differ from the usual ones. */
  changes?: { maxWaiters?: number; streamLimits?: Partial<StreamLimits> }
  /** `health`: only health and metrics, for a process without the role `api`. */
  serves?: 'api' | 'health'
  /** Figures that `/metrics` has beside those of the requests. */
  metrics?: Registry
  /** The other processes that serve the same address. */
  others?: Others
  /** Told by whoever stops the process. */
  readiness?: Readiness
}

export type Others = { addresses: AddressSharing; metrics: MetricsSharing }

/** Addresses by which a process is watched: neither counted nor refused while it is busy. */
const watched = ['/healthz', '/readyz', '/metrics']

/** The whole wiring: every hook and every feature, in the order in which they run. */
export async function createApp(options: AppOptions): Promise<Server> {
  const {
    database,
    publicUrl,
    others,
    serves = 'api',
    readiness = { closing: false },
    clock = systemClock,
  } = options
  const app = createServer(options)
  const deps = { database, publicUrl, once: idempotency(database) }
  addRequestLog(app)
  addCors(app, options.corsOrigins)
  addOverload(app, watched)
  addAuthentication(app, { database, adminKey: options.adminKey, clock })
  const usage = keyUsage(options.countsIn ?? database, (error) =>
    app.log.warn({ err: error }, 'Requests could not be counted.'),
  )
  app.addHook('onClose', usage.close)
  addRateLimits(app, options.rateLimits, { exempt: watched, counts: usage, sharing: others?.addresses })
  addAccessCheck(app, options.readAccess)
  addConditionalGet(app)
  await addCompression(app)
  addEncodedEntityTags(app)
  addResponseCache(app, database, options.cache)
  addHead(app)
  addDeprecation(app)
  if (serves === 'api') await addDocument(app, about)
  addHealth(app, { database, readiness })
  const { ingestion, delivering } = options
  const figures = [ingestion.metrics.registry, relatingMetrics(database), delivering.metrics.registry]
  if (options.metrics) figures.push(options.metrics)
  addMetrics(app, database, { more: figures, sharing: others?.metrics })
  if (serves === 'health') return app
  await addDocs(app, about.info.title)
  addProblemPages(app, publicUrl)
  articleRoutes(app, { ...deps, search: { readFound, facets: Facets } })
  tagRoutes(app, { ...deps, refreshCards: refreshTagged })
  sourceRoutes(app, { ...deps, refreshCards: refreshSourced })
  fetchRoutes(app, deps)
  opmlRoutes(app, deps)
  ingestionRoutes(app, ingestion)
  searchRoutes(app, deps)
  changeRoutes(app, { ...deps, findTags: findMergedTagIds, findSource, ...options.changes })
  relatedRoutes(app, deps)
  relationRoutes(app, { ...deps, clock, readPage: (url) => readPage(ingestion, url) })
  storyRoutes(app, deps)
  feedRoutes(app, {
    database,
    publicUrl,
    findArticles: readFound,
    name: about.info.title,
    hub: options.websubHub,
  })
  partnerRoutes(app, { ...deps, usage })
  webhookRoutes(app, { ...deps, delivering })
  agentRoutes(app, { version: packageFile.version, api: app, allows: fromOrigins(options.corsOrigins) })
  return app
}

/** A page as it would become an article, and nothing is kept. */
async function readPage(ingestion: Ingestion, url: string) {
  const { title, language, body } = await extractArticle(ingestion, { url })
  return { title, language, text: body.text }
}
