import { isChinese } from './chinese.ts'
import { cosine, type Vector } from './vector.ts'

/** An article in the space of English words: `bridgedCounts`, weighed by how rare the words are among articles of its language. */
export type BridgedArticle = { language: string; publishedAt: string; vector: Vector }

/** Why one article is taken, or not taken, for the original of another. */
export type TranslationSignals = {
  /** From 0 to 1: how alike the two are. */
  likeness: number
  /** The same for the next best candidate: of two that are alike, neither is likely to be the original. */
  rivalLikeness: number
  sharedWords: { word: string; weight: number }[]
  /** How many words they have to share. */
  wordsNeeded: number
  days: number
}

/** The likeliest original; `accepted` says whether it is to be believed. */
export type OriginalFound<Candidate> = {
  candidate: Candidate
  accepted: boolean
  score: number
  signals: TranslationSignals
}

/** A translation appears weeks after its original, hardly ever more months than these. */
const longestDelayDays = 120
/** The score from which on a candidate is believed: below, more are false than are found. */
export const leastScore = 0.18
const fewestWords = 6
const shareOfWords = 1 / 6
const dayMs = 86_400_000
export const longestDelayMs = longestDelayDays * dayMs

/**
 * Looks among candidates for the original of which this article is a translation: the likest one in the other language that
 * is earlier. Articles on one product share a few heavy words, a translation shares many and has no equal. When an original
 * arrives after its translation, ask for the translation again.
 */
export function findOriginal<Candidate extends BridgedArticle>(
  article: BridgedArticle,
  candidates: Candidate[],
): OriginalFound<Candidate> | undefined {
  const [best, rival] = candidates
    .filter((candidate) => mayBeOriginal(article, candidate))
    .map((candidate) => ({ candidate, likeness: cosine(article.vector, candidate.vector) }))
    .sort((a, b) => b.likeness - a.likeness)
  if (!best) return undefined
  const { candidate, likeness } = best
  const rivalLikeness = rival?.likeness ?? 0
  const signals = {
    likeness,
    rivalLikeness,
    sharedWords: sharedWords(article.vector, candidate.vector),
    wordsNeeded: wordsNeeded(article.vector, candidate.vector),
    days: daysBetween(candidate, article),
  }
  const score = likeness - rivalLikeness / 2
  const accepted = score >= leastScore && signals.sharedWords.length >= signals.wordsNeeded
  return { candidate, accepted, score, signals }
}

/** Of two that are of the same moment the Chinese one is the translation: this way is by far the more frequent. */
function mayBeOriginal(article: BridgedArticle, candidate: BridgedArticle): boolean {
  if (isChinese(article.language) === isChinese(candidate.language)) return false
  const days = daysBetween(candidate, article)
  return days <= longestDelayDays && (days > 0 || (days === 0 && isChinese(article.language)))
}

/** The heaviest first, each with what it adds to the likeness. */
function sharedWords(a: Vector, b: Vector): { word: string; weight: number }[] {
  return [...a]
    .map(([word, weight]) => ({ word, weight: weight * (b.get(word) ?? 0) }))
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight || (one.word < other.word ? -1 : 1))
}

/** A title alone is too little to tell a translation by. */
function wordsNeeded(a: Vector, b: Vector): number {
  return Math.max(fewestWords, Math.ceil(Math.min(a.size, b.size) * shareOfWords))
}

const daysBetween = (earlier: BridgedArticle, later: BridgedArticle) =>
  (Date.parse(later.publishedAt) - Date.parse(earlier.publishedAt)) / dayMs
