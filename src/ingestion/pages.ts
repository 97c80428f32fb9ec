import { siteOf } from '../outbound/hosts.ts'
import { OutboundError } from '../outbound/outbound-error.ts'
import { retryAfterMs } from '../outbound/retry-after.ts'
import { type ClaimedFeed, claimHost, releaseHost } from '../sources/polling.ts'
import { agentName, hostPauseMs, type Ingestion, leaseMs } from './ingestion.ts'
import { renewLease } from './lease.ts'
import type { ExtractedPage } from './page.ts'
import { tellOf, WorkshopError } from './workshop.ts'

/** A page, or why there is none; `later` where a poll has fetched as many as one may. */
export type PageAnswer = { page: ExtractedPage } | { problem: string } | 'later'
export type ItemPages = {
  read(url: string): Promise<PageAnswer>
  /** How long the host of the feed is to be left alone when all are read. */
  heldMs(): number
}

const maxPages = 20
const forbidden = { problem: 'The robots.txt of its site does not allow it, or cannot be read.' }
/** How often a host that is busy is asked whether it is free. */
const attempts = 5
const maxPageBytes = 4 * 1024 ** 2

/** Fetches the pages of a feed's items, one after another with a pause before each, as their hosts' robots.txt allows. */
export function itemPages(ingestion: Ingestion, feed: ClaimedFeed): ItemPages {
  const { database, pause } = ingestion
  let fetched = 0
  let held = hostPauseMs

  async function read(url: string): Promise<PageAnswer> {
    const host = siteOf(url)
    const isOwn = feed.hasHost && host === feed.host
    if (isOwn && held > hostPauseMs) return { problem: `${host} asks to be left alone.` }
    if (fetched === maxPages) return 'later'
    await pause(hostPauseMs)
    await database.write((tx) => renewLease(tx, feed))
    const hold = (ms: number) => {
      held = Math.max(held, ms)
    }
    const answer = isOwn
      ? await readPage(ingestion, url, feed.time_zone, hold)
      : await readElsewhere(ingestion, host, { url, zone: feed.time_zone })
    if (answer !== forbidden) fetched++
    return answer
  }

  return { read, heldMs: () => held }
}

/** A page of a host that did not come with the feed, and that others may be reading. */
async function readElsewhere(
  ingestion: Ingestion,
  host: string,
  { url, zone }: { url: string; zone: string | null },
): Promise<PageAnswer> {
  if (!(await taken(ingestion, host))) return { problem: `${host} is busy with other requests.` }
  let held = hostPauseMs
  try {
    return await readPage(ingestion, url, zone, (ms) => {
      held = Math.max(held, ms)
    })
  } finally {
    await ingestion.database.write((tx) => releaseHost(tx, host, held))
  }
}

async function taken({ database, pause }: Ingestion, host: string): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (await database.write((tx) => claimHost(tx, host, leaseMs))) return true
    await pause(hostPauseMs)
  }
  return false
}

/** Fetches a page and says what we make of it. `hold` is told where its host asks to be left alone. */
export async function readPage(
  { client, robots, workshop, clock }: Pick<Ingestion, 'client' | 'robots' | 'workshop' | 'clock'>,
  url: string,
  zone: string | null,
  hold: (ms: number) => void = () => {},
): Promise<Exclude<PageAnswer, 'later'>> {
  try {
    if (!(await robots.isAllowed(url, agentName))) return forbidden
    const headers = { accept: 'text/html, application/xhtml+xml;q=0.9, */*;q=0.1' }
    const answer = await client.request({ url, headers, maxBytes: maxPageBytes, cut: true })
    const contentType = answer.headers['content-type'] ?? null
    if (answer.status === 429) hold(retryAfterMs(answer.headers['retry-after'], clock()) ?? hostPauseMs)
    if (answer.status !== 200) return { problem: `The server answered ${answer.status}.` }
    if (contentType && !/html|xml|text\/plain/i.test(contentType))
      return { problem: `It is no page but ${contentType}.` }
    const input = { bytes: answer.body, contentType, url: answer.url, zone, now: clock() }
    return { page: await workshop.run('extractPage', input) }
  } catch (error) {
    if (error instanceof OutboundError) return { problem: `${error.message} (${error.code})` }
    if (error instanceof WorkshopError) return { problem: tellOf(error) }
    throw error
  }
}
