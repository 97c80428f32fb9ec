import { type Clock, systemClock } from '../shared/clock.ts'
import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** Opens `file:path/to.db` or `postgres://…`. */
export function openDatabase(url: string, clock: Clock = systemClock): Database {
  return url.startsWith('file:') ? openSqlite(url.slice('file:'.length), clock) : openPostgres(url, clock)
}
