import { folded } from '../text-index/folding.ts'
import { takeAmounts } from './amounts.ts'
import { longestWordAt } from './bridge-dictionary.ts'
import { isChinese } from './chinese.ts'
import { stopWords } from './stop-words.ts'
import type { Counts } from './vector.ts'
import { wordsOf } from './words.ts'

const titleFactor = 3
/** What a Chinese text writes in Latin letters is a name or a term of art, and stands in the original as it is. */
const latinFactor = 1.5
const hanRuns = /(\p{Script=Han}+)/u
const han = /^\p{Script=Han}/u
const alphanumeric = /[\p{L}\p{N}]/u

/**
 * The English words that a text has or, where it is Chinese, would have, in the way of `countWords`: so texts of both languages
 * are compared, and found under each other's words. Other languages are read as English.
 */
export function bridgedCounts(title: string, lead: string, language: string): Counts {
  const count = isChinese(language) ? countChinese : countEnglish
  const counts: Counts = new Map()
  count(title, titleFactor, counts)
  count(lead, 1, counts)
  return counts
}

function countEnglish(text: string, factor: number, counts: Counts): void {
  const { amounts, rest } = takeAmounts(text)
  for (const word of [...amounts, ...wordsOf(rest)]) if (!stopWords.has(word)) add(counts, word, factor)
}

function countChinese(text: string, factor: number, counts: Counts): void {
  const { amounts, rest } = takeAmounts(text)
  for (const amount of amounts) add(counts, amount, factor * latinFactor)
  for (const run of folded(rest).text.split(hanRuns)) {
    if (han.test(run)) countHan(run, factor, counts)
    else if (alphanumeric.test(run))
      for (const word of wordsOf(run)) if (!stopWords.has(word)) add(counts, word, factor * latinFactor)
  }
}

/** A word of several meanings weighs as much as one of a single meaning. */
function countHan(run: string, factor: number, counts: Counts): void {
  let at = 0
  while (at < run.length) {
    const found = longestWordAt(run, at)
    for (const word of found?.words ?? []) add(counts, word, factor / Math.sqrt(found?.words.length ?? 1))
    at += found?.length ?? 1
  }
}

function add(counts: Counts, word: string, amount: number): void {
  counts.set(word, (counts.get(word) ?? 0) + amount)
}
