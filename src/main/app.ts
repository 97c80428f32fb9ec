import type { FastifyBaseLogger } from 'fastify'
import { refreshCards } from '../articles/articles.ts'
import { articleRoutes } from '../articles/routes.ts'
import { changeRoutes } from '../changes/routes.ts'
import type { Database } from '../database/database.ts'
import { addConditionalGet } from '../http/caching.ts'
import { addDocument } from '../http/document.ts'
import { idempotency } from '../http/idempotency.ts'
import { addResponseCache } from '../http/response-cache.ts'
import { createServer, type Server } from '../http/server.ts'
import { sourceRoutes } from '../sources/routes.ts'
import { relatedRoutes } from '../stories/routes.ts'
import { tagRoutes } from '../tags/routes.ts'
import { about } from './about.ts'

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
  /** Requests a minute, for an address without a key and for a key. */
  rateLimits: { anonymous: number; key: number }
  /** Whether answers are kept ready while nothing is written. */
  cache: boolean
  corsOrigins: '*' | string[]
}

/** The whole wiring: every hook and every feature, in the order in which they run. */
export async function createApp(options: AppOptions): Promise<Server> {
  const app = createServer(options)
  const deps = {
    database: options.database,
    publicUrl: options.publicUrl,
    once: idempotency(options.database),
  }
  // Behind authentication and limits, which every request passes.
  addResponseCache(app, () => options.database.version(), options.cache)
  addConditionalGet(app)
  await addDocument(app, about)
  articleRoutes(app, deps)
  tagRoutes(app, { ...deps, refreshCards })
  sourceRoutes(app, { ...deps, refreshCards })
  changeRoutes(app, deps)
  relatedRoutes(app, deps)
  return app
}
