import { hash } from 'node:crypto'
import { cacheLifetimeMs } from '../outbound/cache-lifetime.ts'
import type { OutboundAnswer, OutboundClient } from '../outbound/client.ts'
import { linksInHeader } from '../outbound/link-header.ts'
import { OutboundError, outboundReason } from '../outbound/outbound-error.ts'
import { retryAfterMs } from '../outbound/retry-after.ts'

type Asked = {
  feed_url: string
  etag: string | null
  last_modified: string | null
  content_hash: string | null
}

/** What came of asking for a feed. `bytes` are those on the wire. */
export type FeedAnswer = { httpStatus: number | null; bytes: number } & (
  | {
      kind: 'feed'
      body: Uint8Array
      contentType: string | null
      url: string
      validators: Validators
      freshForMs: number
      movedTo: string | null
      isCut: boolean
      /** The hub and the address that the answer names for it, which go before those in the document (WebSub, section 4). */
      links: { hubUrl: string | null; selfUrl: string | null }
    }
  /** It is as it was: the server says so, or sent the same bytes again. */
  | { kind: 'same'; validators: Validators; freshForMs: number; movedTo: string | null }
  | { kind: 'failed'; error: string; retryAfterMs: number | null; holdsHost: boolean; gone: boolean }
)
export type Validators = Record<'etag' | 'last_modified' | 'content_hash', string | null>

const accept =
  'application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1'
/** A larger feed is read up to here. */
const maxDecodedBytes = 8 * 1024 ** 2
/** A host that limits without saying for how long. */
const heldMs = 60 * 60 * 1000

/** Asks for a feed, and only for what is new of it: validators are sent back as they came (RFC 9110, section 13). */
export async function fetchFeed(client: OutboundClient, feed: Asked, now: Date): Promise<FeedAnswer> {
  const headers = {
    accept,
    ...(feed.etag !== null && { 'if-none-match': feed.etag }),
    ...(feed.last_modified !== null && { 'if-modified-since': feed.last_modified }),
  }
  try {
    return answerOf(
      await client.request({ url: feed.feed_url, headers, maxDecodedBytes, cut: true }),
      feed,
      now,
    )
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    const failed = { retryAfterMs: null, holdsHost: false, gone: false, httpStatus: null, bytes: 0 }
    return { kind: 'failed', error: outboundReason(error), ...failed }
  }
}

function answerOf(answer: OutboundAnswer, feed: Asked, now: Date): FeedAnswer {
  const { status, headers, bytes } = answer
  const common = { httpStatus: status, bytes, freshForMs: cacheLifetimeMs(headers, now) ?? 0 }
  const movedTo = movedForGood(answer)
  if (status === 304 && (feed.etag !== null || feed.last_modified !== null)) {
    const { etag, last_modified } = feed
    return {
      kind: 'same',
      ...common,
      validators: { etag, last_modified, content_hash: feed.content_hash },
      movedTo,
    }
  }
  if (status < 200 || status > 299 || answer.body.length === 0) return failedAnswer(answer, now)
  const contentHash = hash('sha256', answer.body, 'base64url')
  const validators = {
    etag: headers.etag ?? null,
    last_modified: headers['last-modified'] ?? null,
    content_hash: contentHash,
  }
  if (contentHash === feed.content_hash) return { kind: 'same', ...common, validators, movedTo }
  const contentType = headers['content-type'] ?? null
  const { body, url } = answer
  const isCut = body.length === maxDecodedBytes
  const link = (relation: string) => linksInHeader(headers.link, relation, url)[0] ?? null
  const links = { hubUrl: link('hub'), selfUrl: link('self') }
  return { kind: 'feed', ...common, body, contentType, url, validators, movedTo, isCut, links }
}

/** Where every redirect on the way says that it is for good. */
function movedForGood({ redirects, url }: OutboundAnswer): string | null {
  const forGood = redirects.length > 0 && redirects.every(({ status }) => status === 301 || status === 308)
  return forGood ? url : null
}

function failedAnswer({ status, headers, bytes }: OutboundAnswer, now: Date): FeedAnswer {
  const asked = retryAfterMs(headers['retry-after'], now)
  // Some hosts say 403 where they mean 429.
  const limited = status === 429 || (status === 403 && asked !== undefined)
  return {
    kind: 'failed',
    httpStatus: status,
    bytes,
    error: status >= 200 && status < 300 ? 'The answer is empty.' : `The server answered ${status}.`,
    retryAfterMs: asked ?? (limited ? heldMs : null),
    holdsHost: limited,
    gone: status === 410,
  }
}
