import type { Genre } from './genre.ts'
import { sharedStart, type Title } from './title.ts'
import { cosine, type Vector } from './vector.ts'

/** All that is needed of an article to tell what it is related to; made once, when the article comes. */
export type RelatedArticle = { vector: Vector; title: Title; genre: Genre; publishedAt: number }

/**
 * Why two articles are related: a name in both titles, a word in both, a name of one title in the text of the other, the same
 * start, or a word in both texts. The weight is the rarity of what is in titles, and the share of the score for texts.
 */
export type Reason = { kind: 'name' | 'word' | 'mention' | 'start' | 'text'; text: string; weight: number }

/** `needed` is the score from which on it is shown, infinite where none is enough. */
export type Relation = { score: number; needed: number; reasons: Reason[]; shown: boolean }

const month = 30 * 86_400_000
/** Below this score nothing is shown, whatever the titles share. */
export const leastScore = 0.115
/** The score that articles need whose titles share nothing. */
const withoutTie = 0.35
/** The tie from which on `leastScore` is enough. */
const fullTie = 0.5
/** The score that articles need whose titles name different things. */
const acrossNames = 0.5
/** What a tie is worth less where only one of the titles names a product. */
const oneSided = 0.2

const leastRarity = 0.32
const shortestCompany = 3
const rareName = 0.56
/** Words in both titles that are rarer than this tell almost as much as names: a place, a person, a matter. */
const rareWord = 0.6
const mostWords = 4
const mostTexts = 5
/** Titles of digests share whole headlines with the articles that they sum up. */
const digestTie = 1.2
const digestScore = 0.2
const never = Number.POSITIVE_INFINITY

/** Links behind the sixth were right less often than those before. */
const mostRelated = 6
const mostOfStory = 2
/** One link that is a little unsure is better than none, and several are not. */
const furtherFactor = 1.25
/** A link that has less than this share of the best link's score is not shown beside it. */
const leastOfBest = 0.5

/** News is worth half as much related after 60 days. A steeper fall did worse on an editor's links. */
export const decay = (ageMs: number): number => 0.5 ** ((0.5 * Math.abs(ageMs)) / month)

/** How related two articles are, why, and whether a reader of one is told of the other. The same in both directions. */
export function relatedScore(a: RelatedArticle, b: RelatedArticle): Relation {
  const score = cosine(a.vector, b.vector) * decay(a.publishedAt - b.publishedAt)
  if (score < leastScore) return { score, needed: leastScore, reasons: [], shown: false }
  const ties = tiesOf(a, b)
  const needed = scoreNeeded(a, b, ties)
  return { score, needed, reasons: [...ties, ...sharedTexts(a, b)], shown: score >= needed }
}

/** What may be shown with an article. `isSameStory` is whether it tells the same story as that article. */
export type RelatedCandidate = { relation: Relation; isSameStory: boolean }

type Sameness<Candidate> = Record<'areOneText' | 'areOneStory', (a: Candidate, b: Candidate) => boolean>

/**
 * What a reader of an article is shown, the best first: each text once, at most two of a story, and nothing that is far weaker
 * than the best. What tells the article's own story needs no tie. All rules of a list are here: what is measured is what is shown.
 */
export function chooseRelated<Candidate extends RelatedCandidate>(
  candidates: Candidate[],
  { areOneText, areOneStory }: Sameness<Candidate>,
): Candidate[] {
  const shown: Candidate[] = []
  for (const candidate of candidates.toSorted((a, b) => b.relation.score - a.relation.score)) {
    if (shown.length === mostRelated) break
    if (!isShown(candidate, shown.length > 0) || shown.some((earlier) => areOneText(earlier, candidate)))
      continue
    if ((shown[0]?.relation.score ?? 0) * leastOfBest > candidate.relation.score) break
    const ofStory = shown.filter((earlier) => areOneStory(earlier, candidate))
    if (ofStory.length < mostOfStory) shown.push(candidate)
  }
  return shown
}

function isShown(
  { relation: { score, needed }, isSameStory }: RelatedCandidate,
  isFurther: boolean,
): boolean {
  if (isSameStory && needed < never) return score >= leastScore
  return score >= needed * (isFurther ? furtherFactor : 1)
}

