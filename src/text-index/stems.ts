import { stemmer } from 'stemmer'

/** What is longer is no word; a term is cut there. */
export const longestTerm = 64

/** A page of English has a few hundred different words, and a stem costs microseconds. */
const stems = new Map<string, string>()
const stemsKept = 20_000

/** Whether it is a word that was stemmed before, and so one of letters only. */
export const isStemmed = (text: string): boolean => stems.has(text)

/** The stem of an English word, and any other word as it is; of bounded length. */
export function stemOf(text: string): string {
  const known = stems.get(text)
  if (known !== undefined) return known
  if (!/^[a-z]{3,}$/.test(text)) return cut(text)
  // A long slice would keep the whole text that it was cut from.
  const own = Buffer.from(cut(text), 'latin1').toString('latin1')
  const stem = stemmer(own)
  if (stems.size >= stemsKept) stems.clear()
  if (own.length === text.length) stems.set(own, stem)
  return stem
}

const cut = (text: string) =>
  text.length <= longestTerm ? text : text.slice(0, longestTerm).replace(/[\uD800-\uDBFF]$/, '')
