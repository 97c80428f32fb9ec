import { type PlacedArticle, refreshCards, updateTies } from '../../articles/articles.ts'
import type { Queries, Transaction } from '../../database/database.ts'
import { findOriginal, leastScore, type OriginalFound } from '../../similarity/translations.ts'
import type { Signal } from '../signals/signals.ts'
import { listRefused } from '../store.ts'
import { findNeighbours, type Neighbour } from './neighbours.ts'

/** So many of what came before its original are asked again when that comes. */
const mostAskedAgain = 4

type Candidate = { language: string; publishedAt: string; vector: Signal['bridged']; id: string }

/**
 * Ties an article to the one that it is translated from, where nobody has declared that, and what is translated from it to it,
 * where that came first. `across` are its neighbours in the other language.
 */
export async function tieOriginal(
  tx: Transaction,
  article: PlacedArticle,
  signal: Signal,
  across: Neighbour[],
): Promise<void> {
  await tieOne(tx, article, signal, across)
  const later = across.filter((other) => isLater(other.signal, signal) && mayBe(other.signal, signal))
  for (const { standing, signal: translation } of later.slice(0, mostAskedAgain))
    await tieOne(tx, standing, translation, (await findNeighbours(tx, translation)).across)
}

type Tied = { id: string; originalId: string | null; hasDeclaredOriginal: boolean }

async function tieOne(tx: Transaction, article: Tied, signal: Signal, across: Neighbour[]): Promise<void> {
  if (article.hasDeclaredOriginal) return
  const found = await originalAmong(tx, signal, across)
  const original = found?.accepted ? found.candidate.id : null
  if (original === article.originalId) return
  const score = original === null ? null : rounded(found?.signals.likeness ?? 0)
  await updateTies(tx, article.id, { found_original_id: original, found_original_score: score })
  await refreshCards(tx, [article.id])
}

/** The likeliest original of an article, accepted or not, among those that an editor has not said it is not. */
async function originalAmong(
  q: Queries,
  signal: Signal,
  across: Neighbour[],
): Promise<OriginalFound<Candidate> | undefined> {
  if (across.length === 0) return undefined
  const refused = await listRefused(q, signal.articleId, 'translation')
  const candidates = across
    .filter(({ standing }) => !refused.includes(standing.id))
    .map((other) => ({ ...bridged(other.signal), id: other.standing.id }))
  return findOriginal(bridged(signal), candidates)
}

/** How two articles fare where the one is asked whether the other is its original; `undefined` where it cannot be. */
export function explainOriginal(translation: Signal, original: Signal) {
  const found = findOriginal(bridged(translation), [bridged(original)])
  return found && { ...found, threshold: leastScore }
}

/** Whether one may be translated from the other, before anybody else is looked for. */
const mayBe = (translation: Signal, original: Signal) =>
  explainOriginal(translation, original)?.accepted === true

const isLater = (a: Signal, b: Signal) => a.publishedAt >= b.publishedAt

const bridged = ({ language, publishedAt, bridged: vector }: Signal) => ({
  language,
  publishedAt: new Date(publishedAt).toISOString(),
  vector,
})

const rounded = (likeness: number) => Math.round(Math.min(1, likeness) * 1000) / 1000
