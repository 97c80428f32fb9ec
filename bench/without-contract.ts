// The routes of articles behind the cache of answers, and nothing else of what the product does for a request:
// node bench/without-contract.ts <database url>
import { pino } from 'pino'
import { articleRoutes } from '../src/articles/routes.ts'
import { openDatabase } from '../src/database/open.ts'
import { idempotency } from '../src/http/idempotency.ts'
import { addResponseCache } from '../src/http/response-cache.ts'
import { createServer } from '../src/http/server.ts'
import { readFound } from '../src/search/articles.ts'
import { Facets } from '../src/search/facets.ts'
import { serveApp } from './processes.ts'

const database = openDatabase(process.argv[2] ?? '')
const publicUrl = () => 'http://127.0.0.1:3000'
const app = createServer({ logger: pino({ level: 'silent' }), publicUrl, trustedProxies: [] })
app.decorateRequest('actor', null)
addResponseCache(app, database, true)
articleRoutes(app, {
  database,
  publicUrl,
  once: idempotency(database),
  search: { readFound, facets: Facets },
})
await serveApp(app, database)
