import { existsSync, readFileSync } from 'node:fs'

export type LogState = {
  /** How many pages of committed transactions the log holds, as far as its checksums are right. */
  pages: number
  /** What shows that the log once held more. */
  damage: string | undefined
}

const headerBytes = 32
const frameHeaderBytes = 24
const magic = 0x377f0682
/** Of the index beside the log: where it keeps how many pages are valid, and two numbers that tell one log from the next. */
const indexBytes = 48
const indexPagesAt = 16
const indexSaltAt = 32

/**
 * Reads a write-ahead log as its format says, before anybody opens the database: opening takes everything from the first wrong
 * checksum on for the rest of an unfinished write, and says nothing. A crash leaves such a rest at the end of the log, so it is
 * damage only where something shows that it was whole: the index beside it, or valid-looking pages of the same log behind it.
 */
export function readLog(file: string): LogState {
  const log = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : Buffer.alloc(0)
  if (log.length === 0) return { pages: 0, damage: undefined }
  const promised = pagesOfIndex(file, log)
  const header = readHeader(log)
  if (!header) {
    const damage =
      log.length >= headerBytes + frameHeaderBytes ? 'The head of the log is damaged.' : undefined
    return { pages: 0, damage }
  }
  const { committed, valid } = followFrames(log, header)
  if (promised !== undefined && promised > committed) {
    const damage = `The log holds ${committed} sound pages of the ${promised} that were committed.`
    return { pages: committed, damage }
  }
  const later = commitsBehind(log, header, valid)
  const damage =
    later > 0
      ? `The log is damaged behind page ${valid}: ${later} transactions that follow are cut off.`
      : undefined
  return { pages: committed, damage }
}

type Header = { pageBytes: number; littleEndian: boolean; sums: [number, number]; salt: Buffer }

function readHeader(log: Buffer): Header | undefined {
  if (log.length < headerBytes) return undefined
  const kind = log.readUInt32BE(0)
  if (kind !== magic && kind !== magic + 1) return undefined
  const littleEndian = kind === magic
  const sums = checksum(log.subarray(0, 24), [0, 0], littleEndian)
  if (sums[0] !== log.readUInt32BE(24) || sums[1] !== log.readUInt32BE(28)) return undefined
  return { pageBytes: log.readUInt32BE(8), littleEndian, sums, salt: log.subarray(16, 24) }
}

/** How many pages are valid in a row, and how many of them up to the end of the last transaction. */
function followFrames(log: Buffer, header: Header) {
  const frameBytes = frameHeaderBytes + header.pageBytes
  let { sums } = header
  let [valid, committed] = [0, 0]
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    const frame = log.subarray(at, at + frameBytes)
    if (!frame.subarray(8, 16).equals(header.salt)) break
    sums = checksum(frame.subarray(0, 8), sums, header.littleEndian)
    sums = checksum(frame.subarray(frameHeaderBytes), sums, header.littleEndian)
    if (sums[0] !== frame.readUInt32BE(16) || sums[1] !== frame.readUInt32BE(20)) break
    valid++
    if (frame.readUInt32BE(4) > 0) committed = valid
  }
  return { valid, committed }
}

/** Ends of transactions of the same log behind the first page that is wrong. */
function commitsBehind(log: Buffer, { pageBytes, salt }: Header, valid: number): number {
  const frameBytes = frameHeaderBytes + pageBytes
  let commits = 0
  for (let at = headerBytes + (valid + 1) * frameBytes; at + frameBytes <= log.length; at += frameBytes) {
    const sameLog = log.subarray(at + 8, at + 16).equals(salt)
    if (sameLog && log.readUInt32BE(at + 4) > 0) commits++
  }
  return commits
}

/** What the index beside the log says is committed, where it is of this very log. A crash leaves it; a power cut need not. */
function pagesOfIndex(file: string, log: Buffer): number | undefined {
  if (!existsSync(`${file}-shm`) || log.length < headerBytes) return undefined
  const index = readFileSync(`${file}-shm`)
  if (index.length < 2 * indexBytes) return undefined
  const twice = index.subarray(0, indexBytes).equals(index.subarray(indexBytes, 2 * indexBytes))
  const sameLog = index.subarray(indexSaltAt, indexSaltAt + 8).equals(log.subarray(16, 24))
  return twice && sameLog ? index.readUInt32LE(indexPagesAt) : undefined
}

/** The running sum of the format: two words at a time, in the byte order that the log names. */
function checksum(bytes: Buffer, [first, second]: [number, number], littleEndian: boolean): [number, number] {
  let [a, b] = [first, second]
  for (let at = 0; at < bytes.length; at += 8) {
    const [x, y] = littleEndian
      ? [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)]
      : [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
    a = (a + x + b) >>> 0
    b = (b + y + a) >>> 0
  }
  return [a, b]
}
