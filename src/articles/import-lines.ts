import { createHash } from 'node:crypto'
import { Failure } from '../shared/failure.ts'

/** A line as it was sent, blank ones left out. Of one that is too long only the number of its bytes is kept. */
export type SentLine = { line: number; bytes: Uint8Array | undefined; length: number }

/** Lines that go in together. `end` says that none follow, `fault` why. */
export type SentLines = { lines: SentLine[]; end: boolean; fault?: Failure }

const maxLineBytes = 4 * 1024 * 1024
const linesPerSlice = 200
/** Long lines are fewer: what is held at a time is bound whatever is sent. */
const bytesPerSlice = 4 * 1024 * 1024
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Lines in slices of constant size, which depend on nothing but the bytes. A slice that was taken before is asked for by its
 * number of lines.
 */
export function slicesOf(bytes: AsyncIterable<Uint8Array>) {
  const sent = sentLines(bytes)
  return {
    async next(count: number | undefined): Promise<SentLines> {
      const lines: SentLine[] = []
      let length = 0
      const isFull = () =>
        count === undefined
          ? lines.length === linesPerSlice || length >= bytesPerSlice
          : lines.length === count
      try {
        while (!isFull()) {
          const { value, done } = await sent.next()
          if (done) return { lines, end: true }
          lines.push(value)
          length += value.bytes?.length ?? 0
        }
      } catch (error) {
        // What cannot be decoded is told behind the lines that could; a connection that broke is told to nobody.
        if (!(error instanceof Failure)) throw error
        return { lines, end: true, fault: error }
      }
      return { lines, end: false }
    },
    close: () => sent.return(undefined),
  }
}

/** Tells lines that are the same, at the same places, whatever encoding they were sent in. */
export function hashOfLines(lines: SentLine[]): string {
  const hash = createHash('sha256')
  for (const { line, bytes, length } of lines) {
    hash.update(`${line} ${length}\n`)
    if (bytes) hash.update(bytes)
  }
  return hash.digest('base64url')
}

/** The text of a line, or the failure that it is. */
export function textOf({ bytes }: SentLine): string | Failure {
  if (!bytes) return new Failure('payload-too-large', `A line has at most ${maxLineBytes} bytes.`)
  try {
    return utf8.decode(bytes)
  } catch {
    return new Failure('bad-request', 'The line is not UTF-8.')
  }
}

/** Splits at newlines. */
async function* sentLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SentLine> {
  let parts: Uint8Array[] = []
  let length = 0
  let line = 0
  for await (const chunk of bytes) {
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end))
      const sent = sentLine(++line, parts, length + end - from)
      if (sent) yield sent
      parts = []
      length = 0
      from = end + 1
    }
    length += chunk.length - from
    // Past the limit only the count is kept: a line without an end takes no memory.
    if (length <= maxLineBytes) parts.push(chunk.subarray(from))
    else parts = []
  }
  const last = length > 0 ? sentLine(++line, parts, length) : undefined
  if (last) yield last
}

const openingBrace = 0x7b

function sentLine(line: number, parts: Uint8Array[], length: number): SentLine | undefined {
  if (length > maxLineBytes) return { line, bytes: undefined, length }
  const bytes = Buffer.concat(parts)
  if (bytes[0] !== openingBrace && bytes.toString().trim() === '') return undefined
  return { line, bytes, length }
}
