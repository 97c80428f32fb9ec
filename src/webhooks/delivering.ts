import type { ArticleFilters } from '../articles/listing.ts'
import type { Database, Queries } from '../database/database.ts'
import type { OutboundClient } from '../outbound/client.ts'
import type { Clock } from '../shared/clock.ts'
import type { WebhookMetrics } from './metrics.ts'

/** Which of these articles a query finds now. Of a query that cannot be read any more that is none. */
export type FindMatching = (
  q: Queries,
  query: ArticleFilters & { q?: string; expand?: boolean },
  articleIds: string[],
) => Promise<Set<string>>

/** Everything that telling receivers of changes needs. */
export type Delivering = {
  database: Database
  client: OutboundClient
  findMatching: FindMatching
  metrics: WebhookMetrics
  clock: Clock
  /** From 0 to 1, for the jitter and for whose turn it is. */
  random: () => number
  logger: { error(details: object, message: string): void; warn(details: object, message: string): void }
  /** Without a slash at its end. */
  publicUrl: () => string
}
