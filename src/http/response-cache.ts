import { pipeline, Transform } from 'node:stream'
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  onSendHookHandler,
} from 'fastify'
import { cacheControl, entityTag, knownAnswer } from './caching.ts'
import { thresholdBytes } from './compression.ts'
import { oncePerLook, type Versioned } from './current-version.ts'
import { type Form, type KeptAnswer, keptAnswers, type ReadyAnswer, type Sent } from './kept-answers.ts'
import { makingOnce } from './making-once.ts'

type Headers = Record<string, number | string | string[] | undefined>

/**
 * Where the answer under way may be kept, with what its request alone put on the reply, what it became, and how to tell those who wait
 * for it.
 */
type Place = { key: string; version: number; ofRequest: Headers; answer?: ReadyAnswer; made?: () => void }

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the answer may be kept: its key, and the version of the database before it was made. */
    place: Place | null
  }
}

/**
 * Keeps answers of routes declared `cached` until anything is written. An entry is good for one address, as sent, for
 * requests with a key or for those without, and for one version of the database, so an answer is never older than what was
 * committed, by any process, before its request came. Where the engine cannot tell its version nothing is kept. Of requests
 * that come while the answer to the same is made, in the same encoding, each gets that one.
 *
 * The first answer of each form goes through all hooks; then it is written as they made it, past all that is behind this
 * hook. What the hooks before it put on a reply belongs to one request and is never kept: its id, what it may still ask, the
 * page that may read it. So this is registered behind whatever refuses requests or changes answers, and before the routes.
 */
export function addResponseCache(app: FastifyInstance, database: Versioned, enabled: boolean): void {
  app.decorateRequest('place', null)
  if (!enabled) return
  const answers = keptAnswers()
  const encodings = learntEncodings()
  const making = makingOnce()
  const currentVersion = oncePerLook(database)
  let closing = false
  app.addHook('preClose', async () => {
    // From here on each answer ends its connection.
    closing = true
  })

  /** Answers false where the answer has to be made, by the route or from its bytes. */
  function sendFound(request: FastifyRequest, reply: FastifyReply, kept: KeptAnswer): boolean {
    const known = knownAnswer(request, kept)
    const form = known === undefined ? encodings.of(request, kept) : notModified
    const sent = form && kept.sent.get(form)
    if (sent) write(request, reply, sent, known)
    return sent !== undefined
  }

  function make(request: FastifyRequest, reply: FastifyReply, place: Place, done: () => void): void {
    request.place = place
    const kept = answers.find(place.key, place.version)
    if (!kept) done()
    else if (!sendFound(request, reply, kept)) sendReady(request, reply, kept)
  }

  const sendKept: onRequestHookHandler = (request, reply, done) => {
    // Nobody waits for an answer to a client who has gone, which may never be made whole.
    const version = closing || reply.raw.destroyed ? undefined : currentVersion()
    if (version === undefined) return done()
    const key = `${request.actor ? 'key' : 'open'} ${request.url}`
    const kept = answers.find(key, version)
    if (kept && sendFound(request, reply, kept)) return
    const place: Place = { key, version, ofRequest: reply.getHeaders() }
    const name = `${version} ${request.headers['accept-encoding'] ?? ''} ${key}`
    if (making.wait(name, () => make(request, reply, place, done))) return
    place.made = making.begin(name)
    reply.raw.once('close', place.made)
    make(request, reply, place, done)
  }

  const keepSent: onSendHookHandler<unknown> = (request, reply, payload, done) => {
    const { place } = request
    if (!place?.answer || (reply.statusCode !== 200 && reply.statusCode !== 304)) {
      place?.made?.()
      return done(null, payload)
    }
    const { key, version, answer } = place
    answers.keep(key, version, answer)
    const headers = headersBeyond(place.ofRequest, reply)
    if (reply.statusCode === 304) {
      answers.keepForm(key, version, notModified, sentForm(304, headers))
      place.made?.()
      return done(null, payload)
    }
    const form = encodings.learn(request, reply, answer)
    const keepForm = (body: Buffer) => {
      answers.keepForm(key, version, form, sentForm(200, headers, body))
      place.made?.()
    }
    if (Buffer.isBuffer(payload)) keepForm(payload)
    const passedOn = isStream(payload) && request.method === 'GET' ? collected(payload, keepForm) : payload
    done(null, passedOn)
  }

  app.addHook('onRoute', (route) => {
    if (!route.config?.cached) return
    route.onRequest = [sendKept, ...[route.onRequest ?? []].flat()]
    route.onSend = [...[route.onSend ?? []].flat(), keepSent]
  })
}

