import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ChangeType } from '../changes/change.ts'
import type { Queries } from '../database/database.ts'
import { readyAnswer, sendReady } from '../http/response-cache.ts'
import { writeAtom } from './atom.ts'
import { type Feed, type FeedFormat, latestOf, mediaTypes } from './feed.ts'
import { writeJsonFeed } from './json-feed.ts'
import { writeRss } from './rss.ts'
import { findLastChange } from './store.ts'

const writers = { rss: writeRss, atom: writeAtom, json: writeJsonFeed }

/** What takes an item off a feed, or changes what items show, and leaves no time on the items that stay. */
const unseenChanges: ChangeType[] = [
  'article.revised',
  'article.withdrawn',
  'article.deleted',
  'tag.updated',
  'tag.merged',
  'tag.deleted',
  'source.updated',
  'story.updated',
  'story.merged',
]

/** What readers follow outside the document, too. */
const relationsInHeader = ['hub', 'next', 'prev-archive', 'next-archive']

export async function sendFeed(
  request: FastifyRequest,
  reply: FastifyReply,
  { q, feed, format }: { q: Queries; feed: Feed; format: FeedFormat },
): Promise<void> {
  const links = [{ rel: 'self', href: feed.selfUrl }, ...feed.links].filter(
    ({ rel }) => rel === 'self' || relationsInHeader.includes(rel),
  )
  await sendDocument(request, reply, {
    q,
    text: writers[format](feed),
    type: mediaTypes[format],
    changedAt: feed.items.map((item) => item.changedAt),
    link: links.map(({ rel, href }) => `<${href}>; rel="${rel}"`).join(', '),
  })
}

type FeedDocument = { q: Queries; text: string; type: string; changedAt: string[]; link?: string }

/**
 * A document with both validators. Its time is that of the newest change that it may show, withdrawals and renames included: who
 * asks by the time alone is never told that a document is the same which is not.
 */
export async function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  { q, text, type, changedAt, link }: FeedDocument,
): Promise<void> {
  const newest = latestOf([...changedAt, await findLastChange(q, unseenChanges)])
  sendReady(request, reply, {
    ...readyAnswer(Buffer.from(text), reply),
    link,
    type: `${type}; charset=utf-8`,
    lastModified: new Date(newest).toUTCString(),
    // A browser shows XML, and what stands in it is not ours.
    headers: { 'content-security-policy': "default-src 'none'; sandbox" },
  })
}
