import { isChinese } from './chinese.ts'
import type { Genre } from './genre.ts'
import { haveOneSubject, numbersDisagree, numbersOf } from './headlines.ts'
import { cosine, type Frequencies, type Vector } from './vector.ts'

/** What is known of an article when it is asked whether it tells the same event as another. */
export type EventArticle = {
  title: string
  language: string
  publishedAt: number
  genre: Genre
  /** The words of its own language. */
  vector: Vector
  /** The same in English words, for articles of the other language. */
  bridged: Vector
}

/** How far two articles tell one event: from `threshold` on they do. */
export type Sameness = {
  score: number
  threshold: number
  terms: { word: string; weight: number }[]
  refusedBy?: 'window' | 'digest' | 'market' | 'notice' | 'terms' | 'anchor'
  /** Whether that halved the score: where it is refused, they are not looked at. */
  numbersDisagree: boolean
}

const hourMs = 3_600_000
/** What is told later is another event, or the story goes on through those in between. */
export const windowMs = 72 * hourMs
/** Openings and closings are worded alike every day, and twice a day. */
const marketWindowMs = 12 * hourMs

const alphabetic = { threshold: 0.28, terms: 2 }
/** Chinese leads are full of facts that launches of one kind share. */
const chinese = { threshold: 0.36, terms: 2 }
/** A bridge has chance meetings: it needs more words, and one that few articles have. */
const across = { threshold: 0.26, terms: 3 }
/** One word alone makes no event, however rare it is. */
const mostOfOneTerm = 0.75
const rareShare = 0.01
const disagreement = 0.5

/**
 * Compares two articles by their words, in English ones where their languages differ. Articles of kinds that are worded alike
 * whatever they are about need more than words in common; and numbers that disagree halve the score.
 */
export function sameEvent(one: EventArticle, other: EventArticle, bridgedFrequencies: Frequencies): Sameness {
  const isAcross = isChinese(one.language) !== isChinese(other.language)
  const rule = isAcross ? across : isChinese(one.language) ? chinese : alphabetic
  const terms = isAcross ? termsOf(one.bridged, other.bridged) : termsOf(one.vector, other.vector)
  const sum = terms.reduce((total, { weight }) => total + weight, 0)
  const isRare = ({ word }: { word: string }) =>
    bridgedFrequencies.of(word) <= rareShare * bridgedFrequencies.documents
  const refusedBy =
    refusalOf(one, other) ??
    (terms.length < rule.terms || (terms[0]?.weight ?? 0) > mostOfOneTerm * sum ? 'terms' : undefined) ??
    (isAcross && !terms.some(isRare) ? 'anchor' : undefined)
  const disagree = refusedBy === undefined && haveOtherNumbers(one, other)
  const score = refusedBy ? 0 : disagree ? disagreement * sum : sum
  return {
    score,
    threshold: rule.threshold,
    terms,
    numbersDisagree: disagree,
    ...(refusedBy && { refusedBy }),
  }
}

/** How many of their words two articles share, in English ones where their languages differ. */
export function likenessOf(one: EventArticle, other: EventArticle): number {
  const isAcross = isChinese(one.language) !== isChinese(other.language)
  return isAcross ? cosine(one.bridged, other.bridged) : cosine(one.vector, other.vector)
}

/** Whether an article tells one event at all. */
export function tellsEvent({ genre }: { genre: Genre }): boolean {
  return genre !== 'digest' && genre !== 'wall'
}

function refusalOf(one: EventArticle, other: EventArticle): Sameness['refusedBy'] {
  const apart = Math.abs(one.publishedAt - other.publishedAt)
  if (apart > windowMs) return 'window'
  if (!tellsEvent(one) || !tellsEvent(other)) return 'digest'
  if (one.genre === 'market' && other.genre === 'market' && apart > marketWindowMs) return 'market'
  const areNotices = one.genre === 'notice' && other.genre === 'notice'
  if (areNotices && !haveOneSubject(one.title, other.title)) return 'notice'
  return undefined
}

/** An article is compared with dozens of others, and has the same numbers each time. */
const numbersKnown = new WeakMap<EventArticle, Set<string>>()

function haveOtherNumbers(one: EventArticle, other: EventArticle): boolean {
  const numbers = numbersIn(one)
  return numbers.size > 0 && numbersDisagree(numbers, numbersIn(other))
}

function numbersIn(article: EventArticle): Set<string> {
  const known = numbersKnown.get(article)
  if (known) return known
  const numbers = numbersOf(article.title)
  numbersKnown.set(article, numbers)
  return numbers
}

/** The words that two vectors share, with what each adds to their cosine. */
function termsOf(one: Vector, other: Vector): { word: string; weight: number }[] {
  const [small, large] = one.size < other.size ? [one, other] : [other, one]
  const terms: { word: string; weight: number }[] = []
  for (const [word, weight] of small) {
    const otherWeight = large.get(word)
    if (otherWeight !== undefined) terms.push({ word, weight: weight * otherWeight })
  }
  return terms.sort((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1))
}
