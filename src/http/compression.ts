import zlib from 'node:zlib'
import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../shared/failure.ts'
import { bodyEncoding, bodyEncodings } from './decompression.ts'

/** Less than this is sent as it is. */
export const thresholdBytes = 1024
/** Texts, JSON and its lines. */
const compressible = /^text\/|[/+](?:json|x-ndjson|xml|javascript)\b/

const { Z_SYNC_FLUSH, ZSTD_e_flush, BROTLI_OPERATION_FLUSH } = zlib.constants
const quickBrotli = { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 }

/** Encoders that hold nothing back: what was written to them is with the reader, however long the rest takes. */
export const flushingEncoders = {
  gzip: () => zlib.createGzip({ flush: Z_SYNC_FLUSH }),
  zstd: () => zlib.createZstdCompress({ flush: ZSTD_e_flush }),
  br: () => zlib.createBrotliCompress({ flush: BROTLI_OPERATION_FLUSH, params: quickBrotli }),
}

/** The same by the names under which the plugin looks for them. */
const flushingStreams = {
  createGzip: flushingEncoders.gzip,
  createZstdCompress: flushingEncoders.zstd,
  createBrotliCompress: flushingEncoders.br,
}

/** Answers as `Accept-Encoding` asks. Registered before the routes and after `addConditionalGet`. */
export async function addCompression(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => {
    const { stream, slices, events } = route.config?.operation ?? {}
    // Who sends lines waits for the result of one before sending more, who reads events for the next; an encoder would hold it back.
    if (stream || events) route.compress = false
    else if (slices) route.compress = { ...options, zlib: flushingStreams } as never
  })
  await app.register(compress, options)
  app.addHook('onRequest', (request, _reply, done) => {
    const { 'content-encoding': encoding } = request.headers
    if (encoding === undefined || encoding === 'identity' || request.method === 'GET') return done()
    const isStream = request.routeOptions.config.operation?.stream !== undefined
    if (isStream && bodyEncoding(encoding) !== undefined) return done()
    done(isStream ? unknownEncoding() : encodedBody())
  })
}

const options = {
  encodings: ['br', 'zstd', 'gzip'] as ('br' | 'zstd' | 'gzip')[],
  threshold: thresholdBytes,
  customTypes: compressible,
  // What a body unpacks to is bounded by nothing that was sent: bodies are read as they are, but where they are read as streams.
  globalDecompression: false,
}

function encodedBody(): Failure {
  const message = 'Send the body as it is: compressed bodies (Content-Encoding) are not read here.'
  return new Failure('unsupported-media-type', message, { headers: { 'Accept-Encoding': 'identity' } })
}

function unknownEncoding(): Failure {
  const known = bodyEncodings.join(', ')
  const message = `This encoding of the body is not read here: send one of ${known}, or the body as it is.`
  return new Failure('unsupported-media-type', message, {
    headers: { 'Accept-Encoding': `${known}, identity` },
  })
}
