import { type PlacedArticle, type Standing, standingsOf } from '../../articles/articles.ts'
import type { Queries, Transaction } from '../../database/database.ts'
import { Failure } from '../../shared/failure.ts'
import { type EventArticle, windowMs } from '../../similarity/events.ts'
import {
  centroidOf,
  chooseStory,
  largestStory,
  membersInCentroid,
  type StoryCandidate,
} from '../../similarity/stories.ts'
import type { Frequencies } from '../../similarity/vector.ts'
import { lookForAlike, type Space, wordIn } from '../signals/candidates.ts'
import { eventOf, type Signal, signalOf } from '../signals/signals.ts'
import { findProgress, listSignals, listSignalsOfStory, listWords } from '../signals/store.ts'
import { joinStory, listPlacedByEditors, makeStory, mergeStories } from '../stories.ts'

/** Members that share too little with an article say nothing about it. */
const leastAlike: Record<Space, number> = { own: 0.15, bridged: 0.13 }
const mostCandidates = 60

/**
 * Puts an article into the story of the event that it tells, where it is in none and no editor has placed it. It makes a story with
 * another article where that is in none either.
 */
export async function tieStory(tx: Transaction, article: PlacedArticle, signal: Signal): Promise<void> {
  if (article.storyId !== null || article.isStoryFixed) return
  const original = article.duplicateOfId
  if (original && (await follow(tx, article.id, original))) return
  const { choice } = await chooseStoryFor(tx, signal)
  if (!choice) return
  const storyId = await enter(tx, article.id, choice.join)
  for (const other of choice.merge) if (storyId && !other.isAlone) await merge(tx, other.id, storyId)
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

/** Two stories that an article shows to be one; what an editor has placed keeps them apart. */
async function merge(tx: Transaction, from: string, into: string): Promise<void> {
  try {
    await tx.savepoint(() => mergeStories(tx, { from, into }))
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'conflict')) throw error
  }
}

/** The story that an article belongs to, as far as the articles around it tell, and what it was held against. */
export async function chooseStoryFor(q: Queries, signal: Signal) {
  const members = await membersNear(q, signal)
  const candidates: StoryCandidate<Place>[] = []
  for (const [, group] of Map.groupBy(members, ({ standing }) => standing.storyId ?? standing.id))
    candidates.push(await candidateOf(q, group))
  const frequencies = await frequenciesOf(q, signal)
  return { candidates, choice: chooseStory(eventOf(signal), candidates, frequencies) }
}

type Member = { standing: Standing; signal: Signal }

async function membersNear(q: Queries, signal: Signal): Promise<Member[]> {
  const numbers = new Set<number>()
  for (const space of ['own', 'bridged'] as const) {
    const alike = await lookForAlike(q, {
      vector: signal[space],
      space,
      from: signal.publishedAt - windowMs,
      to: signal.publishedAt + windowMs,
      floor: leastAlike[space],
      limit: mostCandidates,
    })
    for (const { number } of alike) if (number !== signal.number) numbers.add(number)
  }
  const signals = (await listSignals(q, [...numbers])).map(signalOf)
  const near = signals.filter((other) => Math.abs(other.publishedAt - signal.publishedAt) <= windowMs)
  const standings = await standingsOf(
    q,
    near.map((other) => other.articleId),
  )
  const byId = new Map(standings.map((standing) => [standing.id, standing]))
  return near.flatMap((other) => {
    const standing = byId.get(other.articleId)
    return standing?.state === 'published' ? [{ standing, signal: other }] : []
  })
}

async function candidateOf(q: Queries, group: Member[]): Promise<StoryCandidate<Place>> {
  const [first] = group as [Member]
  const { storyId, id } = first.standing
  const closest: EventArticle[] = group.map(({ signal }) => eventOf(signal))
  const rows = storyId === null ? [] : await listSignalsOfStory(q, storyId, largestStory)
  const latest = () => (storyId === null ? [first.signal] : rows.slice(0, membersInCentroid).map(signalOf))
  return {
    id: storyId === null ? { id, isAlone: true } : { id: storyId, isAlone: false },
    size: Math.max(rows.length, 1),
    latestAt: rows[0] ? Date.parse(rows[0].published_at) : first.signal.publishedAt,
    centroid: () => centroidOf(latest().map(({ own }) => own)),
    closest,
  }
}

/** How many articles have the English words of an article: those are asked for where two languages meet. */
export async function frequenciesOf(q: Queries, { bridged }: Signal): Promise<Frequencies> {
  const { articles } = await findProgress(q)
  const rows = await listWords(
    q,
    [...bridged.keys()].map((word) => wordIn('bridged', word)),
  )
  const known = new Map(rows.map((row) => [row.word, row.articles]))
  return { documents: articles, of: (word) => known.get(wordIn('bridged', word)) ?? 0 }
}
