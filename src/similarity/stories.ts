import { isChinese } from './chinese.ts'
import { type EventArticle, likenessOf, type Sameness, sameEvent, tellsEvent, windowMs } from './events.ts'
import { cosine, type Frequencies, type Vector } from './vector.ts'
import { wordsOf } from './words.ts'

/** A story that has members among the articles that a look-up by words found. */
export type StoryCandidate<Id> = {
  id: Id
  size: number
  latestAt: number
  /** `centroidOf` its latest members; asked for only where it can decide. */
  centroid(): Vector
  /** The members that a look-up found, of which those that are closest to the article are compared with it. */
  closest: EventArticle[]
}

/** The story to join, why, and those stories that the article shows to be the same. */
export type StoryChoice<Id> = {
  join: Id
  /** From 1 on an article belongs to the story. */
  certainty: number
  by: 'members' | 'centroid'
  sameness: Sameness
  merge: Id[]
}

/** A story with more members is a topic: it takes no more. */
export const largestStory = 500
/**
 * So far a story may be from an article that has this many words of its title: what each member adds is in it. Not in Chinese:
 * with leads full of facts, all launches of a brand gather round one centroid.
 */
const nearCentroid = 0.15
const titleWordsInCentroid = 4
const oneStory = 0.3
const mostCompared = 5
/** Where two of this many members are close to an article, that says more than the only member or two of two: less will do. */
const manyMembers = 3
const shareAmongMany = 0.85
/** What a large story is about is told by its latest members. */
export const membersInCentroid = 300

/**
 * The story that tells the event of the article, or `undefined` where it begins a new one. Its two closest members decide;
 * or all members together, where the article has enough of its title in common with them.
 */
export function chooseStory<Id>(
  article: EventArticle,
  candidates: StoryCandidate<Id>[],
  frequencies: Frequencies,
): StoryChoice<Id> | undefined {
  if (!tellsEvent(article)) return undefined
  const titleWords = once(() => new Set(wordsOf(article.title)))
  const fitting = candidates
    .filter(
      ({ size, latestAt }) => size < largestStory && Math.abs(article.publishedAt - latestAt) <= windowMs,
    )
    .map((candidate) => ({ ...candidate, centroid: once(candidate.centroid) }))
    .map((story) => ({ story, ...fitOf(article, titleWords, story, frequencies) }))
    .filter(({ certainty }) => certainty >= 1)
    .sort((a, b) => b.certainty - a.certainty || b.story.size - a.story.size)
  const [best, ...others] = fitting
  if (!best?.sameness) return undefined
  const { story, certainty, by, sameness } = best
  const merge = new Set(
    others.filter((other) => areOneStory(story, other.story)).map((other) => other.story.id),
  )
  for (const lone of candidates) if (belongsNow(lone, story)) merge.add(lone.id)
  return { join: story.id, certainty, by, sameness, merge: [...merge] }
}

/** Whether an article that was alone when it came would join the story if it came now, by all members together. */
function belongsNow<Id>(
  { id, size, closest: [lone] }: StoryCandidate<Id>,
  story: StoryCandidate<Id>,
): boolean {
  if (size !== 1 || id === story.id || !lone || !tellsEvent(lone)) return false
  if (Math.abs(lone.publishedAt - story.latestAt) > windowMs) return false
  return centroidShare(lone, () => new Set(wordsOf(lone.title)), story) >= 1
}

function fitOf<Id>(
  article: EventArticle,
  titleWords: () => Set<string>,
  story: StoryCandidate<Id>,
  frequencies: Frequencies,
) {
  const compared = closestOf(article, story)
    .map((member) => sameEvent(article, member, frequencies))
    .sort((a, b) => shareOf(b) - shareOf(a))
  const two = Math.min(2, story.size)
  const needed = story.size < manyMembers ? two : two * shareAmongMany
  const byMembers = compared.slice(0, two).reduce((sum, sameness) => sum + shareOf(sameness), 0) / needed
  const sameness = compared[0]
  const isPossible = sameness !== undefined && shareOf(sameness) > 0
  const byCentroid = isPossible ? centroidShare(article, titleWords, story) : 0
  return byCentroid > byMembers
    ? { certainty: byCentroid, by: 'centroid' as const, sameness }
    : { certainty: byMembers, by: 'members' as const, sameness }
}

/** By their words, before any rule is asked: that is the cheap half of a comparison. */
function closestOf<Id>(article: EventArticle, { closest }: StoryCandidate<Id>): EventArticle[] {
  if (closest.length <= mostCompared) return closest
  return closest
    .map((member) => ({ member, likeness: likenessOf(article, member) }))
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, mostCompared)
    .map(({ member }) => member)
}

const shareOf = ({ score, threshold }: Sameness) => score / threshold

function centroidShare<Id>(
  article: EventArticle,
  titleWords: () => Set<string>,
  story: StoryCandidate<Id>,
): number {
  if (story.size < 2 || isChinese(article.language)) return 0
  const centroid = story.centroid()
  let known = 0
  for (const word of titleWords()) if (article.vector.has(word) && centroid.has(word)) known++
  if (known < titleWordsInCentroid) return 0
  return cosine(article.vector, centroid) / (normOf(centroid) * nearCentroid)
}

/** Two stories are merged only where an article belongs to both and they are alike as a whole. */
function areOneStory<Id>(one: StoryCandidate<Id>, other: StoryCandidate<Id>): boolean {
  if (one.size + other.size > largestStory) return false
  const [centroid, otherCentroid] = [one.centroid(), other.centroid()]
  return cosine(centroid, otherCentroid) >= oneStory * normOf(centroid) * normOf(otherCentroid)
}

/** What a story is about: the weights of the words of its members, added up. */
export function centroidOf(vectors: Iterable<Vector>): Vector {
  const sums: Vector = new Map()
  for (const vector of vectors)
    for (const [word, weight] of vector) sums.set(word, (sums.get(word) ?? 0) + weight)
  return sums
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function normOf(vector: Vector): number {
  let squares = 0
  for (const weight of vector.values()) squares += weight * weight
  return Math.sqrt(squares)
}
