import type { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import { OutboundError, outboundErrorOf } from './outbound-error.ts'

/** What `readBody` can undo, for `Accept-Encoding`. */
export const acceptedEncodings = 'gzip, deflate, br, zstd'

export type BodyLimits = {
  /** As it comes over the wire. */
  maxBytes: number
  maxDecodedBytes: number
  /** Keep the beginning of what is too large when decoded, instead of failing. */
  cut: boolean
}

/** Eight megabytes, which RFC 9659 allows senders; the default would let a sender take 128 of our memory. */
const zstdWindowLog = 23

/**
 * Reads a body, decoded by its `Content-Encoding`, and stops at the limits with what has come so far in memory and
 * nothing more. `bytes` are those of the wire. Throws `OutboundError`.
 */
export async function readBody(
  stream: Readable,
  { encoding, limits }: { encoding: string; limits: BodyLimits },
): Promise<{ body: Uint8Array; bytes: number }> {
  const wire = { bytes: 0 }
  const kept: Kept = { chunks: [], size: 0 }
  const source = counted(stream, wire, limits.maxBytes)
  try {
    const first = await source.next()
    // Answers without a body may name an encoding all the same, and nothing is no gzip.
    if (first.done) return { body: new Uint8Array(), bytes: 0 }
    const decoder = decoderOf(encoding, first.value)
    const whole = startingWith(first.value, source)
    const sink = keeping(kept, limits.maxDecodedBytes)
    await (decoder ? pipeline(whole, decoder, sink) : pipeline(whole, sink))
  } catch (error) {
    const isCut = limits.cut && kept.size > limits.maxDecodedBytes
    if (!isCut) throw failureOf(error, encoding)
  } finally {
    stream.destroy()
  }
  return { body: Buffer.concat(kept.chunks).subarray(0, limits.maxDecodedBytes), bytes: wire.bytes }
}

type Kept = { chunks: Buffer[]; size: number }

async function* counted(stream: Readable, wire: { bytes: number }, maxBytes: number): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) {
      wire.bytes += chunk.length
      if (wire.bytes > maxBytes)
        throw new OutboundError('too-large', `The body has more than ${maxBytes} bytes.`)
      yield chunk
    }
  } catch (error) {
    throw outboundErrorOf(error)
  }
}

async function* startingWith(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}

function keeping(kept: Kept, maxBytes: number) {
  return async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      kept.chunks.push(chunk)
      kept.size += chunk.length
      if (kept.size > maxBytes)
        throw new OutboundError('too-large', `The body has more than ${maxBytes} bytes when decoded.`)
    }
  }
}

/** One encoding is undone. Nobody needs two, but for bombs. */
function decoderOf(encoding: string, first: Buffer): Transform | undefined {
  switch (encoding) {
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      // Meant is zlib (RFC 9110, 8.4.1.2); some servers send the stream without its head.
      return hasZlibHead(first) ? createInflate() : createInflateRaw()
    case 'br':
      return createBrotliDecompress()
    case 'zstd':
      return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLog } })
    default:
      throw new OutboundError('bad-encoding', `The body has an encoding that was not asked for: ${encoding}.`)
  }
}

function hasZlibHead(first: Buffer): boolean {
  return ((first[0] ?? 0) & 0x0f) === 8
}

/** Failures of the connection are `OutboundError` by now: what is none comes from the decoder. */
function failureOf(error: unknown, encoding: string): unknown {
  if (error instanceof OutboundError || encoding === '') return error
  return new OutboundError('bad-encoding', `The body is not ${encoding}.`, { cause: error })
}
