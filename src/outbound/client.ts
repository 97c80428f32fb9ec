import { lookup as systemLookup } from 'node:dns/promises'
import type { Agent } from 'undici'
import { reachable } from './addresses.ts'
import { acceptedEncodings, type BodyLimits, readBody } from './body.ts'
import type { Guard, Lookup } from './connecting.ts'
import { OutboundError, outboundErrorOf } from './outbound-error.ts'
import { isRedirect, redirectTarget, requestTarget } from './redirects.ts'

export type Timeouts = {
  /** From the end of the request to the end of the headers. */
  headersMs: number
  betweenBytesMs: number
  /** All of it: waiting for a connection, redirects and body. */
  wholeMs: number
}

export type OutboundRequest = {
  url: string
  method?: 'GET' | 'HEAD' | 'POST'
  headers?: Record<string, string>
  body?: string | Uint8Array
  timeouts?: Partial<Timeouts>
  signal?: AbortSignal
  /** Called before a redirect to another origin is followed; where it rejects, so does the request. */
  beforeLeaving?: (url: string) => Promise<void>
} & Partial<BodyLimits>

/** An address that led on, and with which status: 301 and 308 for good, the others for now. */
export type Redirect = { url: string; status: number }

export type OutboundAnswer = {
  status: number
  /** Names in small letters, values as they came: what is sent back, such as an ETag, is the same to the byte. */
  headers: Record<string, string>
  /** Where the answer came from, behind all redirects. */
  url: string
  body: Uint8Array
  /** Of the body, on the wire. */
  bytes: number
  redirects: Redirect[]
  /** Some redirect led from https to http. */
  downgraded: boolean
}

export type OutboundClient = {
  /** Any status is an answer. Rejects with an `OutboundError` where there is none, and with the reason of an aborted signal. */
  request(input: OutboundRequest): Promise<OutboundAnswer>
  close(): Promise<void>
}

export type OutboundOptions = {
  /** Addresses and CIDRs that may be reached besides public addresses. */
  allow: readonly string[]
  userAgent: string
  maxSocketsPerOrigin?: number
  connectMs?: number
  /** How hosts become addresses, for tests. What it answers is checked like any other. */
  lookup?: Lookup
}

const defaultTimeouts: Timeouts = { headersMs: 20_000, betweenBytesMs: 15_000, wholeMs: 60_000 }
/** Of an error the status counts, and the beginning of what it says: no body, however bad, takes its place. */
const limitsOfErrors: BodyLimits = { maxBytes: 1024 ** 2, maxDecodedBytes: 64 * 1024, cut: true }
const withoutBody = { body: new Uint8Array(), bytes: 0 }
const maxHeaderBytes = 64 * 1024
const maxRedirects = 5

/** The one way out: no request of the server leaves but through such a client. */
export function createOutboundClient(options: OutboundOptions): OutboundClient {
  const { allow, userAgent, maxSocketsPerOrigin = 1, connectMs = 10_000, lookup = addressesOf } = options
  const guard = { mayReach: reachable(allow), lookup, timeoutMs: connectMs }
  let agent: Promise<Agent> | undefined
  return {
    async request(input) {
      const ending = startEnding(input)
      try {
        const headers = { 'user-agent': userAgent, ...input.headers }
        agent ??= createAgent(guard, maxSocketsPerOrigin)
        const answer = await follow(await agent, { ...input, headers }, ending.signal)
        input.signal?.throwIfAborted()
        return answer
      } catch (error) {
        // What fails after the end does so because of it.
        throw ending.signal.aborted ? ending.signal.reason : outboundErrorOf(error)
      } finally {
        ending.clear()
      }
    },
    async close() {
      await (await agent)?.destroy()
    },
  }
}

/** What is loaded for it takes a tenth of the time of a start, and most processes ask for nothing. */
async function createAgent(guard: Guard, connections: number): Promise<Agent> {
  const [{ Agent }, { guardedConnector }] = await Promise.all([import('undici'), import('./connecting.ts')])
  return new Agent({
    connections,
    connect: guardedConnector(guard),
    allowH2: false,
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 5_000,
  })
}

async function addressesOf(host: string): Promise<string[]> {
  const found = await systemLookup(host, { all: true })
  return found.map(({ address }) => address)
}

/** Aborts when the time for the whole is over, or when the caller does. */
function startEnding({ timeouts, signal }: OutboundRequest) {
  const controller = new AbortController()
  const { wholeMs } = { ...defaultTimeouts, ...timeouts }
  const late = () => controller.abort(new OutboundError('timeout', `It took longer than ${wholeMs} ms.`))
  const timer = setTimeout(late, wholeMs)
  const stop = () => controller.abort(signal?.reason)
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop)
  const clear = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
  return { signal: controller.signal, clear }
}

async function follow(agent: Agent, input: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
  const redirects: Redirect[] = []
  let downgraded = false
  let url = requestTarget(input.url)
  let { headers } = input
  for (;;) {
    const { location, ...answer } = await exchange(agent, { ...input, headers }, { url, signal })
    if (location === undefined) return { ...answer, url: url.href, redirects, downgraded }
    redirects.push({ url: url.href, status: answer.status })
    const next = redirectTarget(url, location)
    if (redirects.length > maxRedirects || redirects.some((one) => one.url === next.href))
      throw new OutboundError('too-many-redirects', 'The redirects do not end.')
    downgraded ||= url.protocol === 'https:' && next.protocol === 'http:'
    if (next.origin !== url.origin) {
      headers = withoutSecrets(headers)
      await input.beforeLeaving?.(next.href)
    }
    url = next
  }
}

type Exchanged = Pick<OutboundAnswer, 'status' | 'headers' | 'body' | 'bytes'>

/** One request and its answer; with `location` where it leads on, and then without its body. */
async function exchange(
  agent: Agent,
  input: OutboundRequest,
  { url, signal }: { url: URL; signal: AbortSignal },
): Promise<Exchanged & { location?: string }> {
  const { method = 'GET', headers, body = null, timeouts } = input
  const { headersMs, betweenBytesMs } = { ...defaultTimeouts, ...timeouts }
  const answer = await agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers: { 'accept-encoding': acceptedEncodings, ...headers },
    body,
    signal,
    headersTimeout: headersMs,
    bodyTimeout: betweenBytesMs,
  })
  const head = { status: answer.statusCode, headers: joined(answer.headers) }
  // Only what asks and changes nothing is sent on to elsewhere.
  const location = method !== 'POST' && isRedirect(head.status) ? (head.headers.location ?? '') : undefined
  if (location !== undefined) {
    answer.body.on('error', () => {}).destroy()
    return { ...head, ...withoutBody, location }
  }
  const encoding = (head.headers['content-encoding'] ?? '').trim().toLowerCase()
  if (head.status < 400)
    return { ...head, ...(await readBody(answer.body, { encoding, limits: limitsOf(input) })) }
  const read = readBody(answer.body, { encoding, limits: limitsOfErrors })
  return { ...head, ...(await read.catch(() => withoutBody)) }
}

function limitsOf({ maxBytes, maxDecodedBytes, cut = false }: OutboundRequest): BodyLimits {
  return {
    maxBytes: maxBytes ?? 4 * 1024 ** 2,
    maxDecodedBytes: maxDecodedBytes ?? 8 * 1024 ** 2,
    cut,
  }
}

function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')])
  return Object.fromEntries(entries)
}

function withoutSecrets({ authorization: _, ...others }: Record<string, string> = {}) {
  return others
}
