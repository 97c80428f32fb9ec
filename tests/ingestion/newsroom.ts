import type { Ingestion } from '../../src/ingestion/ingestion.ts'
import { readDue } from '../../src/ingestion/worker.ts'
import { createWorkshop } from '../../src/ingestion/workshop.ts'
import { createIngestion } from '../../src/main/ingestion.ts'
import { addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import type { Engine } from '../support/engines.ts'
import { type FeedServer, startFeedServer } from '../support/feed-server.ts'
import { memoryLog } from '../support/log.ts'

export type Reading = {
  clock: TestClock
  web: FeedServer
  api: Api
  ingestion: Ingestion
  log: ReturnType<typeof memoryLog>
  /** Adds a source whose feed is at this host and path, and answers its id. */
  add(host: string, path?: string, members?: Record<string, unknown>): Promise<string>
  /** Reads what is due now. */
  read(): Promise<number>
  /** Lets time pass, and reads what is due by then. */
  later(minutes: number): Promise<number>
}

/** One for all tests: a thread keeps nothing of what it did, and takes longer to start than most of them. */
const workshop = createWorkshop({ size: 1, timeoutMs: 20_000, maxMemoryMb: 512 })

/** The program reading feeds of a web on loopback, at a clock that only tests move. */
export async function startReading(engine: Engine, publicUrl?: string): Promise<Reading> {
  const clock = testClock()
  const database = await engine.open(clock)
  const web = await startFeedServer(clock)
  const log = memoryLog('warn')
  const outside = {
    database,
    logger: log.logger,
    publicUrl: () => publicUrl,
    allow: ['127.0.0.1'],
    userAgent: 'Newsweave tests',
  }
  const pause = async (ms: number) => clock.advance(ms)
  const own = createIngestion(outside, { clock, random: () => 0, pause, lookup: web.lookup })
  atEnd(own.close)
  const ingestion = { ...own, workshop }
  const api = await startApi(database, { clock, ingestion })
  const read = () => readDue(ingestion)
  return {
    clock,
    web,
    api,
    ingestion,
    log,
    add: (host, path = '/feed.xml', members = {}) =>
      addSource(api, { name: host, homeUrl: web.url(host), feedUrl: web.url(host, path), ...members }),
    read,
    later(minutes) {
      clock.advance(minutes * 60_000)
      return read()
    },
  }
}

export type Item = {
  guid?: string
  link?: string
  title?: string
  html?: string
  date?: string
  more?: string
}

/** An RSS feed of these items, the first on top. */
export function rssOf(items: Item[], channel = ''): string {
  const texts = items.map(
    ({ guid, link, title, html, date = 'Mon, 23 Nov 2026 05:00:00 GMT', more = '' }) =>
      `<item>${guid ? `<guid isPermaLink="false">${guid}</guid>` : ''}${link ? `<link>${link}</link>` : ''}
      ${title ? `<title>${title}</title>` : ''}<pubDate>${date}</pubDate>
      ${html ? `<description><![CDATA[${html}]]></description>` : ''}${more}</item>`,
  )
  return `<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
    <title>Lighthouse Daily</title><link>https://lighthouse.example/</link>${channel}${texts.join('\n')}</channel></rss>`
}

/** A text that is long enough to be no summary. */
export const longText = `<p>${'The heron left the laboratory in the morning and was back before noon. '.repeat(12)}</p>`

export function heron(number: number, members: Item = {}): Item {
  return {
    guid: `heron-${number}`,
    link: `https://lighthouse.example/heron-${number}`,
    title: `Heron ${number}`,
    html: longText,
    ...members,
  }
}
