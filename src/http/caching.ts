import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import xxhash from 'xxhash-wasm'

const encodingSuffix = /-(?:br|gzip|zstd|deflate)"$/

/** 64 bits for a page in a fifth of the time that SHA-1 takes. Nobody has to be kept from making two pages with one tag. */
const { h64, h64Raw } = await xxhash()

/** A strong validator of these bytes. `version` goes in front, so that `If-Match` can be checked by it alone. */
export function entityTag(bytes: Uint8Array | string, version?: number): string {
  // Without a dash, behind which the encoding stands.
  const digest = (typeof bytes === 'string' ? h64(bytes) : h64Raw(bytes)).toString(36)
  return version === undefined ? `"${digest}"` : `"v${version}-${digest}"`
}

/**
 * The tag under which the client has this answer already, if it has. Compared weakly (RFC 9110, 13.1.2). An encoded
 * representation has a tag of its own, which its plain tag begins: a cache is told by it which of its answers is good.
 */
export function knownTag(request: FastifyRequest, etag: string): string | undefined {
  const header = request.headers['if-none-match']
  if (header === undefined || header === etag) return header
  if (header.trim() === '*') return etag
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.find((tag) => tag === etag || tag.replace(encodingSuffix, '"') === etag)
}

type Validators = { etag: string; lastModified?: string }

/**
 * The tag under which the client has an answer that may say when it was changed, too. The time is asked only where no tag was
 * sent (RFC 9110, 13.1.3).
 */
export function knownAnswer(request: FastifyRequest, { etag, lastModified }: Validators): string | undefined {
  const { 'if-none-match': tags, 'if-modified-since': since } = request.headers
  if (tags !== undefined || since === undefined || lastModified === undefined) return knownTag(request, etag)
  return Date.parse(since) >= Date.parse(lastModified) ? etag : undefined
}

/**
 * Every successful GET has a strong `ETag` and `Cache-Control`, and answers 304 to a client that has it. Registered before
 * compression, which then has its own tag: a strong validator stands for one sequence of bytes.
 */
export function addConditionalGet(app: FastifyInstance) {
  app.addHook('onSend', (request, reply, payload, done) => {
    done(null, conditional(request, reply, payload))
  })
}

function conditional(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (request.method !== 'GET' && request.method !== 'HEAD') return payload
  const { access = 'public' } = request.routeOptions.config
  addVary(reply, access === 'public' ? 'accept-encoding' : 'accept-encoding, Authorization')
  if (reply.statusCode !== 200) return payload
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', cacheControl(request))
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload
  if (!reply.hasHeader('etag')) reply.header('etag', entityTag(payload))
  const known = knownTag(request, reply.getHeader('etag') as string)
  return known === undefined ? payload : notModified(reply, known)
}

/** Tells caches of one more header of the request that the answer depends on. */
export function addVary(reply: FastifyReply, name: string): void {
  const told = reply.getHeader('vary')
  if (told !== name) reply.header('vary', told ? `${told}, ${name}` : name)
}

/** Registered after compression and before the routes: compression is a hook of each route, which run behind all others. */
export function addEncodedEntityTags(app: FastifyInstance) {
  const tagEncoded: onSendHookHandler = (_request, reply, payload, done) => {
    const encoding = reply.getHeader('content-encoding')
    const etag = reply.getHeader('etag')
    if (encoding && typeof etag === 'string' && !encodingSuffix.test(etag)) {
      reply.header('etag', `${etag.slice(0, -1)}-${encoding}"`)
    }
    done(null, payload)
  }
  app.addHook('onRoute', (route) => {
    route.onSend = [...[route.onSend ?? []].flat(), tagEncoded]
  })
}

/** Always asked again, since a withdrawal has to bite at once; a 304 costs next to nothing. */
export function cacheControl(request: FastifyRequest): string {
  return request.actor ? 'private, no-cache' : 'public, no-cache'
}

function notModified(reply: FastifyReply, known: string): null {
  reply.code(304).header('etag', known)
  for (const name of ['content-type', 'content-length', 'link']) reply.removeHeader(name)
  return null
}
