import { pino } from 'pino'
import type { Database } from '../database/database.ts'
import { sqliteDialect } from '../database/dialect.ts'
import { documentText } from '../http/document.ts'
import { createApp } from './app.ts'
import { createIngestion } from './ingestion.ts'
import { createDelivering } from './webhooks.ts'

/** The OpenAPI document of this program. Registering routes asks nothing of a database, so there is none. */
export async function describeApi(): Promise<string> {
  const logger = pino({ level: 'silent' })
  const outside = { database: noDatabase, logger, allow: [], userAgent: '' }
  const app = await createApp({
    database: noDatabase,
    logger,
    ingestion: createIngestion({ ...outside, publicUrl: () => undefined }),
    delivering: createDelivering({ ...outside, publicUrl: () => '' }),
    publicUrl: () => '',
    readAccess: 'open',
    trustedProxies: [],
    rateLimits: { anonymous: 1, key: 1 },
    cache: false,
    corsOrigins: '*',
  })
  try {
    await app.ready()
    return documentText(app)
  } finally {
    await app.close()
  }
}

const refuse = () => Promise.reject(new Error('There is no database.'))

const noDatabase: Database = {
  dialect: sqliteDialect,
  all: refuse,
  one: refuse,
  run: refuse,
  write: refuse,
  version: () => undefined,
  onCommit: () => () => {},
  close: async () => {},
}
