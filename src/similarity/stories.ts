import { type EventArticle, isChinese, type Sameness, sameEvent, tellsEvent, windowMs } from './events.ts'
import { cosine, type Frequencies, type Vector } from './vector.ts'
import { wordsOf } from './words.ts'

/** A story that has members among the articles that a look-up by words found. */
export type StoryCandidate<Id> = {
  id: Id
  size: number
  latestAt: number
  /** The weights of all its members' words, added up. */
  centroid: Vector
  /** The members that are closest to the article. */
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
const nearCentroid = 0.14
const titleWordsInCentroid = 4
const oneStory = 0.3
const mostWordsOfCentroid = 200

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
  const titleWords = new Set(wordsOf(article.title))
  const fitting = candidates
    .filter(
      ({ size, latestAt }) => size < largestStory && Math.abs(article.publishedAt - latestAt) <= windowMs,
    )
    .map((story) => ({ story, ...fitOf(article, titleWords, story, frequencies) }))
    .filter(({ certainty }) => certainty >= 1)
    .sort((a, b) => b.certainty - a.certainty || b.story.size - a.story.size)
  const [best, ...others] = fitting
  if (!best?.sameness) return undefined
  const { story, certainty, by, sameness } = best
  const merge = others.filter((other) => areOneStory(story, other.story)).map((other) => other.story.id)
  return { join: story.id, certainty, by, sameness, merge }
}

function fitOf<Id>(
  article: EventArticle,
  titleWords: Set<string>,
  story: StoryCandidate<Id>,
  frequencies: Frequencies,
) {
  const compared = story.closest
    .map((member) => sameEvent(article, member, frequencies))
    .sort((a, b) => shareOf(b) - shareOf(a))
  const two = Math.min(2, story.size)
  const byMembers = compared.slice(0, two).reduce((sum, sameness) => sum + shareOf(sameness), 0) / two
  const sameness = compared[0]
  const isPossible = sameness !== undefined && shareOf(sameness) > 0
  const byCentroid = isPossible ? centroidShare(article, titleWords, story) : 0
  return byCentroid > byMembers
    ? { certainty: byCentroid, by: 'centroid' as const, sameness }
    : { certainty: byMembers, by: 'members' as const, sameness }
}

const shareOf = ({ score, threshold }: Sameness) => score / threshold

function centroidShare<Id>(
  article: EventArticle,
  titleWords: Set<string>,
  story: StoryCandidate<Id>,
): number {
  if (story.size < 2 || isChinese(article.language)) return 0
  let known = 0
  for (const word of titleWords) if (story.centroid.has(word) && article.vector.has(word)) known++
  if (known < titleWordsInCentroid) return 0
  return cosine(article.vector, story.centroid) / (normOf(story.centroid) * nearCentroid)
}

/** Two stories are merged only where an article belongs to both and they are alike as a whole. */
function areOneStory<Id>(one: StoryCandidate<Id>, other: StoryCandidate<Id>): boolean {
  if (one.size + other.size > largestStory) return false
  return cosine(one.centroid, other.centroid) >= oneStory * normOf(one.centroid) * normOf(other.centroid)
}

/** What the words of a story are with one more member, or with those of another story. */
export function grownCentroid(centroid: Vector, added: Vector): Vector {
  const sums = new Map(centroid)
  for (const [word, weight] of added) sums.set(word, (sums.get(word) ?? 0) + weight)
  if (sums.size <= mostWordsOfCentroid) return sums
  const heaviest = [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return new Map(heaviest.slice(0, mostWordsOfCentroid))
}

function normOf(vector: Vector): number {
  let squares = 0
  for (const weight of vector.values()) squares += weight * weight
  return Math.sqrt(squares)
}
