import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../shared/failure.ts'

/** Less than this is sent as it is. */
export const thresholdBytes = 1024
/** Texts, JSON and its lines. */
const compressible = /^text\/|[/+](?:json|x-ndjson|xml|javascript)\b/

/** Answers as `Accept-Encoding` asks. Registered before the routes and after `addConditionalGet`. */
export async function addCompression(app: FastifyInstance): Promise<void> {
  // Who sends lines waits for the result of one before sending more, who reads events for the next; an encoder would hold it back.
  app.addHook('onRoute', (route) => {
    if (route.config?.operation?.stream || route.config?.operation?.events) route.compress = false
  })
  await app.register(compress, {
    encodings: ['br', 'zstd', 'gzip'],
    threshold: thresholdBytes,
    customTypes: compressible,
    // What a body unpacks to is bounded by nothing that was sent: bodies are read as they are.
    globalDecompression: false,
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const { 'content-encoding': encoding } = request.headers
    if (encoding === undefined || encoding === 'identity' || request.method === 'GET') return done()
    const message = 'Send the body as it is: compressed bodies (Content-Encoding) are not read here.'
    done(new Failure('unsupported-media-type', message, { headers: { 'Accept-Encoding': 'identity' } }))
  })
}
