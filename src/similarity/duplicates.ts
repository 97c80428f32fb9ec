import { isNamedBy, isSameLanguage } from './naming.ts'
import { disagree, sharedNumbers } from './numbers.ts'
import { mayTell, nearInTime, type Reading, sameTitle, sharedTitleWords } from './reading.ts'
import { estimateOverlap, type Overlap, overlapOf } from './shingles.ts'

/**
 * Why two articles are no duplicates although their texts or titles speak for it. `wall`: one is no article. `roundup`: one
 * collects many news. `title`: one retells the other in an article about something else. `numbers`: the same form, filled in
 * anew. `followUp`: somebody wrote on. `boilerplate`: what they have in common, many have. `short`: too little text to tell.
 */
export type Refusal = 'wall' | 'roundup' | 'title' | 'numbers' | 'followUp' | 'boilerplate' | 'short'

export type Judgement = Overlap & { duplicate: boolean; refusedBy?: Refusal }

/** A fifth of what two texts have together, or nearly all of the shorter. Two writers about one event have a tenth in common. */
export const leastOverlap: Overlap = { jaccard: 0.2, containment: 0.75 }
/** From here on titles are not asked: most of the text is the same, or a long one is a whole part of the other. */
const plainJaccard = 0.5
const plainPart = { containment: 0.9, shingles: 200 }
/** Where a page names the other as its original, so much has to bear it out. */
const leastNamed: Overlap = { jaccard: 0.1, containment: 0.25 }
/** One text, but for a word here and there. */
const sameText = 0.8
/** The part of the words of the shorter title that the other title has as well. */
const leastTitleWords = 0.3
/** Two sentences. A text with less is a teaser or a notice, which others write in the same words. */
const leastShingles = 30
const fewNumbers = 3
const leastSharedNumbers = 0.5

const hourMs = 3_600_000
const soonMs = 12 * hourMs
const daysMs = 72 * hourMs

/**
 * Whether one of two articles is the other, republished or lightly edited. `common` has those hashes of their sketches that
 * too many articles have.
 */
export function judgeDuplicate(a: Reading, b: Reading, common: ReadonlySet<number> = new Set()): Judgement {
  const overlap = overlapOf(a.shingles, b.shingles)
  const isShort = Math.min(a.shingles.length, b.shingles.length) < leastShingles
  if (a.isWall || b.isWall) return { duplicate: false, ...overlap, refusedBy: 'wall' }
  if (isNamedBy(a.article, b.article) && (isShort || reaches(overlap, leastNamed)))
    return { duplicate: true, ...overlap }
  if (isShort ? !soundsAlike(a, b, overlap) : !reaches(overlap, leastOverlap))
    return { duplicate: false, ...overlap }
  const refusedBy = isShort ? refusalOfShort(a, b, overlap) : refusalOfLong(a, b, overlap, common)
  return { duplicate: refusedBy === undefined, ...overlap, ...(refusedBy && { refusedBy }) }
}

/** Headlines and notices have no overlap that would tell: they have the same title, or nearly all words. */
function soundsAlike(a: Reading, b: Reading, { jaccard }: Overlap): boolean {
  return sameTitle(a, b) || jaccard >= sameText
}

function refusalOfShort(a: Reading, b: Reading, overlap: Overlap): Refusal | undefined {
  const isTelling = mayTell(a) && mayTell(b) && isSameLanguage(a.article, b.article)
  if (!isTelling || !nearInTime(a, b, daysMs)) return 'short'
  if (a.isRoundup !== b.isRoundup) return 'roundup'
  if (titlesDisagree(a, b) || disagree(a.numbers, b.numbers)) return 'numbers'
  return followsUp(a, b, overlap) ? 'followUp' : undefined
}

function refusalOfLong(
  a: Reading,
  b: Reading,
  overlap: Overlap,
  common: ReadonlySet<number>,
): Refusal | undefined {
  if (a.isRoundup !== b.isRoundup) return 'roundup'
  if (a.isRoundup && overlap.jaccard < plainJaccard && !sameTitle(a, b)) return 'roundup'
  if (!isPlain(a, b, overlap) && sharedTitleWords(a, b) < leastTitleWords) return 'title'
  if (titlesDisagree(a, b) || isSameForm(a, b)) return 'numbers'
  if (followsUp(a, b, overlap)) return 'followUp'
  return reaches(estimateOverlap(a.sketch, b.sketch, common), leastNamed) ? undefined : 'boilerplate'
}

function isPlain(a: Reading, b: Reading, { jaccard, containment }: Overlap): boolean {
  if (jaccard >= plainJaccard) return true
  return containment >= plainPart.containment && shorterOf(a, b).shingles.length >= plainPart.shingles
}

/** One text under two titles may have another of its numbers in each; a number that the other article has nowhere is of another text. */
function titlesDisagree(a: Reading, b: Reading): boolean {
  const isKnown = (numbers: ReadonlySet<string>, { titleNumbers, numbers: inText }: Reading) =>
    numbers.isSubsetOf(titleNumbers.union(inText))
  return (
    disagree(a.titleNumbers, b.titleNumbers) && !(isKnown(a.titleNumbers, b) && isKnown(b.titleNumbers, a))
  )
}

/** Prices, quarters and filings are forms with other numbers in them; whoever edits or cuts a text leaves its numbers. */
function isSameForm(a: Reading, b: Reading): boolean {
  if (Math.min(a.numbers.size, b.numbers.size) < fewNumbers) return false
  return sharedNumbers(a.numbers, b.numbers) < leastSharedNumbers
}

/**
 * An outlet repeats its own paragraphs from article to article; what it publishes twice by mistake, it does within hours. Another
 * takes up a notice of an earlier day to tell what came of it.
 */
function followsUp(a: Reading, b: Reading, overlap: Overlap): boolean {
  const isSoon = nearInTime(a, b, soonMs)
  if (a.article.sourceId === b.article.sourceId)
    return !isSoon || (!sameTitle(a, b) && overlap.jaccard < sameText)
  if (isSoon || overlap.jaccard >= leastOverlap.jaccard || isPlain(a, b, overlap)) return false
  const shorter = shorterOf(a, b)
  const longer = shorter === a ? b : a
  return shorter.publishedMs < longer.publishedMs && !sameTitle(a, b)
}

const shorterOf = (a: Reading, b: Reading) => (a.shingles.length <= b.shingles.length ? a : b)
const reaches = (overlap: Overlap, least: Overlap) =>
  overlap.jaccard >= least.jaccard || overlap.containment >= least.containment
