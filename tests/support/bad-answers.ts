import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import type { Answer, Headers, Page, PlainAnswer, Visit } from './feed-server.ts'

type Body = string | Uint8Array

export const rss = { 'content-type': 'application/rss+xml' }

/** A well-behaved feed: with validators, and 304 to whoever sends one of them back. */
export function feed(body: Body, headers: Headers & { etag?: string; 'last-modified'?: string } = {}): Page {
  const etag = headers.etag ?? `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
  const lastModified = headers['last-modified']
  const validators: Headers = { etag, ...(lastModified !== undefined && { 'last-modified': lastModified }) }
  return {
    answer({ headers: sent }) {
      const match = sent['if-none-match']
      // If-None-Match wins where both are sent (RFC 9110, 13.2.2).
      const same = match === undefined ? sent['if-modified-since'] === lastModified : match === etag
      const unchanged = same && (match ?? sent['if-modified-since']) !== undefined
      return unchanged
        ? { status: 304, headers: validators }
        : { headers: { ...rss, ...headers, ...validators }, body }
    },
  }
}

/** One answer after the other; the last one stays. */
export function inTurn(first: Answer, ...others: Answer[]): Page {
  const answers = [first, ...others]
  return { answer: ({ count }) => answers[Math.min(count, answers.length) - 1] ?? first }
}

/** `location` is sent as it is, also where it is relative or wrong. */
export function moved(location: string, status = 302): PlainAnswer {
  return { status, headers: { location } }
}

/** 429, or 503: `retryAfter` is seconds, a date or nonsense. */
export function limited(retryAfter: string, status = 429): PlainAnswer {
  return { status, headers: { 'retry-after': retryAfter }, body: 'Too many requests.' }
}

/** Bytes under a charset that need not be theirs. */
export function inCharset(charset: string, bytes: Uint8Array): PlainAnswer {
  return { headers: { 'content-type': `application/rss+xml; charset=${charset}` }, body: bytes }
}

/** Takes the request and never answers. */
export function silent(): Answer {
  return () => {}
}

/** Sends the headers and no body. */
export function headersOnly(): Answer {
  return (response) => response.writeHead(200, { ...rss, 'content-length': '1000' }).flushHeaders()
}

/** Begins with the headers, one byte at a time, and never ends them. */
export function drippingHeaders(everyMs = 1000): Answer {
  return ({ socket }) => {
    socket?.write('HTTP/1.1 200 OK\r\nx-long: ')
    repeatedly(everyMs, socket, () => socket?.write('a'))
  }
}

/** A body of one byte at a time that never ends. */
export function dripping(everyMs = 1000): Answer {
  return (response) => {
    response.writeHead(200, rss).flushHeaders()
    repeatedly(everyMs, response, () => response.write('a'))
  }
}

/** Breaks the connection behind the first `bytes` of the body. */
export function reset(body: Body, bytes: number): Answer {
  return (response) => {
    const part = Buffer.from(body as string).subarray(0, bytes)
    response.writeHead(200, { ...rss, 'content-length': String(Buffer.byteLength(body) + 1) })
    response.write(part, () => response.socket?.resetAndDestroy())
  }
}

/** Says that the body is `length` bytes long, and ends the connection behind it. */
export function wrongLength(body: Body, length: number): Answer {
  return ({ socket }) => {
    socket?.write(
      `HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`,
    )
    socket?.end(body)
  }
}

/** An answer of `bytes` bytes of headers. */
export function manyHeaders(bytes: number): Answer {
  return ({ socket }) => {
    socket?.write('HTTP/1.1 200 OK\r\n')
    for (let sent = 0, index = 0; sent < bytes; sent += 1000, index++)
      socket?.write(`x-${String(index).padStart(6, '0')}: ${'a'.repeat(988)}\r\n`)
    socket?.end('content-length: 2\r\n\r\nok')
  }
}

/** What is not HTTP at all. */
export function nonsense(): Answer {
  return ({ socket }) => {
    socket?.end('SSH-2.0-OpenSSH_9.9\r\n')
  }
}

const encoders = {
  gzip: gzipSync,
  deflate: deflateSync,
  'deflate without a head': deflateRawSync,
  br: (body: Body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
  zstd: zstdCompressSync,
}
export type Encoding = keyof typeof encoders
export const encodings = Object.keys(encoders) as Encoding[]

export function encoded(encoding: Encoding, body: Body): PlainAnswer {
  const headers = { ...rss, 'content-encoding': encoding.split(' ')[0] as string }
  return { headers, body: encoders[encoding](body) }
}

/** Compressed data that are cut off in the middle, or damaged there. */
export function broken(encoding: Encoding, body: Body, damage: 'cut' | 'altered' = 'altered'): PlainAnswer {
  const whole = encoders[encoding](body)
  const middle = Math.floor(whole.length / 2)
  const damaged = damage === 'cut' ? whole.subarray(0, middle) : whole.fill(0xff, middle, middle + 8)
  return { headers: { ...rss, 'content-encoding': encoding.split(' ')[0] as string }, body: damaged }
}

/** `megabytes` of zeros, which take next to nothing on the wire. */
export function bomb(encoding: Encoding, megabytes: number): PlainAnswer {
  return encoded(encoding, Buffer.alloc(megabytes * 1024 ** 2))
}

/** A body without end, as fast as it is taken. */
export function endless(): Answer {
  return (response: ServerResponse, _visit: Visit) => {
    const chunk = Buffer.alloc(64 * 1024, 'a')
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.writeHead(200, rss)
    response.on('drain', pour)
    pour()
  }
}

type Closing = { once(event: 'close', listener: () => void): unknown } | null

function repeatedly(everyMs: number, until: Closing, step: () => void): void {
  const timer = setInterval(step, everyMs)
  until?.once('close', () => clearInterval(timer))
}
