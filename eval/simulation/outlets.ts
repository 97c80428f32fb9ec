import { parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import { type Misfire, misfiresOf } from './misfires.ts'
import { type PlannedItem, plannedItems } from './planned-items.ts'
import { oneOf, randomOf } from './random.ts'
import type { SavedFeed } from './saved-feeds.ts'
import { publicationTimes } from './timeline.ts'

export const hourMs = 3_600_000

/** An invented outlet with the items of a real feed, and how its server does. */
export type Outlet = {
  number: number
  host: string
  saved: SavedFeed
  items: PlannedItem[]
  holds: number
  order: 'newest' | 'oldest' | 'shuffled'
  validators: 'both' | 'etag' | 'lastModified' | 'fickle' | 'none'
  /** What its Cache-Control says. */
  maxAgeSeconds: number | undefined
  /** Something in the document differs each time it is made. */
  isVolatile: boolean
  charset: 'utf-8' | 'gbk as utf-8' | 'gbk' | 'utf-8 as latin-1'
  isCompressed: boolean
  misfires: Misfire[]
  move: { at: number; status: 301 | 302; host: string; path: string } | undefined
  hasPages: boolean
}

type Frame = { seed: string; from: number; days: number; pageOutlets: number }

/** Outlets for these feeds: always the same for the same seed. */
export function outletsOf(feeds: SavedFeed[], frame: Frame): Outlet[] {
  const withPages = feeds.filter(linksToPages).slice(0, frame.pageOutlets)
  return feeds.map((saved, index) => outletOf(saved, index + 1, withPages.includes(saved), frame))
}

function outletOf(saved: SavedFeed, number: number, hasPages: boolean, frame: Frame): Outlet {
  const random = randomOf(`${frame.seed} ${number} ${saved.name}`)
  const { from, days } = frame
  const host = hostOf(number)
  const times = publicationTimes(saved, { from, days, random })
  const volatility = random()
  return {
    number,
    host,
    saved,
    items: plannedItems(saved, { outlet: number, times, random, until: from + days * 24 * hourMs }),
    holds: Math.max(3, Math.ceil(saved.items.length * (0.4 + 0.6 * random()))),
    order: oneOf(random, ['newest', 'newest', 'newest', 'oldest', 'shuffled']),
    validators: oneOf(random, ['both', 'both', 'both', 'etag', 'etag', 'lastModified', 'fickle', 'none']),
    maxAgeSeconds: oneOf(random, [undefined, undefined, undefined, 0, 300, 1800, 7200]),
    isVolatile: volatility < 0.15,
    charset: oneOf(random, [...Array(12).fill('utf-8'), 'gbk as utf-8', 'gbk', 'utf-8 as latin-1']),
    isCompressed: random() < 0.5,
    misfires: misfiresOf(random, { from, days }),
    move: moveOf(random, { number, host, from, days }),
    hasPages,
  }
}

/** Some outlets are neighbours on one site. */
function hostOf(number: number): string {
  return number % 10 === 0 ? `en.outlet-${number - 1}.example` : `outlet-${number}.example`
}

function moveOf(
  random: () => number,
  { number, host, from, days }: { number: number; host: string; from: number; days: number },
): Outlet['move'] {
  const [kind, at] = [random(), from + random() * days * 0.5 * 24 * hourMs]
  if (kind < 0.06) return { at, status: 301, host, path: '/moved/feed.xml' }
  if (kind < 0.12) return { at, status: 302, host, path: '/for-now/feed.xml' }
  if (kind < 0.15) return { at, status: 301, host: `elsewhere-${number}.example`, path: '/feed.xml' }
  return undefined
}

const anyOrigin = 'http://any.example'

/** Whether each item has a summary, which stays its own beside a page, and an address of its own that can be led to one. */
function linksToPages({ head, items, tail, separator, render }: SavedFeed): boolean {
  const state = { mark: '', title: '', guid: '', date: undefined, host: anyOrigin }
  const document = head + items.map(({ text }) => render(text, state)).join(separator) + tail
  const frame = { contentType: null, url: anyOrigin, now: new Date() }
  const read = parseFeed(Buffer.from(document), frame).items
  const urls = new Set(read.map(({ url }) => url))
  return (
    items.length >= 5 &&
    items.length <= 50 &&
    urls.size === items.length &&
    read.every(({ url, summaryHtml }) => url?.startsWith(`${anyOrigin}/`) && summaryHtml !== null)
  )
}
