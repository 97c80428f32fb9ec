import { type Standing, standingsOf } from '../../articles/articles.ts'
import type { Queries, Transaction } from '../../database/database.ts'
import { Failure } from '../../shared/failure.ts'
import { withBackground } from '../../similarity/background.ts'
import { type EventArticle, windowMs } from '../../similarity/events.ts'
import { centroidOf, chooseStory, membersInCentroid, type StoryCandidate } from '../../similarity/stories.ts'
import type { Frequencies, Vector } from '../../similarity/vector.ts'
import { wordIn } from '../signals/candidates.ts'
import { eventOf, type Signal } from '../signals/signals.ts'
import { listWords, listWordsOfStory } from '../signals/store.ts'
import { joinStory, listPlacedByEditors, makeStory, mergeStories } from '../stories.ts'
import { findStory } from '../stories-store.ts'
import { isWithin, type Neighbour, type Neighbours } from './neighbours.ts'

/**
 * Puts an article into the story of the event that it tells, where it is in none and no editor has placed it. It makes a story with
 * another article where that is in none either.
 */
export async function tieStory(
  tx: Transaction,
  article: Pick<Standing, 'id' | 'storyId' | 'isStoryFixed' | 'duplicateOfId'>,
  signal: Signal,
  { near, across }: Neighbours,
): Promise<void> {
  if (article.storyId !== null || article.isStoryFixed) return
  const original = article.duplicateOfId
  if (original && (await follow(tx, article.id, original))) return
  const meanwhile = across.filter((other) => isWithin(signal, other.signal, windowMs))
  const choice = await chooseStoryFor(tx, signal, near, meanwhile)
  if (!choice) return
  const storyId = await enter(tx, article.id, choice.join)
  for (const other of choice.merge) if (storyId) await bringTogether(tx, other, storyId)
}

/** Whoever republishes a text tells its story, and makes one of it. */
async function follow(tx: Transaction, articleId: string, originalId: string): Promise<boolean> {
  const [original] = await standingsOf(tx, [originalId])
  if (!original) return false
  const place = original.storyId
    ? { id: original.storyId, isAlone: false }
    : { id: originalId, isAlone: true }
  return (await enter(tx, articleId, place)) !== undefined
}

/** A story, or an article that is in none yet. */
type Place = { id: string; isAlone: boolean }

async function enter(
  tx: Transaction,
  articleId: string,
  { id, isAlone }: Place,
): Promise<string | undefined> {
  if (!isAlone) {
    await joinStory(tx, id, articleId)
    return id
  }
  const placed = await listPlacedByEditors(tx, [id])
  return placed.size > 0 ? undefined : makeStory(tx, [id, articleId])
}

/** What an article shows to be one event; where an editor has placed an article, that keeps them apart. */
async function bringTogether(tx: Transaction, { id, isAlone }: Place, storyId: string): Promise<void> {
  try {
    await tx.savepoint(() =>
      isAlone ? joinStory(tx, storyId, id) : mergeStories(tx, { from: id, into: storyId }),
    )
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'conflict')) throw error
  }
}

/** The story that an article belongs to, as far as the articles around it tell. */
async function chooseStoryFor(q: Queries, signal: Signal, near: Neighbour[], across: Neighbour[]) {
  if (near.length + across.length === 0) return undefined
  const candidates: StoryCandidate<Place>[] = []
  for (const [, group] of Map.groupBy(
    [...near, ...across],
    ({ standing }) => standing.storyId ?? standing.id,
  ))
    candidates.push(await candidateOf(q, group))
  return chooseStory(eventOf(signal), candidates, across.length > 0 ? await frequenciesOf(q, signal) : nobody)
}

/** Where there is nothing in another language, nobody asks how rare a bridged word is. */
const nobody: Frequencies = { documents: 0, of: () => 0 }

async function candidateOf(q: Queries, group: Neighbour[]): Promise<StoryCandidate<Place>> {
  const [first] = group as [Neighbour]
  const { storyId, id } = first.standing
  const closest: EventArticle[] = group.map(({ signal }) => eventOf(signal))
  const story = storyId === null ? undefined : await findStory(q, storyId)
  if (!story) {
    const { own, publishedAt } = first.signal
    return {
      id: { id, isAlone: true },
      size: 1,
      latestAt: publishedAt,
      centroid: () => centroidOf([own]),
      closest,
    }
  }
  const words = await listWordsOfStory(q, story.id, membersInCentroid)
  return {
    id: { id: story.id, isAlone: false },
    size: story.article_count,
    latestAt: Date.parse(story.last_published_at),
    centroid: () => centroidOf(words.map((row): Vector => new Map(JSON.parse(row.words)))),
    closest,
  }
}

/** How many articles have the English words of an article, in either language: those are asked for where two languages meet. */
export async function frequenciesOf(q: Queries, { bridged }: Signal): Promise<Frequencies> {
  const spaces = ['chinese', 'english'] as const
  const words = ['', ...bridged.keys()].flatMap((word) => spaces.map((space) => wordIn(space, word)))
  const known = new Map((await listWords(q, words)).map((row) => [row.word, row.articles]))
  const of = (word: string) => spaces.reduce((sum, space) => sum + (known.get(wordIn(space, word)) ?? 0), 0)
  return withBackground({ documents: of(''), of })
}