/** The more the titles have in common, the less the texts need to. */
function scoreNeeded(a: RelatedArticle, b: RelatedArticle, ties: Reason[]): number {
  const genres = [a.genre, b.genre]
  if (genres.includes('wall') || bothMarket(a, b)) return never
  const starts = weightsOf(ties, 'start')
  const name = Math.max(0, ...weightsOf(ties, 'name'))
  const words = sum(weightsOf(ties, 'word').slice(0, mostWords))
  const mention = Math.max(0, ...weightsOf(ties, 'mention'))
  if (genres.includes('digest'))
    return !areWordedAlike(a, b) && name + words >= digestTie ? digestScore : never
  if (genres.includes('notice') && ties.some(isCompany)) return leastScore
  const named = name + sum(starts)
  if (isWordedLikeOthers(a) || isWordedLikeOthers(b)) {
    // Their words are those of their kind: the names have to be the same, and rare where both are of a kind.
    if (areWordedAlike(a, b)) return name >= rareName ? scoreFor(named) : never
    return named > 0 ? scoreFor(named + words / 3) : never
  }
  const products = comparedProducts(a.title, b.title)
  if (products === 'different' || isAcrossNames(a.title, b.title, ties)) return acrossNames
  if (isAcrossMakers(a.title, b.title)) return withoutTie
  const rare = 2 * Math.max(0, Math.max(0, ...weightsOf(ties, 'word')) - rareWord)
  return scoreFor(named + rare + (words + mention) / 3 - (products === 'one-sided' ? oneSided : 0))
}

/** 东方电气 and 东方环宇 begin with the same two characters, and are two companies. */
const isCompany = ({ kind, text }: Reason) => kind === 'start' && text.length >= shortestCompany

const scoreFor = (tie: number) =>
  withoutTie - (withoutTie - leastScore) * Math.min(1, Math.max(0, tie) / fullTie)

const isWordedLikeOthers = ({ genre }: RelatedArticle) => genre !== 'news' && genre !== 'pastime'
const areWordedAlike = (a: RelatedArticle, b: RelatedArticle) =>
  isWordedLikeOthers(a) && isWordedLikeOthers(b)
const bothMarket = (a: RelatedArticle, b: RelatedArticle) => a.genre === 'market' && b.genre === 'market'

/** Two notebooks of two makers are worded alike, and are not related. */
function isAcrossNames(a: Title, b: Title, ties: Reason[]): boolean {
  return a.names.size > 0 && b.names.size > 0 && ties.every(({ kind }) => kind === 'word')
}

/**
 * Brands are in many titles, products and models in few. Where each title names one, and none of them is in the other, the
 * articles are on two products, of one brand or not.
 */
function comparedProducts(a: Title, b: Title): 'different' | 'one-sided' | 'alike' {
  const [ofA, ofB] = [productsOf(a), productsOf(b)]
  if (ofA.length === 0 && ofB.length === 0) return 'alike'
  if (ofA.length === 0 || ofB.length === 0) return 'one-sided'
  const isCommon = ofA.some((name) => b.words.has(name)) || ofB.some((name) => a.words.has(name))
  return isCommon ? 'alike' : 'different'
}

const productsOf = ({ names, words }: Title) =>
  [...names].filter((name) => (words.get(name) ?? 0) >= rareName)

/** What two makers' products share by name is a part of both. */
const isAcrossMakers = (a: Title, b: Title) =>
  a.maker !== '' && b.maker !== '' && !a.words.has(b.maker) && !b.words.has(a.maker)

function tiesOf(
  { title: a, vector: vectorA }: RelatedArticle,
  { title: b, vector: vectorB }: RelatedArticle,
): Reason[] {
  const start = sharedStart(a, b)
  const ties: Reason[] = start === undefined ? [] : [{ kind: 'start', ...start }]
  for (const [text, weight] of a.words) {
    if (!b.words.has(text)) continue
    if (a.names.has(text) || b.names.has(text)) ties.push({ kind: 'name', text, weight })
    else if (weight >= leastRarity && !start?.text.includes(text)) ties.push({ kind: 'word', text, weight })
  }
  ties.push(...mentions(a, b, vectorB), ...mentions(b, a, vectorA))
  return ties.sort((one, other) => other.weight - one.weight || (one.text < other.text ? -1 : 1))
}

function mentions(named: Title, other: Title, text: Vector): Reason[] {
  return [...named.names]
    .filter((name) => !other.names.has(name) && text.has(name))
    .map((name): Reason => ({ kind: 'mention', text: name, weight: named.words.get(name) ?? 0 }))
    .filter(({ weight }) => weight >= 0.5)
}

function sharedTexts({ vector: a }: RelatedArticle, { vector: b }: RelatedArticle): Reason[] {
  return [...a]
    .flatMap(([text, weight]): Reason[] => {
      const other = b.get(text)
      return other === undefined ? [] : [{ kind: 'text', text, weight: weight * other }]
    })
    .sort((one, other) => other.weight - one.weight || (one.text < other.text ? -1 : 1))
    .slice(0, mostTexts)
}

const weightsOf = (ties: Reason[], kind: Reason['kind']) =>
  ties.filter((tie) => tie.kind === kind).map((tie) => tie.weight)
const sum = (weights: number[]) => weights.reduce((all, weight) => all + weight, 0)
