import { hash } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { documentAt, type FeedDocument, type Standing } from './document.ts'
import type { MisfireKind } from './misfires.ts'
import type { Outlet } from './outlets.ts'
import type { Edition } from './planned-items.ts'

/** What a feed has been seen to do, and what is known of who asks for it. */
export type FeedState = {
  misfires: Outlet['misfires']
  lastBody: string | undefined
  changedAt: number
  answers: number
  /** Asked for since the feed last came whole. */
  pages: number
  /** Pages answered 429 or 503, each with how often. */
  heldPages: Map<string, number>
  /** One of them was, since the feed last came whole, and not for the last of the times that it may be asked for. */
  awaitsPage: boolean
  /** What was given with the last whole answer, and has to come back. */
  given: { etag: string | undefined; lastModified: string | undefined } | undefined
  statuses: number[]
  bytes: number
}

export type Served = Map<string, Edition>
export type FeedAnswer = {
  status: number
  headers: Record<string, string>
  body: Buffer
  /** How the answer is broken off, if it is. */
  end?: 'silent' | 'reset'
  /** By a body that was taken in. */
  standing: Standing[]
}

export function newFeedState(outlet: Outlet): FeedState {
  return {
    misfires: [...outlet.misfires],
    lastBody: undefined,
    changedAt: 0,
    answers: 0,
    pages: 0,
    heldPages: new Map(),
    awaitsPage: false,
    given: undefined,
    statuses: [],
    bytes: 0,
  }
}

/** How the server of an outlet answers who asks for its feed now. */
export function feedAnswer(
  outlet: Outlet,
  state: FeedState,
  { now, sent, pageOrigin }: { now: number; sent: IncomingHttpHeaders; pageOrigin: string | undefined },
): FeedAnswer {
  const document = documentAt(outlet, now, pageOrigin)
  const [next] = state.misfires
  if (next && next.at <= now) {
    state.misfires.shift()
    // What of it can be read, if anything, may be asked for by its own validator or not.
    if (next.kind === 'cut') state.given = undefined
    return misfire(next.kind, next.retryAfterSeconds, document, now)
  }
  state.answers++
  const given = validatorsOf(outlet, state, document, now)
  if (isUnchanged(given, sent)) return { ...nothing, status: 304, headers: headersOf(outlet, given) }
  state.pages = 0
  state.awaitsPage = false
  state.given = given.etag || given.lastModified ? given : undefined
  const { body, contentType, standing } = document
  const headers = { ...headersOf(outlet, given), 'content-type': contentType }
  if (!outlet.isCompressed) return { status: 200, headers, body, standing }
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body), standing }
}

const nothing = { headers: {}, body: Buffer.alloc(0), standing: [] }

type Given = NonNullable<FeedState['given']>

function validatorsOf({ validators }: Outlet, state: FeedState, { body }: FeedDocument, now: number): Given {
  const digest = hash('md5', body)
  if (digest !== state.lastBody) Object.assign(state, { lastBody: digest, changedAt: now })
  const lastModified = new Date(state.changedAt).toUTCString()
  return {
    etag: {
      both: `W/"${digest}"`,
      etag: `"${digest}"`,
      fickle: `"${state.answers}"`,
      lastModified: undefined,
      none: undefined,
    }[validators],
    lastModified: validators === 'both' || validators === 'lastModified' ? lastModified : undefined,
  }
}

/** If-None-Match wins where both are sent (RFC 9110, 13.2.2). */
function isUnchanged({ etag, lastModified }: Given, sent: IncomingHttpHeaders): boolean {
  const match = sent['if-none-match']
  if (match !== undefined) return match === etag
  return lastModified !== undefined && sent['if-modified-since'] === lastModified
}

function headersOf({ maxAgeSeconds }: Outlet, { etag, lastModified }: Given): Record<string, string> {
  return {
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { 'last-modified': lastModified }),
    ...(maxAgeSeconds !== undefined && { 'cache-control': `public, max-age=${maxAgeSeconds}` }),
  }
}

function misfire(kind: MisfireKind, seconds: number, document: FeedDocument, now: number): FeedAnswer {
  const later = { 'retry-after': String(seconds) }
  const until = { 'retry-after': new Date(now + seconds * 1000).toUTCString() }
  const { body, contentType } = document
  const middle = Math.floor(body.length * 0.6)
  const cut = body.subarray(0, middle)
  const failed = (status: number, headers = {}) => ({ ...nothing, status, headers, body: Buffer.from('Oh.') })
  const answers: Record<MisfireKind, () => FeedAnswer> = {
    limited: () => failed(429, later),
    'limited until': () => failed(429, until),
    'unavailable for a while': () => failed(503, later),
    unavailable: () => failed(503),
    broken: () => failed(500),
    reset: () => ({ ...nothing, status: 200, body: cut, end: 'reset' }),
    silent: () => ({ ...nothing, status: 200, end: 'silent' }),
    cut: () => ({
      status: 200,
      headers: { 'content-type': contentType, etag: '"cut"' },
      body: cut,
      standing: document.standing.filter(({ item, edition }) =>
        isWholeIn(cut, body, `${item.mark}e${edition.text}m `),
      ),
    }),
    'shorter than said': () => ({
      ...nothing,
      status: 200,
      headers: { 'content-length': String(body.length) },
      body: cut,
      end: 'reset',
    }),
    empty: () => ({ ...nothing, status: 200 }),
    'a page instead': () => ({
      ...nothing,
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: Buffer.from('<!doctype html><title>Sign in</title><p>Sign in to go on.'),
    }),
  }
  return answers[kind]()
}

/** Whether an item ends before the cut: another begins behind it. */
function isWholeIn(cut: Buffer, whole: Buffer, mark: string): boolean {
  const end = /<\/(?:[\w-]+:)?(?:item|entry)>/i.exec(whole.subarray(whole.indexOf(mark)).toString('latin1'))
  return end !== null && whole.indexOf(mark) + end.index + end[0].length <= cut.length
}

export function send(response: ServerResponse, { status, headers, body, end }: FeedAnswer): void {
  if (end === 'silent') return
  const length = end || status === 304 ? {} : { 'content-length': String(body.length) }
  response.writeHead(status, { ...length, ...headers })
  if (end === 'reset') response.write(body, () => response.socket?.resetAndDestroy())
  else response.end(body)
}
