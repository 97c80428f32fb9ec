import { digit, han, hangul, letter } from '../text-index/characters.ts'
import { folded } from '../text-index/folding.ts'

/** What two texts have in common, from 0 to 1: of all that either has, and of all that the shorter has. */
export type Overlap = { jaccard: number; containment: number }

/** Three are common phrases in a large collection; five break at every third word that an editor changes. */
const tokensInShingle = 4
/** So many hashes of each article are stored, by which others find it. */
export const sketchSize = 32
/** A text is compared by its first so many characters, so that one huge text costs no more than ten long ones. */
const mostCharacters = 50_000
const hashes = 2 ** 31

/**
 * Hashes of all runs of four tokens of a text, ascending, each once. They are below 2^31: a plain integer column of either
 * engine holds them.
 */
export function shinglesOf(text: string): Uint32Array {
  return distinct(windowsOf(text).sort())
}

/**
 * The smallest hashes of a text's shingles (bottom-k MinHash). Texts that have much in common share many of them, also where
 * one is a small part of the other. Costs a fraction of all shingles, since few are sorted.
 */
export function sketchOf(text: string): Uint32Array {
  const windows = windowsOf(text)
  for (let share = (4 * sketchSize) / windows.length; ; share *= 8) {
    const limit = share * hashes
    const smallest = distinct(below(limit, windows).sort())
    if (smallest.length >= sketchSize || share >= 1) return smallest.slice(0, sketchSize)
  }
}

/** The same where all shingles are at hand. */
export function sketchOfShingles(shingles: Uint32Array): Uint32Array {
  return shingles.slice(0, sketchSize)
}

/** Of ascending hashes, as `shinglesOf` gives them. */
export function overlapOf(a: Uint32Array, b: Uint32Array): Overlap {
  let shared = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i] as number, b[j] as number]
    if (left === right) shared++
    if (left <= right) i++
    if (right <= left) j++
  }
  return {
    jaccard: shared === 0 ? 0 : shared / (a.length + b.length - shared),
    containment: shared === 0 ? 0 : shared / Math.min(a.length, b.length),
  }
}

/**
 * The overlap of two texts estimated from their sketches, without what many articles have: the hashes up to where the
 * shorter-reaching sketch ends are a fair sample of both texts.
 */
export function estimateOverlap(a: Uint32Array, b: Uint32Array, common: ReadonlySet<number>): Overlap {
  const end = Math.min(reachOf(a), reachOf(b))
  const sample = (sketch: Uint32Array) => sketch.filter((hash) => hash <= end && !common.has(hash))
  return overlapOf(sample(a), sample(b))
}

/** A sketch that is not full has all of its text. */
const reachOf = (sketch: Uint32Array) =>
  sketch.length < sketchSize ? hashes : (sketch[sketchSize - 1] as number)

function windowsOf(text: string): Uint32Array {
  const tokens = tokensOf(text.length > mostCharacters ? text.slice(0, mostCharacters) : text)
  const windows = new Uint32Array(Math.max(0, tokens.length - tokensInShingle + 1))
  for (let at = 0; at < windows.length; at++) {
    let hash = 0
    for (let next = at; next < at + tokensInShingle; next++)
      hash = Math.imul(hash ^ (tokens[next] as number), 0x9e3779b1) ^ (hash >>> 15)
    windows[at] = scattered(hash)
  }
  return windows
}

/** A hash of each Han or kana character and of each word of other scripts, folded as for search. */
function tokensOf(text: string): Uint32Array {
  const { text: units, classes } = folded(text)
  const tokens = new Uint32Array(units.length)
  let count = 0
  for (let at = 0; at < units.length; ) {
    const kind = classes[at] as number
    if (kind & han) tokens[count++] = Math.imul(units.charCodeAt(at++), 0x85ebca6b)
    else if (kind & word) {
      let hash = 0x811c9dc5
      while (at < units.length && (classes[at] as number) & word)
        hash = Math.imul(hash ^ units.charCodeAt(at++), 0x01000193)
      tokens[count++] = hash
    } else at++
  }
  return tokens.subarray(0, count)
}

const word = letter | digit | hangul

/** The last step of MurmurHash3: the smallest hashes are then no particular words. */
function scattered(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 1
}

function below(limit: number, windows: Uint32Array): Uint32Array {
  const kept = new Uint32Array(windows.length)
  let count = 0
  for (const hash of windows) if (hash < limit) kept[count++] = hash
  return kept.subarray(0, count)
}

function distinct(ascending: Uint32Array): Uint32Array {
  let count = 0
  for (const hash of ascending) if (count === 0 || hash !== ascending[count - 1]) ascending[count++] = hash
  return ascending.slice(0, count)
}
