import { folded } from '../text-index/folding.ts'
import { numbersIn } from './numbers.ts'
import { isRoundup } from './roundups.ts'
import { shinglesOf, sketchOfShingles } from './shingles.ts'
import { isWall } from './unreadable.ts'
import { wordsOf } from './words.ts'

/** What is known of an article where it is compared with another. Times are RFC 3339, languages BCP 47. */
export type Comparable = {
  sourceId: string
  url: string
  canonicalUrl: string | null
  title: string
  text: string
  language: string
  publishedAt: string
}

/** An article read for comparing: made once, and held against each candidate. */
export type Reading = {
  article: Comparable
  publishedMs: number
  /** Folded, with single spaces. */
  title: string
  titleWords: ReadonlySet<string>
  titleNumbers: ReadonlySet<string>
  titleShingles: number
  numbers: ReadonlySet<string>
  shingles: Uint32Array
  sketch: Uint32Array
  isRoundup: boolean
  isWall: boolean
}

/** Five words or Han characters: "Weekly update" and 今日金价 are on many articles. */
const leastTitleShingles = 2

export function readArticle(article: Comparable): Reading {
  const shingles = shinglesOf(article.text)
  const title = plainTitle(article.title)
  return {
    article,
    publishedMs: Date.parse(article.publishedAt),
    title,
    titleWords: new Set(wordsOf(article.title)),
    titleNumbers: numbersIn(article.title),
    titleShingles: shinglesOf(article.title).length,
    numbers: numbersIn(article.text),
    shingles,
    sketch: sketchOfShingles(shingles),
    isRoundup: isRoundup(title),
    isWall: isWall(article),
  }
}

/** Whether a title says enough to tell an article by it. */
export const mayTell = ({ titleShingles }: Reading): boolean => titleShingles >= leastTitleShingles

export const sameTitle = (a: Reading, b: Reading): boolean => mayTell(a) && a.title === b.title

/** The part of the words of the shorter title that the other title has as well. */
export function sharedTitleWords({ titleWords: a }: Reading, { titleWords: b }: Reading): number {
  return a.intersection(b).size / Math.max(1, Math.min(a.size, b.size))
}

export const nearInTime = (a: Reading, b: Reading, ms: number): boolean =>
  Math.abs(a.publishedMs - b.publishedMs) <= ms

/** A title as it is compared: the same in either width, case and Chinese script. */
export function plainTitle(title: string): string {
  return folded(title).text.trim().replace(/\s+/g, ' ')
}
