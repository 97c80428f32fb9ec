import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest, onSendHookHandler } from 'fastify'

const encodingSuffix = /-(?:br|gzip|zstd|deflate)"$/

/** A strong validator of these bytes. `version` goes in front, so that `If-Match` can be checked by it alone. */
export function entityTag(bytes: Uint8Array | string, version?: number): string {
  const digest = hash('sha1', bytes, 'base64url').slice(0, 16)
  return version === undefined ? `"${digest}"` : `"v${version}-${digest}"`
}

/** Weak comparison (RFC 9110, 13.1.2). An encoded representation has a tag of its own, which its plain tag begins. */
export function matchesEntityTag(header: string, etag: string): boolean {
  if (header.trim() === '*') return true
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '').replace(encodingSuffix, '"') === etag)
}

/**
 * Every successful GET has a strong `ETag` and `Cache-Control`, and answers 304 to a client that has it. Registered before
 * compression, which then has its own tag: a strong validator stands for one sequence of bytes.
 */
export function addConditionalGet(app: FastifyInstance) {
  app.addHook('onSend', async (request, reply, payload) => {
    if ((request.method !== 'GET' && request.method !== 'HEAD') || reply.statusCode !== 200) return payload
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', cacheControl(request))
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload
    if (!reply.hasHeader('etag')) reply.header('etag', entityTag(payload))
    if (!isFresh(request, reply.getHeader('etag') as string)) return payload
    reply.code(304).removeHeader('content-type').removeHeader('content-length')
    // The framework takes the length from a HEAD's payload, which it then drops.
    return request.method === 'HEAD' ? payload : null
  })
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

export function isFresh(request: FastifyRequest, etag: string): boolean {
  const header = request.headers['if-none-match']
  return header !== undefined && matchesEntityTag(header, etag)
}
