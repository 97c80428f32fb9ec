import {
  articlesAt,
  duplicateGroup,
  type PlacedArticle,
  placedArticles,
  refreshCards,
  standingsOf,
  updateTies,
} from '../../articles/articles.ts'
import type { Queries, Transaction } from '../../database/database.ts'
import { chooseCandidates } from '../../similarity/candidates.ts'
import { judgeDuplicate } from '../../similarity/duplicates.ts'
import { originalOf } from '../../similarity/originals.ts'
import { readArticle } from '../../similarity/reading.ts'
import type { Signal } from '../signals/signals.ts'
import { listArticleIds, listShingles } from '../signals/store.ts'
import { listRefused } from '../store.ts'
import type { Neighbour } from './neighbours.ts'

/** Texts too short for a sketch to tell are found by their words, near in time. */
const shortLikeness = 0.6
const shortCandidates = 4

/**
 * Ties an article to what republishes it or what it republishes: all that have one text have one original, the earliest credible
 * one. An article that has been revised into a text of its own leaves the others.
 */
export async function tieDuplicates(
  tx: Transaction,
  article: PlacedArticle,
  signal: Signal,
  near: Neighbour[],
): Promise<void> {
  const found = await findDuplicate(tx, article, signal, near)
  if (found) await join(tx, [article, found.other], found.score)
  else if (article.duplicateOfId) await leave(tx, article)
}

type Found = { other: PlacedArticle; score: number }

async function findDuplicate(
  q: Queries,
  article: PlacedArticle,
  signal: Signal,
  near: Neighbour[],
): Promise<Found | undefined> {
  const { ids, common } = await candidatesOf(q, article, signal, near)
  const others = await placedArticles(q, ids)
  const refused = await refusedOriginals(q, article.id)
  const reading = readArticle(article)
  let best: Found | undefined
  for (const other of others.values()) {
    if (other.state !== 'published' || refused.has(other.duplicateOfId ?? other.id)) continue
    const { duplicate, jaccard, containment } = judgeDuplicate(reading, readArticle(other), common)
    const score = Math.max(jaccard, containment)
    if (duplicate && score > (best?.score ?? -1)) best = { other, score }
  }
  return best
}

/** What an editor has said is another text is so with all that have it. */
async function refusedOriginals(q: Queries, articleId: string): Promise<Set<string>> {
  const refused = await standingsOf(q, await listRefused(q, articleId, 'duplicate'))
  return new Set(refused.map(({ id, duplicateOfId }) => duplicateOfId ?? id))
}

/**
 * The articles that share most of the sketch, nearly all words where there is little text, or a canonical address; and the hashes
 * that too many share.
 */
async function candidatesOf(
  q: Queries,
  { id, url, canonicalUrl }: PlacedArticle,
  { number, sketch }: Signal,
  near: Neighbour[],
) {
  const rows = await listShingles(q, [...sketch])
  const byHash = Map.groupBy(
    rows.filter((row) => row.number !== number),
    ({ hash }) => hash,
  )
  const { articles: bySketch, common } = chooseCandidates(
    byHash.entries().map(([hash, holders]) => ({ hash, articles: holders.map((row) => row.number) })),
  )
  const byWords = near.filter(({ likeness }) => likeness >= shortLikeness).slice(0, shortCandidates)
  const named = await articlesAt(q, canonicalUrl ? [url, canonicalUrl] : [url])
  const ids = new Set([
    ...(await listArticleIds(q, bySketch)),
    ...byWords.map(({ standing }) => standing.id),
    ...named,
  ])
  ids.delete(id)
  return { ids: [...ids], common }
}

/** Everybody who has the text of one of these now has one original. */
async function join(tx: Transaction, tied: PlacedArticle[], score: number): Promise<void> {
  const ids = new Set<string>()
  for (const article of tied) for (const id of [article.id, ...(await groupOf(tx, article))]) ids.add(id)
  const group = [...(await placedArticles(tx, [...ids])).values()].filter(
    ({ state }) => state === 'published',
  )
  const original = originalOf(group)
  if (!original) return
  const moved = group.filter(
    ({ id, duplicateOfId }) => duplicateOfId !== (id === original.id ? null : original.id),
  )
  for (const { id, duplicateOfId } of moved) {
    const isOriginal = id === original.id
    await updateTies(tx, id, {
      duplicate_of_id: isOriginal ? null : original.id,
      ...(isOriginal
        ? { duplicate_score: null }
        : duplicateOfId === null && { duplicate_score: rounded(score) }),
    })
  }
  if (moved.length > 0) await refreshCards(tx, [...ids])
}

async function leave(tx: Transaction, article: PlacedArticle): Promise<void> {
  const group = await groupOf(tx, article)
  await updateTies(tx, article.id, { duplicate_of_id: null, duplicate_score: null })
  await refreshCards(tx, [...new Set([article.id, ...group])])
}

const groupOf = (q: Queries, { id, duplicateOfId }: PlacedArticle) => duplicateGroup(q, duplicateOfId ?? id)

const rounded = (score: number) => Math.round(score * 1000) / 1000