const notModified: Form = '304'

function write(request: FastifyRequest, reply: FastifyReply, sent: Sent, known: string | undefined): void {
  const ofRequest: Headers = reply.getHeaders()
  const headers = sent.headers.slice()
  for (const name in ofRequest) if (!sent.names.has(name)) headers.push(name, ofRequest[name] as string)
  // Of the representation that the client has, in whichever encoding.
  if (known !== undefined) headers.push('etag', known)
  reply.hijack()
  reply.raw.writeHead(sent.status, headers)
  reply.raw.end(request.method === 'HEAD' ? undefined : sent.body)
}

/** What the route and the hooks behind this one made of the headers. */
function headersBeyond(ofRequest: Headers, reply: FastifyReply): Headers {
  const isOfAnswer = ([name, value]: [string, unknown]) => ofRequest[name] !== value
  return Object.fromEntries(Object.entries(reply.getHeaders()).filter(isOfAnswer))
}

function sentForm(status: number, headers: Headers, body?: Buffer): Sent {
  const whole: Headers = { ...headers, ...(body && { 'content-length': body.length }) }
  if (status === 304) delete whole.etag
  const entries = Object.entries(whole).map(([name, value]) => [name, String(value)])
  return { status, headers: entries.flat(), names: new Set(Object.keys(whole)), ...(body && { body }) }
}

const maxLearnt = 1000
const maxHeaderLength = 200

/** Which encoding an `Accept-Encoding` leads to is for compression to say: it is learnt from the answers. */
function learntEncodings() {
  const learnt = new Map<string, Form>()
  const isEncodable = ({ body }: ReadyAnswer) => body.length >= thresholdBytes
  return {
    /** `undefined` where no answer has told yet. */
    of({ headers }: FastifyRequest, answer: ReadyAnswer): Form | undefined {
      const accepted = headers['accept-encoding']
      if (accepted === undefined || !isEncodable(answer)) return 'identity'
      return headers['x-no-compression'] === undefined ? learnt.get(accepted) : 'identity'
    },
    learn({ headers }: FastifyRequest, reply: FastifyReply, answer: ReadyAnswer): Form {
      const form = String(reply.getHeader('content-encoding') ?? 'identity')
      const accepted = headers['accept-encoding']
      const tells = accepted !== undefined && isEncodable(answer) && headers['x-no-compression'] === undefined
      if (tells && accepted.length <= maxHeaderLength) {
        if (learnt.size >= maxLearnt) learnt.clear()
        learnt.set(accepted, form)
      }
      return form
    },
  }
}

const isStream = (payload: unknown): payload is NodeJS.ReadableStream =>
  typeof (payload as NodeJS.ReadableStream | null | undefined)?.pipe === 'function'

/** The same stream, of which `keep` is told the bytes once they have all gone through. */
function collected(stream: NodeJS.ReadableStream, keep: (whole: Buffer) => void): NodeJS.ReadableStream {
  const chunks: Buffer[] = []
  const collecting = new Transform({
    transform(chunk, _encoding, done) {
      chunks.push(chunk)
      done(null, chunk)
    },
    flush(done) {
      keep(Buffer.concat(chunks))
      done()
    },
  })
  // Whoever sends it is told of an error, and logs it.
  return pipeline(stream, collecting, () => {})
}

/** Sends what is there as bytes, or 304 where the client has it. */
export function sendReady(request: FastifyRequest, reply: FastifyReply, answer: ReadyAnswer): FastifyReply {
  if (request.place) request.place.answer = answer
  reply.header('etag', answer.etag).header('cache-control', cacheControl(request))
  if (answer.lastModified !== undefined) reply.header('last-modified', answer.lastModified)
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value)
  const known = knownAnswer(request, answer)
  if (known !== undefined) return reply.code(304).removeHeader('link').header('etag', known).send()
  if (answer.link !== undefined) reply.header('link', answer.link)
  return reply.type(answer.type ?? 'application/json; charset=utf-8').send(answer.body)
}

/** The validator of an answer: of its bytes, behind the version of the resource where it shows one. */
export function readyAnswer(body: Buffer, reply: FastifyReply, version?: number): ReadyAnswer {
  return { body, etag: entityTag(body, version), link: reply.getHeader('link') as string | undefined }
}
