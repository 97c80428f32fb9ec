import type { Vector } from '../../similarity/vector.ts'

/** A weight of a word in a signal, of which there are many: six bytes, the number (32 bits) and the weight (16 bits). */
const entryBytes = 6
const weightScale = 65_535

/** Postings are kept in periods of publishing, so that a look at some weeks reads the entries of those weeks. */
const periodMs = 28 * 24 * 60 * 60 * 1000
const periodsPerWord = 4096

/** The key under which a word's entries of a period are kept. */
export function postingKey(word: number, period: number): number {
  return word * periodsPerWord + period
}

/** The period of a moment, which is RFC 3339 or in milliseconds. Before 1970 and long after today are periods of their own. */
export function periodOf(at: string | number): number {
  const ms = typeof at === 'number' ? at : Date.parse(at)
  return Math.min(Math.max(Math.floor(ms / periodMs), 0), periodsPerWord - 1)
}

/** How far a moment is from the nearest one of a period, in milliseconds. */
export function distanceTo(period: number, at: number): number {
  const [start, end] = [period * periodMs, (period + 1) * periodMs]
  return at < start ? start - at : at > end ? at - end : 0
}

export function periodsBetween(from: number, to: number): number[] {
  const first = periodOf(from)
  return Array.from({ length: periodOf(to) - first + 1 }, (_, index) => first + index)
}

export function periodOfKey(key: number): number {
  return key % periodsPerWord
}

export function wordOfKey(key: number): number {
  return Math.floor(key / periodsPerWord)
}

export function entryOf(number: number, weight: number): Buffer {
  const entry = Buffer.allocUnsafe(entryBytes)
  entry.writeUInt32LE(number)
  entry.writeUInt16LE(Math.round(Math.min(weight, 1) * weightScale), 4)
  return entry
}

/** Sums over numbers. They live in one array that is used again, since a look at many articles adds up thousands. */
let sums = new Float64Array(1024)
let touched = new Uint32Array(1024)
let count = 0

/** A list of postings: `factor` is the weight of its word in what is compared. */
export type Posting = { entries: Uint8Array; factor: number }

/**
 * The cosines of one vector with all those that share words with it, as far as these postings tell, by the numbers of their
 * signals; the highest first, those of at least `floor`, at most `limit`.
 */
export function addUp(
  postings: Posting[],
  floor: number,
  limit: number,
): { number: number; score: number }[] {
  for (const { entries, factor } of postings)
    addPosting(Buffer.from(entries.buffer, entries.byteOffset, entries.length), factor)
  const found: { number: number; score: number }[] = []
  for (let at = 0; at < count; at++) {
    const number = touched[at] as number
    const score = sums[number] as number
    sums[number] = 0
    if (score >= floor) found.push({ number, score })
  }
  count = 0
  return found.sort((a, b) => b.score - a.score || b.number - a.number).slice(0, limit)
}

function addPosting(entries: Buffer, factor: number) {
  for (let at = 0; at + entryBytes <= entries.length; at += entryBytes) {
    const number = entries.readUInt32LE(at)
    if (number >= sums.length) growSums(number)
    if (sums[number] === 0) touch(number)
    sums[number] = (sums[number] as number) + (factor * entries.readUInt16LE(at + 4)) / weightScale
  }
}

function touch(number: number) {
  if (count === touched.length) {
    const larger = new Uint32Array(2 * count)
    larger.set(touched)
    touched = larger
  }
  touched[count++] = number
}

function growSums(number: number) {
  const larger = new Float64Array(2 ** Math.ceil(Math.log2(number + 1)))
  larger.set(sums)
  sums = larger
}

/** Without the words that cannot matter: together they add less than `floor`, and are the ones that most articles have. */
export function pruned(vector: Vector, articlesWith: (word: string) => number, floor: number): Vector {
  const commonFirst = [...vector].sort((a, b) => articlesWith(b[0]) - articlesWith(a[0]))
  let left = floor * floor
  const kept: Vector = new Map()
  for (const [word, weight] of commonFirst) {
    left -= weight * weight
    if (left < 0) kept.set(word, weight)
  }
  return kept
}
