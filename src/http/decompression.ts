import type { Readable } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib'
import { Failure } from '../shared/failure.ts'

/** The window that every decoder of zstd has to take and no encoder may go beyond (RFC 9659): 8 MiB. */
const zstdWindowLog = 23

const decoders = {
  gzip: () => createGunzip(),
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLog } }),
  br: () => createBrotliDecompress(),
}
type Encoding = keyof typeof decoders

/** The encodings in which a body that is read as a stream may come. */
export const bodyEncodings = Object.keys(decoders) as Encoding[]

/** The encoding that a header names; `undefined` for none, and for one that is not read here. */
export function bodyEncoding(header: string | undefined): Encoding | undefined {
  const name = header
    ?.trim()
    .toLowerCase()
    .replace(/^x-gzip$/, 'gzip')
  return bodyEncodings.find((encoding) => encoding === name)
}

/**
 * The bytes of a body as they were before they were encoded, as fast as they are taken: a bomb fills no memory. Throws
 * `bad-request` where they are damaged or cut off. The body is never destroyed, since with it the connection would go on which its
 * answer is to be sent; what of it is not taken is passed over.
 */
export async function* decodedBody(body: Readable, encoding: Encoding | undefined): AsyncGenerator<Buffer> {
  try {
    if (encoding === undefined) yield* body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
    else yield* decoded(body, encoding)
  } finally {
    body.resume()
  }
}

async function* decoded(body: Readable, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = decoders[encoding]()
  let lost: Error | undefined
  const stop = (error: Error) => {
    lost = error
    decoder.destroy(error)
  }
  body.once('error', stop)
  body.pipe(decoder)
  try {
    for await (const chunk of decoder) yield chunk
  } catch (error) {
    if (lost) throw lost
    const failure = new Failure('bad-request', `The ${encoding} data are damaged or cut off here.`)
    failure.cause = error
    throw failure
  } finally {
    body.unpipe(decoder)
    body.off('error', stop)
    decoder.destroy()
  }
}
