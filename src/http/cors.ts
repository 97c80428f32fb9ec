import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addVary } from './caching.ts'

/** Headers that a page of another origin may read. */
export const exposedHeaders = [
  'Deprecation',
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Sunset',
  'X-Request-Id',
]

const exposed = exposedHeaders.join(', ')
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const preflightLastsSeconds = 86_400

/**
 * Lets pages of these origins use the API. Keys are sent in `Authorization`, never as cookies, so credentials stay off.
 * Registered first, so that a browser can read refusals too, and asks before it writes without being counted.
 */
export function addCors(app: FastifyInstance, origins: '*' | string[]): void {
  const named = origins === '*' || origins.includes('*') ? undefined : new Set(origins)
  app.addHook('onRequest', (request, reply, done) => {
    if (named) letIn(request, reply, named)
    if (request.method !== 'OPTIONS') return done()
    answerPreflight(request, reply)
  })
  // Not of the request, so that answers are kept with it.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (!named) reply.header('access-control-allow-origin', '*')
    reply.header('access-control-expose-headers', exposed)
    done(null, payload)
  })
  // Any address may be asked about, also one that has no operations; the hook has the answer.
  app.options('*', { schema: { hide: true } }, () => undefined)
}

function letIn({ headers }: FastifyRequest, reply: FastifyReply, named: Set<string>): void {
  addVary(reply, 'Origin')
  if (headers.origin === undefined || !named.has(headers.origin)) return
  reply.header('access-control-allow-origin', headers.origin)
}

/** A request that only looks like a preflight gets the same answer, not one that is no problem document. */
function answerPreflight(request: FastifyRequest, reply: FastifyReply): void {
  const asked = request.headers['access-control-request-headers']
  addVary(reply, 'Access-Control-Request-Headers')
  if (asked !== undefined) reply.header('access-control-allow-headers', asked)
  reply
    .header('access-control-allow-methods', methods)
    .header('access-control-max-age', String(preflightLastsSeconds))
    // Without it some browsers wait for a body.
    .header('content-length', '0')
    .code(204)
    .send()
}
