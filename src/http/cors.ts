import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

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

const preflightLastsSeconds = 86_400

/**
 * Lets pages of these origins use the API. Keys are sent in `Authorization`, never as cookies, so credentials stay off.
 * Registered first, so that a browser can read refusals too.
 */
export async function addCors(app: FastifyInstance, origins: '*' | string[]): Promise<void> {
  await app.register(cors, {
    origin: origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: exposedHeaders.join(', '),
    maxAge: preflightLastsSeconds,
    // A request that only looks like a preflight gets the same answer, not one that is no problem document.
    strictPreflight: false,
  })
}
