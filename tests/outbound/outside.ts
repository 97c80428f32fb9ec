import {
  createOutboundClient,
  type OutboundAnswer,
  type OutboundClient,
  type OutboundRequest,
} from '../../src/outbound/client.ts'
import { atEnd } from '../support/cleanup.ts'
import { testClock } from '../support/clock.ts'
import { type FeedServer, type Page, startFeedServer } from '../support/feed-server.ts'

export const host = 'lighthouse.example'

export type Outside = {
  web: FeedServer
  client: OutboundClient
  /** What the client makes of a page. */
  get(page: Page, input?: Partial<OutboundRequest>): Promise<OutboundAnswer>
}

/** The web of tests, and a client that may reach it. */
export async function startOutside(clock = testClock()): Promise<Outside> {
  const web = await startFeedServer(clock)
  const client = createOutboundClient({
    allow: ['127.0.0.1'],
    userAgent: 'Newsweave/0.0.0 (+https://news.example)',
    lookup: web.lookup,
  })
  atEnd(() => client.close())
  return {
    web,
    client,
    get(page, input = {}) {
      web.put(host, '/feed.xml', page)
      return client.request({ url: web.url(host, '/feed.xml'), ...input })
    },
  }
}

export const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
