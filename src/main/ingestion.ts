import { hostPauseMs, type Ingestion } from '../ingestion/ingestion.ts'
import { ingestionMetrics } from '../ingestion/metrics.ts'
import { createWorkshop } from '../ingestion/workshop.ts'
import { createOutboundClient, type OutboundClient, type OutboundOptions } from '../outbound/client.ts'
import { createRobots } from '../outbound/robots.ts'
import { Abandoned } from '../shared/abandoned.ts'
import { systemClock } from '../shared/clock.ts'
import { readLag } from '../sources/polling.ts'

/** Of what strangers send at most one thing is worked on at a time, beside the thread that answers everybody. */
const threads = 1
const taskTimeoutMs = 5000
const taskMemoryMb = 512

type Needed = Pick<Ingestion, 'database' | 'logger' | 'publicUrl'> &
  Pick<OutboundOptions, 'allow' | 'userAgent'>
type Replaceable = Pick<Ingestion, 'clock' | 'random' | 'pause'> & Pick<OutboundOptions, 'lookup'>

/** Everything that reading feeds and pages needs. Nothing is started, and nothing leaves the machine, until it is used. */
export function createIngestion(
  { database, logger, publicUrl, allow, userAgent }: Needed,
  { clock = systemClock, random = Math.random, pause = wait, lookup }: Partial<Replaceable> = {},
): Ingestion & { close(): Promise<void> } {
  const client = endingClient(createOutboundClient({ allow, userAgent, ...(lookup && { lookup }) }))
  const workshop = createWorkshop({ size: threads, timeoutMs: taskTimeoutMs, maxMemoryMb: taskMemoryMb })
  return {
    database,
    client,
    robots: createRobots({ client: withPauses(client, pause), clock }),
    workshop,
    metrics: ingestionMetrics(() => readLag(database, clock())),
    clock,
    random,
    pause,
    logger,
    publicUrl,
    async close() {
      await client.close()
      await workshop.close()
    },
  }
}

/** What is still asked for when it closes is given up, and is no failure of whoever was asked. */
function endingClient(client: OutboundClient): OutboundClient {
  const closing = new AbortController()
  return {
    request: (input) => client.request({ signal: closing.signal, ...input }),
    close() {
      closing.abort(new Abandoned('The process is stopping.'))
      return client.close()
    },
  }
}

/** A host that has told its rules is not asked for a page in the same moment. */
function withPauses(client: OutboundClient, pause: Replaceable['pause']): OutboundClient {
  return {
    ...client,
    async request(input) {
      try {
        return await client.request(input)
      } finally {
        await pause(hostPauseMs)
      }
    },
  }
}

const wait = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms).unref())
