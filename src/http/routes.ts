import type { Database } from '../database/database.ts'
import type { Once } from './idempotency.ts'

/** What every feature's routes are given. */
export type RouteDependencies = {
  database: Database
  /** Runs a POST in a transaction, and only once under one `Idempotency-Key`. */
  once: Once
  /** The public address of the service, without a slash at its end. */
  publicUrl: () => string
}
