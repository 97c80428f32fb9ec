import { createOutboundClient, type OutboundOptions } from '../outbound/client.ts'
import { findMatching } from '../search/matching.ts'
import { systemClock } from '../shared/clock.ts'
import { atOncePerHost } from '../webhooks/claiming.ts'
import type { Delivering } from '../webhooks/delivering.ts'
import { countAllPending, countUndispatched, oldestPendingSeconds } from '../webhooks/figures.ts'
import { webhookMetrics } from '../webhooks/metrics.ts'

type Needed = Pick<Delivering, 'database' | 'logger' | 'publicUrl'> &
  Pick<OutboundOptions, 'allow' | 'userAgent'>
type Replaceable = Pick<Delivering, 'clock' | 'random'> & Pick<OutboundOptions, 'lookup'>

/** A test must not wait for a connection that deliveries have. */
const socketsForTests = 2

/** Everything that webhooks need. Nothing is started, and nothing leaves the machine, until it is used. */
export function createDelivering(
  { database, logger, publicUrl, allow, userAgent }: Needed,
  { clock = systemClock, random = Math.random, lookup }: Partial<Replaceable> = {},
): Delivering & { close(): Promise<void> } {
  const maxSocketsPerOrigin = atOncePerHost + socketsForTests
  const client = createOutboundClient({ allow, userAgent, maxSocketsPerOrigin, ...(lookup && { lookup }) })
  return {
    database,
    client,
    findMatching,
    metrics: webhookMetrics({
      pending: () => countAllPending(database),
      oldestPendingSeconds: () => oldestPendingSeconds(database, clock()),
      behind: () => countUndispatched(database),
    }),
    clock,
    random,
    logger,
    publicUrl,
    close: () => client.close(),
  }
}
