import { type Clock, systemClock } from '../shared/clock.ts'
import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** The file that a URL names; `undefined` for a server. */
export function fileOf(url: string): string | undefined {
  return url.startsWith('file:') ? url.slice('file:'.length) : undefined
}

/** Opens `file:path/to.db` or `postgres://…`. */
export function openDatabase(url: string, clock: Clock = systemClock): Database {
  const file = fileOf(url)
  return file === undefined ? openPostgres(url, clock) : openSqlite(file, clock)
}
