import { pino } from 'pino'
import type { Database } from '../src/database/database.ts'
import { createApp } from '../src/main/app.ts'
import { createIngestion } from '../src/main/ingestion.ts'
import { createDelivering } from '../src/main/webhooks.ts'

export const adminKey = 'a-key-of-the-benchmark-and-nobody-else'
export const authorization = `Bearer ${adminKey}`

/** The product as it is run, but that it logs nothing and limits nobody. */
export function benchApp(database: Database, cache: boolean) {
  const logger = pino({ level: 'silent' })
  const publicUrl = () => 'http://127.0.0.1:3000'
  const outside = { database, logger, publicUrl, allow: [], userAgent: 'Newsweave' }
  return createApp({
    database,
    logger,
    publicUrl,
    ingestion: createIngestion(outside),
    delivering: createDelivering(outside),
    readAccess: 'open',
    trustedProxies: [],
    adminKey,
    rateLimits: { anonymous: 1e9, key: 1e9 },
    cache,
    corsOrigins: '*',
  })
}
