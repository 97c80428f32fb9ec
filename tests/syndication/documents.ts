import { execFileSync } from 'node:child_process'
import type { FeedItem } from '../../src/ingestion/item.ts'
import { parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import type { Api, ApiReply } from '../support/api.ts'

export const formats = ['rss', 'atom', 'json'] as const
export type Format = (typeof formats)[number]

/** Throws where the text is no well-formed XML, by a parser that shares nothing with ours. */
export function checkWellFormed(text: string): void {
  execFileSync('xmllint', ['--noout', '--nonet', '-'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** A document as it came, whatever its format. */
export const textOf = ({ headers, body }: ApiReply): string =>
  headers['content-type']?.includes('json') ? JSON.stringify(body) : String(body)

/** What our own reader of foreign feeds makes of one of ours. */
export function itemsOf(answer: ApiReply): FeedItem[] {
  const frame = {
    contentType: answer.headers['content-type'] ?? null,
    url: 'http://newsweave.test/feed',
    now: new Date('2027-01-01T00:00:00Z'),
  }
  const feed = parseFeed(Buffer.from(textOf(answer)), frame)
  if (feed.dropped.length > 0) throw new Error(JSON.stringify(feed.dropped))
  return feed.items
}

/** Where an Atom document leads, by relation. */
export function linksOf(answer: ApiReply): Record<string, string> {
  const head = String(answer.body).split('<entry')[0] ?? ''
  const links = [...head.matchAll(/<link rel="([^"]+)" href="([^"]+)"/g)]
  return Object.fromEntries(links.map(([, rel, href = '']) => [rel, href.replaceAll('&amp;', '&')]))
}

export const idsOf = (answer: ApiReply): string[] =>
  itemsOf(answer).map(({ guid }) => (guid ?? '').replace('urn:uuid:', ''))

/** The documents from one on, as long as a relation leads further. */
export async function walk(
  api: Pick<Api, 'get'>,
  from: string,
  relation: string,
  onEach: () => Promise<void> = async () => {},
): Promise<ApiReply[]> {
  const documents: ApiReply[] = []
  for (let url: string | undefined = from; url !== undefined; ) {
    const answer: ApiReply = await api.get(url)
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${answer.bytes}`)
    documents.push(answer)
    await onEach()
    url = linksOf(answer)[relation]
  }
  return documents
}
