import { pino } from 'pino'
import type { Database } from '../database/database.ts'
import { sqliteDialect } from '../database/dialect.ts'
import { documentText } from '../http/document.ts'
import { createApp } from './app.ts'

/** The OpenAPI document of this program. Registering routes asks nothing of a database, so there is none. */
export async function describeApi(): Promise<string> {
  const app = await createApp({
    database: noDatabase,
    logger: pino({ level: 'silent' }),
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
