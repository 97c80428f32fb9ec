import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../shared/failure.ts'

const thresholdBytes = 1024

/** Answers as `Accept-Encoding` asks. Registered before the routes and after `addConditionalGet`. */
export async function addCompression(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    encodings: ['br', 'zstd', 'gzip'],
    threshold: thresholdBytes,
    // What a body unpacks to is bounded by nothing that was sent: bodies are read as they are.
    globalDecompression: false,
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding']
    if (encoding === undefined || encoding === 'identity') return done()
    const message = 'Send the body as it is: compressed bodies (Content-Encoding) are not read here.'
    done(new Failure('unsupported-media-type', message, { headers: { 'Accept-Encoding': 'identity' } }))
  })
}
