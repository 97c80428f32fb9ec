import { siteOf } from '../outbound/hosts.ts'
import { type ClaimedFeed, claimHost, releaseHost } from '../sources/polling.ts'
import { type FeedAnswer, fetchFeed } from './fetch-feed.ts'
import { hostPauseMs, type Ingestion, leaseMs } from './ingestion.ts'

/** The sites that requests pass, each taken before it is asked, and left alone for a while afterwards. */
export type Passing = {
  /** Takes the site of an address. Throws `SiteBusy` where others ask it. */
  enter(url: string): Promise<void>
  /** The site of an address asks to be left alone for so long. */
  hold(url: string, ms: number): void
  /** For how long it does; 0 where it does not. */
  heldMs(site: string): number
  /** Lets go of all that were taken. */
  leave(): Promise<void>
}

export class SiteBusy extends Error {
  constructor(site: string) {
    super(`${site} is busy with other requests.`)
    this.name = 'SiteBusy'
  }
}

/** How often a site that is busy is asked whether it is free. */
const attempts = 5

/** Without the site that the caller has already, and lets go of itself. */
export function startPassing(
  { database, pause }: Pick<Ingestion, 'database' | 'pause'>,
  ownSite: string | undefined,
): Passing {
  const taken = new Set<string>()
  const held = new Map<string, number>()
  const heldMs = (site: string) => held.get(site) ?? 0
  return {
    heldMs,
    hold(url, ms) {
      held.set(siteOf(url), Math.max(heldMs(siteOf(url)), ms))
    },
    async enter(url) {
      const site = siteOf(url)
      if (site === ownSite || taken.has(site)) return
      for (let attempt = 1; !(await database.write((tx) => claimHost(tx, site, leaseMs))); attempt++) {
        if (attempt > attempts) throw new SiteBusy(site)
        await pause(hostPauseMs)
      }
      taken.add(site)
    },
    async leave() {
      if (taken.size === 0) return
      await database.write(async (tx) => {
        for (const site of taken) await releaseHost(tx, site, Math.max(hostPauseMs, heldMs(site)))
      })
      taken.clear()
    },
  }
}

/** Fetches a feed, and leaves a site to which it leads on alone afterwards, too. One that stays busy is asked all the same: a feed is one request. */
export async function fetchFeedPolitely(
  ingestion: Ingestion,
  feed: ClaimedFeed,
  at: Date,
): Promise<FeedAnswer> {
  const passing = startPassing(ingestion, feed.host)
  const beforeLeaving = (url: string) =>
    passing.enter(url).catch((error) => {
      if (!(error instanceof SiteBusy)) throw error
    })
  const request: Ingestion['client']['request'] = (input) =>
    ingestion.client.request({ beforeLeaving, ...input })
  try {
    return await fetchFeed({ ...ingestion.client, request }, feed, at)
  } finally {
    await passing.leave()
  }
}
