import {
  type PlacedArticle,
  refreshCards,
  type Standing,
  standingsOf,
  tieArticle,
} from '../../articles/articles.ts'
import type { Queries, Transaction } from '../../database/database.ts'
import { findOriginal, leastScore, type OriginalFound } from '../../similarity/translations.ts'
import { lookForAlike, otherBridgeOf } from '../signals/candidates.ts'
import { type Signal, signalOf } from '../signals/signals.ts'
import { findSignal, listSignals } from '../signals/store.ts'
import { listRefused } from '../store.ts'

const windowMs = 120 * 24 * 60 * 60 * 1000
/** Below this likeness there is no translation, whatever else speaks for it. */
const leastLikeness = 0.15
const mostCandidates = 10
/** So many of what came before its original are asked again when that comes. */
const mostAskedAgain = 4

type Candidate = { language: string; publishedAt: string; vector: Signal['bridged']; standing: Standing }

/**
 * Ties an article to the one that it is translated from, where nobody has declared that, and what is translated from it to it,
 * where that came first.
 */
export async function tieOriginal(tx: Transaction, article: PlacedArticle, signal: Signal): Promise<void> {
  await tieOne(tx, signal, article)
  const later = await candidatesFor(tx, signal, { from: 0, to: windowMs })
  for (const { standing } of later.slice(0, mostAskedAgain)) {
    const row = await findSignal(tx, standing.id)
    if (row && standing.originalId !== article.id) await tieOne(tx, signalOf(row), standing)
  }
}

type Tied = { id: string; originalId: string | null; hasDeclaredOriginal: boolean }

async function tieOne(tx: Transaction, signal: Signal, article: Tied): Promise<void> {
  if (article.hasDeclaredOriginal) return
  const found = await findOriginalOf(tx, signal)
  const original = found?.accepted ? found.candidate.standing.id : null
  if (original === article.originalId) return
  const score = original === null ? null : scoreOf(found)
  await tieArticle(tx, article.id, { found_original_id: original, found_original_score: score })
  await refreshCards(tx, [article.id])
}

/** The likeliest original of an article, accepted or not, among those that an editor has not said it is not. */
export async function findOriginalOf(
  q: Queries,
  signal: Signal,
): Promise<OriginalFound<Candidate> | undefined> {
  const candidates = await candidatesFor(q, signal, { from: -windowMs, to: 0 })
  const refused = await listRefused(q, signal.articleId, 'translation')
  return findOriginal(
    bridged(signal),
    candidates.filter(({ standing }) => !refused.includes(standing.id)),
  )
}

export function scoreOf(found: OriginalFound<unknown> | undefined): number {
  return Math.round(Math.min(1, found?.signals.likeness ?? 0) * 1000) / 1000
}

const bridged = ({ language, publishedAt, bridged: vector }: Signal) => ({
  language,
  publishedAt: new Date(publishedAt).toISOString(),
  vector,
})

/** The articles in the other language that are most alike, by the English words that both stand for. */
async function candidatesFor(
  q: Queries,
  signal: Signal,
  { from, to }: { from: number; to: number },
): Promise<Candidate[]> {
  const alike = await lookForAlike(q, {
    vector: signal.bridged,
    space: otherBridgeOf(signal.language),
    from: signal.publishedAt + from,
    to: signal.publishedAt + to,
    floor: leastLikeness,
    limit: mostCandidates,
  })
  const rows = await listSignals(
    q,
    alike.map(({ number }) => number),
  )
  const others = rows.map(signalOf)
  const standings = new Map(
    (
      await standingsOf(
        q,
        others.map((other) => other.articleId),
      )
    ).map((standing) => [standing.id, standing]),
  )
  return others.flatMap((other) => {
    const standing = standings.get(other.articleId)
    return standing?.state === 'published' ? [{ ...bridged(other), standing }] : []
  })
}

/** How two articles fare where the one is asked whether the other is its original; `undefined` where it cannot be. */
export function explainOriginal(translation: Signal, original: Signal) {
  const found = findOriginal(bridged(translation), [bridged(original)])
  return found && { ...found, threshold: leastScore }
}
