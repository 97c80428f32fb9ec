import { z } from 'zod'
import { webUrl } from '../http/parameters.ts'
import { OutboundError, outboundReason } from '../outbound/outbound-error.ts'
import { invalidField } from '../shared/failure.ts'
import { WorkshopError } from '../shared/workshop.ts'
import { feedFormats } from '../sources/source.ts'
import { hostPauseMs, type Ingestion } from './ingestion.ts'
import type { ParsedFeed } from './item.ts'

export const SiteToSearch = z
  .strictObject({ url: webUrl.describe('A feed, or a page of the site that may have one.') })
  .meta({ id: 'SiteToSearch', example: { url: 'https://lighthouse.example/' } })

/** A feed that was found and read, as `createSource` takes it. */
export const FoundFeed = z
  .object({
    name: z.string(),
    homeUrl: z.string(),
    feedUrl: z.string(),
    language: z.string().nullable(),
    format: z.enum(feedFormats),
    items: z.int().describe('How many it has now.'),
    newestItemAt: z.string().nullable(),
  })
  .meta({
    id: 'FoundFeed',
    example: {
      name: 'Lighthouse Daily',
      homeUrl: 'https://lighthouse.example/',
      feedUrl: 'https://lighthouse.example/feed.xml',
      language: 'en',
      format: 'rss',
      items: 20,
      newestItemAt: '2026-11-23T06:08:00.000Z',
    },
  })
export type FoundFeed = z.infer<typeof FoundFeed>

/** The feeds of a site, and those that its page names but that cannot be read. */
export const FoundFeeds = z
  .object({
    data: z.array(FoundFeed),
    unreadable: z
      .array(
        z.object({
          feedUrl: z.string().describe('As the page names it.'),
          reason: z.string().describe('Why it is not among the feeds.'),
        }),
      )
      .describe('What the page names and is no feed that can be read.'),
  })
  .meta({ id: 'FoundFeeds' })
export type FoundFeeds = z.infer<typeof FoundFeeds>

type Searching = Pick<Ingestion, 'client' | 'workshop' | 'clock' | 'pause'>

/** Where sites put their feeds that name none on their pages. */
const usualPaths = ['/feed', '/feed.xml', '/rss.xml', '/atom.xml', '/index.xml', '/rss', '/feed.json']
const maxNamed = 5

/**
 * The feeds of a site: the address itself where it is one, else those that the page names, else what is at the usual places.
 * Each is fetched and read before it is told of. Throws `validation-failed` where the address cannot be fetched.
 */
export async function discoverFeeds(searching: Searching, url: string): Promise<FoundFeeds> {
  const answer = await fetchPage(searching, url).catch((error) => {
    if (error instanceof OutboundError) throw invalidField('url', outboundReason(error))
    throw error
  })
  if (answer.status !== 200) throw invalidField('url', answered(answer))
  const itself = await asFeed(searching, answer)
  if (itself) return { data: [itself], unreadable: [] }
  const named = await feedsNamedBy(searching, answer)
  if (named.length > 0) return namedFeeds(searching, named)
  return { data: await firstUsual(searching, answer.url), unreadable: [] }
}

async function namedFeeds(searching: Searching, urls: string[]): Promise<FoundFeeds> {
  const found: FoundFeeds = { data: [], unreadable: [] }
  for (const [index, url] of urls.entries()) {
    const feed = index < maxNamed ? await readFeed(searching, url) : `Only the first ${maxNamed} are read.`
    if (typeof feed === 'string') found.unreadable.push({ feedUrl: url, reason: feed })
    else if (!found.data.some(({ feedUrl }) => feedUrl === feed.feedUrl)) found.data.push(feed)
  }
  return found
}

/** Nobody named these, so that nobody is told of those that are not there. */
async function firstUsual(searching: Searching, siteUrl: string): Promise<FoundFeed[]> {
  for (const path of usualPaths) {
    const feed = await readFeed(searching, new URL(path, siteUrl).href)
    if (typeof feed !== 'string') return [feed]
  }
  return []
}

/** The feed at an address, or why there is none. */
async function readFeed(searching: Searching, url: string): Promise<FoundFeed | string> {
  await searching.pause(hostPauseMs)
  try {
    const answer = await fetchPage(searching, url)
    if (answer.status !== 200) return answered(answer)
    return (await asFeed(searching, answer)) ?? 'It is no feed that can be read.'
  } catch (error) {
    if (error instanceof OutboundError) return outboundReason(error)
    throw error
  }
}

const answered = ({ status }: Answer) => `The server answered ${status}.`

type Answer = Awaited<ReturnType<Searching['client']['request']>>

const fetchPage = ({ client }: Searching, url: string) => client.request({ url, cut: true })

function inputOf({ clock }: Searching, { body, headers, url }: Answer) {
  return { bytes: body, contentType: headers['content-type'] ?? null, url, zone: null, now: clock() }
}

async function asFeed(searching: Searching, answer: Answer): Promise<FoundFeed | undefined> {
  try {
    return foundOf(await searching.workshop.run('parseFeed', inputOf(searching, answer)), answer.url)
  } catch (error) {
    if (error instanceof WorkshopError) return undefined
    throw error
  }
}

function foundOf(feed: ParsedFeed, feedUrl: string): FoundFeed {
  const homeUrl = feed.homeUrl ?? new URL('/', feedUrl).href
  const times = feed.items.flatMap(({ publishedAt }) => publishedAt ?? []).sort()
  return {
    name: (feed.title ?? new URL(homeUrl).host).slice(0, 200),
    homeUrl,
    feedUrl,
    language: feed.language,
    format: feed.format,
    items: feed.items.length,
    newestItemAt: times.at(-1) ?? null,
  }
}

async function feedsNamedBy(searching: Searching, answer: Answer): Promise<string[]> {
  try {
    const { feeds } = await searching.workshop.run('extractPage', inputOf(searching, answer))
    return [...new Set(feeds.map(({ url }) => url))]
  } catch (error) {
    if (error instanceof WorkshopError) return []
    throw error
  }
}
