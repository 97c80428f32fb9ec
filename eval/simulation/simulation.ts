import { setImmediate as turn } from 'node:timers/promises'
import { type Logger, pino } from 'pino'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import type { Ingestion } from '../../src/ingestion/ingestion.ts'
import { readDue } from '../../src/ingestion/worker.ts'
import { createApp } from '../../src/main/app.ts'
import { createIngestion } from '../../src/main/ingestion.ts'
import { createDelivering } from '../../src/main/webhooks.ts'
import type { Clock } from '../../src/shared/clock.ts'
import { findNextDue } from '../../src/sources/polling.ts'
import { type Outlet, outletsOf } from './outlets.ts'
import { randomOf } from './random.ts'
import type { SavedFeed } from './saved-feeds.ts'
import { startWeb, type Web } from './web.ts'

export type SimulatedClock = Clock & { reach(time: number): void }

export type Simulation = {
  outlets: Outlet[]
  sourceIds: Map<Outlet, string>
  /** The articles that an editor deleted, by the marks of their items. */
  deleted: Map<string, string>
  web: Web
  database: Database
  log: string[]
  from: number
  days: number
  request(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    body?: object,
  ): Promise<{ status: number; body: Answer }>
}
type Answer = { id: string } & Record<string, unknown>

type Frame = { feeds: SavedFeed[]; days: number; pageOutlets: number; seed: string }

const start = Date.parse('2026-11-23T06:00:00Z')
const key = 'simulated'
/** Whoever says nothing is given up soon: here real time passes. */
const timeouts = { wholeMs: 1500 }
const lookAgainMs = 60_000
/** At the end for whatever is still under way. */
const afterwardsMs = 3 * 3_600_000

export function simulatedClock(): SimulatedClock {
  let now = start
  return Object.assign(() => new Date(now), {
    reach(time: number) {
      now = Math.max(now, Math.ceil(time))
    },
  })
}

/** Lets the program read the outlets for some days of a clock that jumps from one due feed to the next. */
export async function simulate(
  { database, clock }: { database: Database; clock: SimulatedClock },
  { feeds, days, pageOutlets, seed }: Frame,
): Promise<Simulation> {
  const outlets = outletsOf(feeds, { seed, from: start, days, pageOutlets })
  const web = await startWeb(outlets, clock)
  const log: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(line) })
  const ingestion = ingestionAt({ database, clock, logger, seed })
  const request = await requester({ database, clock, logger, ingestion })
  const simulation = {
    outlets,
    sourceIds: new Map(),
    deleted: new Map(),
    web,
    database,
    log,
    from: start,
    days,
    request,
  }
  try {
    await subscribe(simulation)
    await run(simulation, ingestion, clock)
    return simulation
  } finally {
    await ingestion.close()
    await web.close()
  }
}

function ingestionAt({
  database,
  clock,
  logger,
  seed,
}: {
  database: Database
  clock: SimulatedClock
  logger: Logger
  seed: string
}) {
  const outside = {
    database,
    logger,
    publicUrl: () => undefined,
    allow: ['127.0.0.1'],
    userAgent: 'Newsweave simulation',
  }
  // Those who wait at the same time wait together.
  const pause = async (ms: number) => {
    const until = clock().getTime() + ms
    await turn()
    clock.reach(until)
  }
  const lookup = async () => ['127.0.0.1']
  const ingestion = createIngestion(outside, { clock, random: randomOf(seed), pause, lookup })
  const { client } = ingestion
  return {
    ...ingestion,
    client: { ...client, request: (input) => client.request({ timeouts, ...input }) },
  } satisfies typeof ingestion
}

type Running = { database: Database; clock: Clock; logger: Logger; ingestion: Ingestion }

async function requester({ database, clock, logger, ingestion }: Running): Promise<Simulation['request']> {
  const publicUrl = () => 'http://newsweave.example'
  const app = await createApp({
    database,
    clock,
    logger,
    ingestion,
    delivering: createDelivering({
      database,
      logger,
      publicUrl,
      allow: [],
      userAgent: 'Newsweave simulation',
    }),
    publicUrl,
    readAccess: 'open',
    trustedProxies: [],
    adminKey: key,
    rateLimits: { anonymous: 1_000_000, key: 1_000_000 },
    cache: false,
    corsOrigins: '*',
  })
  return async (method, url, body) => {
    const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) }
    const reply = await app.inject({ method, url, headers, ...(body && { payload: JSON.stringify(body) }) })
    return { status: reply.statusCode, body: (reply.payload ? reply.json() : {}) as Answer }
  }
}

async function subscribe({ outlets, sourceIds, web, request }: Simulation): Promise<void> {
  for (const outlet of outlets) {
    const { status, body } = await request('POST', '/v1/sources', {
      name: `Outlet ${outlet.number}`,
      homeUrl: web.homeUrl(outlet),
      feedUrl: web.feedUrl(outlet),
      extraction: outlet.hasPages ? 'always' : 'never',
    })
    if (status !== 201) throw new Error(`The source was not added: ${JSON.stringify(body)}`)
    sourceIds.set(outlet, body.id)
  }
}

async function run(simulation: Simulation, ingestion: Ingestion, clock: SimulatedClock): Promise<void> {
  const { database, from, days } = simulation
  const deletions = simulation.outlets
    .flatMap((outlet) => outlet.items.map((item) => ({ outlet, item, at: item.deletedAt ?? Infinity })))
    .filter(({ at }) => at < from + days * 86_400_000)
    .sort((a, b) => a.at - b.at)
  const end = from + days * 86_400_000 + afterwardsMs
  while (clock().getTime() < end) {
    const due = Date.parse((await findNextDue(database)) ?? '') || end
    clock.reach(Math.min(due, deletions[0]?.at ?? end))
    while (deletions[0] && deletions[0].at <= clock().getTime())
      await deleteArticle(simulation, deletions.shift() as never)
    const read = await readDue(ingestion)
    if (read === 0 && due <= clock().getTime()) clock.reach(clock().getTime() + lookAgainMs)
  }
}

type Deletion = { outlet: Outlet; item: Outlet['items'][number] }

async function deleteArticle(simulation: Simulation, { outlet, item }: Deletion): Promise<void> {
  const { database, sourceIds, deleted, request } = simulation
  const mark = `%${item.mark}e%`
  const article = await database.one<{ id: string }>(sql`
    select a.id from article a left join article_body b on b.article_id = a.id
    where a.source_id = ${sourceIds.get(outlet)} and (a.summary like ${mark} or b.text like ${mark})`)
  if (!article) return
  const { status } = await request('DELETE', `/v1/articles/${article.id}`)
  if (status !== 204) throw new Error(`The article was not deleted: ${status}`)
  deleted.set(item.mark, article.id)
}
