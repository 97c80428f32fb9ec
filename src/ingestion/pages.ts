import { siteOf } from '../outbound/hosts.ts'
import { type OutboundCode, OutboundError, outboundReason } from '../outbound/outbound-error.ts'
import { retryAfterMs } from '../outbound/retry-after.ts'
import { tellOf, WorkshopError } from '../shared/workshop.ts'
import type { ClaimedFeed } from '../sources/polling.ts'
import { agentName, hostPauseMs, type Ingestion } from './ingestion.ts'
import { renewLease } from './lease.ts'
import type { ExtractedPage } from './page.ts'
import { type Passing, SiteBusy, startPassing } from './passing.ts'

/** A page, or why there is none, with `isForNow` where there may be one later; `later` where a poll has fetched as many as one may. */
export type PageAnswer = { page: ExtractedPage } | { problem: string; isForNow?: true } | 'later'
export type ItemPages = {
  read(url: string): Promise<PageAnswer>
  /** How long the host of the feed is to be left alone when all are read. */
  heldMs(): number
}

const maxPages = 20
const forbidden = { problem: 'The robots.txt of its site does not allow it, or cannot be read.' }
const maxPageBytes = 4 * 1024 ** 2
/** However slowly a site wants to be read. */
const longestCrawlDelayMs = 60_000

/** Fetches the pages of a feed's items, one after another with a pause before each, as their hosts' robots.txt allows. */
export function itemPages(ingestion: Ingestion, feed: ClaimedFeed): ItemPages {
  const { database, pause } = ingestion
  const ownSite = feed.hasHost ? feed.host : undefined
  const passing = startPassing(ingestion, ownSite)
  let fetched = 0

  async function read(url: string): Promise<PageAnswer> {
    const site = siteOf(url)
    if (passing.heldMs(site) > 0) return { problem: `${site} asks to be left alone.`, isForNow: true }
    if (fetched === maxPages) return 'later'
    await pause(hostPauseMs)
    await database.write((tx) => renewLease(tx, feed))
    const answer = await readPassing(ingestion, { url, zone: feed.time_zone, passing })
    if (answer !== forbidden) fetched++
    return answer
  }

  return { read, heldMs: () => Math.max(hostPauseMs, passing.heldMs(feed.host)) }
}

/** For what a hub has pushed, which is kept before anything else is asked for. */
export const noPages: ItemPages = {
  read: async () => ({ problem: 'It is read after what a hub has pushed is kept.', isForNow: true }),
  heldMs: () => hostPauseMs,
}

/** The page with all sites on the way to it taken, which others may be reading. */
async function readPassing(
  ingestion: Ingestion,
  { url, zone, passing }: { url: string; zone: string | null; passing: Passing },
): Promise<Exclude<PageAnswer, 'later'>> {
  try {
    await passing.enter(url)
    return await readPage(ingestion, url, zone, {
      hold: passing.hold,
      beforeLeaving: passing.enter,
      async beforePage() {
        const asked = (await ingestion.robots.crawlDelayMs(url, agentName)) ?? 0
        const delayMs = Math.min(asked, longestCrawlDelayMs)
        if (delayMs > hostPauseMs) await ingestion.pause(delayMs - hostPauseMs)
      },
    })
  } catch (error) {
    if (error instanceof SiteBusy) return { problem: error.message, isForNow: true }
    throw error
  } finally {
    await passing.leave()
  }
}

/** How a page is fetched that nobody is waiting for. `hold` is told where a site asks to be left alone. */
type Manners = {
  hold: (url: string, ms: number) => void
  beforePage: () => Promise<void>
  beforeLeaving: (url: string) => Promise<void>
}

/** What says nothing of the page, and may be otherwise at the next poll. */
const passingFaults: OutboundCode[] = ['dns', 'connect', 'timeout', 'reset']
const mayPass = (status: number) => status === 408 || status === 429 || status >= 500

/** Fetches a page and says what we make of it. */
export async function readPage(
  { client, robots, workshop, clock }: Pick<Ingestion, 'client' | 'robots' | 'workshop' | 'clock'>,
  url: string,
  zone: string | null,
  { hold, beforePage, beforeLeaving }: Partial<Manners> = {},
): Promise<Exclude<PageAnswer, 'later'>> {
  try {
    if (!(await robots.isAllowed(url, agentName))) {
      const heldMs = robots.heldMs(url)
      if (heldMs === 0) return forbidden
      hold?.(url, heldMs)
      return { ...forbidden, isForNow: true }
    }
    await beforePage?.()
    const headers = { accept: 'text/html, application/xhtml+xml;q=0.9, */*;q=0.1' }
    const asked = { url, headers, maxBytes: maxPageBytes, cut: true, ...(beforeLeaving && { beforeLeaving }) }
    const answer = await client.request(asked)
    const contentType = answer.headers['content-type'] ?? null
    if (answer.status === 429) {
      const askedMs = retryAfterMs(answer.headers['retry-after'], clock())
      hold?.(answer.url, askedMs ?? hostPauseMs)
    }
    if (answer.status !== 200) {
      const problem = `The server answered ${answer.status}.`
      return mayPass(answer.status) ? { problem, isForNow: true } : { problem }
    }
    if (contentType && !/html|xml|text\/plain/i.test(contentType))
      return { problem: `It is no page but ${contentType}.` }
    const input = { bytes: answer.body, contentType, url: answer.url, zone, now: clock() }
    return { page: await workshop.run('extractPage', input) }
  } catch (error) {
    if (error instanceof OutboundError) {
      const problem = outboundReason(error)
      return passingFaults.includes(error.code) ? { problem, isForNow: true } : { problem }
    }
    if (error instanceof WorkshopError) return { problem: tellOf(error) }
    throw error
  }
}
