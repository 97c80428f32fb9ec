import { folded } from './folding.ts'

const maxKeyLength = 60
const maxBeginnings = 12
const wordStart = /(?<=^|[^\p{L}\p{N}\p{M}])[\p{L}\p{N}]|\p{Script=Han}/gu

/** A name, or the beginning of one as somebody types it, in the form in which beginnings are compared. */
export function nameKey(name: string): string {
  return folded(name).text.replace(/\s+/g, ' ').trim().slice(0, maxKeyLength).toWellFormed()
}

/** The beginnings under which names are suggested: each whole, and from each of its words, or Han characters, on. */
export function nameKeys(names: string[]): string[] {
  const keys = new Set<string>()
  for (const name of names) {
    const key = nameKey(name)
    for (const { index } of [...key.matchAll(wordStart)].slice(0, maxBeginnings)) keys.add(key.slice(index))
  }
  return [...keys]
}

/** What follows every key that begins with this one. */
export const behindKey = (key: string) => `${key}\u{10ffff}`
