import type { Database } from '../database/database.ts'
import type { OutboundClient } from '../outbound/client.ts'
import type { Robots } from '../outbound/robots.ts'
import type { Clock } from '../shared/clock.ts'
import type { IngestionMetrics } from './metrics.ts'
import type { Workshop } from './workshop.ts'

/** What reading feeds needs of the rest of the program. */
export type Ingestion = {
  database: Database
  client: OutboundClient
  robots: Robots
  workshop: Workshop
  metrics: IngestionMetrics
  clock: Clock
  /** From 0 to 1. */
  random: () => number
  /** Waits, and ends early where the process is stopping. */
  pause(ms: number): Promise<void>
  logger: { warn(facts: object, message: string): void; error(facts: object, message: string): void }
  /** Where hubs reach this service; `undefined` where they cannot. */
  publicUrl: () => string | undefined
}

/** By which robots.txt knows us. */
export const agentName = 'Newsweave'
/** Between two requests to one host. */
export const hostPauseMs = 2000
/** How long a worker has a feed and its host; it asks for more where pages take longer. */
export const leaseMs = 5 * 60 * 1000
