import { type Standing, standingsOf, translationsOf } from '../../articles/articles.ts'
import type { Queries } from '../../database/database.ts'
import {
  chooseRelated,
  decay,
  leastScore,
  type RelatedArticle,
  type Reason as RelatedReason,
  relatedScore,
} from '../../similarity/related.ts'
import { estimateOverlap } from '../../similarity/shingles.ts'
import type { LinkKind, LinkReason } from '../link.ts'
import { lookForAlike } from '../signals/candidates.ts'
import { distanceTo } from '../signals/postings.ts'
import { comparedOf, type Signal, signalOf } from '../signals/signals.ts'
import { findSignal } from '../signals/store.ts'
import { type Decided, type LinkView, listDecided } from '../store.ts'
import { listPublished } from './neighbours.ts'

const mostCandidates = 60
const dayMs = 24 * 60 * 60 * 1000
/** So far apart even what is alike in every word is not shown: the score is halved every 60 days. */
const farthestMs = Math.log2(1 / leastScore) * 60 * dayMs
/** So much of a text in another of the same outlet is its recap. */
const recap = 0.1
const nothingCommon: ReadonlySet<number> = new Set()

/** What is looked at: an article with what editors decided about its links, or a text that is none. */
export type Subject = {
  compared: RelatedArticle
  id?: string
  standing?: Standing
  signal?: Signal
  decided?: Decided[]
}
export type Computed = { links: LinkView[]; suppressedCount: number }

/**
 * The related links that the service finds for an article, with their reasons: what it is translated from or into, then by score
 * what is alike enough to be related, each text once and at most two of a story. Nothing is padded.
 */
export async function computeLinks(q: Queries, articleId: string, kinds?: LinkKind[]): Promise<Computed> {
  const row = await findSignal(q, articleId)
  const [standing] = await standingsOf(q, [articleId])
  if (!row || !standing) return { links: [], suppressedCount: 0 }
  const signal = signalOf(row)
  const decided = await listDecided(q, articleId)
  const found = await findRelated(q, {
    id: articleId,
    compared: comparedOf(signal),
    standing,
    signal,
    decided,
  })
  const named = new Set(decided.filter(({ origin }) => origin === 'editorial').map(({ id }) => id))
  const ties = (await listTies(q, standing)).filter(({ target_article_id: id }) => !named.has(id as string))
  const links = [...ties, ...found.links].filter(({ kind }) =>
    kinds ? kinds.includes(kind) : kind !== 'duplicate',
  )
  return { links, suppressedCount: kinds && !kinds.includes('related') ? 0 : found.suppressedCount }
}

/** What is alike enough to be related to an article, or to a text. */
export async function findRelated(q: Queries, subject: Subject): Promise<Computed> {
  const candidates = await candidatesFor(q, subject)
  const chosen = chooseShown(subject, candidates)
  const links = chosen.shown.map(({ candidate, relation: { score, reasons } }) => ({
    ...linkTo(subject.id ?? '', candidate.standing, kindOf(subject, candidate), score),
    reasons: JSON.stringify([
      ...sharedStanding(subject.standing, candidate.standing),
      ...reasons.map(reasonOf),
    ]),
  }))
  return { links, suppressedCount: chosen.held }
}

type Candidate = { standing: Standing; signal: Signal; compared: RelatedArticle }

/** The published articles that share most with it, in the months around it. */
async function candidatesFor(q: Queries, { compared, id }: Subject): Promise<Candidate[]> {
  const { publishedAt, vector } = compared
  const alike = await lookForAlike(q, {
    vector,
    space: 'own',
    from: publishedAt - farthestMs,
    to: publishedAt + farthestMs,
    floor: leastScore,
    limit: mostCandidates,
    factorOf: (period) => decay(distanceTo(period, publishedAt)),
  })
  const published = await listPublished(
    q,
    alike.map(({ number }) => number),
  )
  return published
    .filter(({ standing }) => standing.id !== id)
    .map((other) => ({ ...other, compared: comparedOf(other.signal) }))
}

/** Each text once, and what an editor has named or removed not at all. `held` counts what is alike and not shown. */
function chooseShown(subject: Subject, candidates: Candidate[]) {
  const left = new Set(subject.decided?.map(({ id }) => id))
  const ofText = new Set(subject.standing ? [rootOf(subject.standing)] : [])
  const storyId = subject.standing?.storyId ?? null
  const scored = candidates
    .map((candidate) => ({
      candidate,
      relation: relatedScore(subject.compared, candidate.compared),
      isSameStory: storyId !== null && candidate.standing.storyId === storyId,
    }))
    .filter(({ candidate: { standing } }) => !left.has(standing.id) && !ofText.has(rootOf(standing)))
    .sort((a, b) => (a.candidate.standing.id < b.candidate.standing.id ? 1 : -1))
  const shown = chooseRelated(scored, {
    areOneText: (a, b) => rootOf(a.candidate.standing) === rootOf(b.candidate.standing),
    areOneStory: ({ candidate: { standing } }, b) =>
      standing.storyId !== null && standing.storyId === b.candidate.standing.storyId,
  })
  return { shown, held: scored.length - shown.length }
}

export const reasonOf = ({ kind, text, weight }: RelatedReason): LinkReason => ({
  type: kind,
  value: text,
  weight: Math.round(weight * 10_000) / 10_000,
})

const rootOf = ({ id, duplicateOfId }: Standing) => duplicateOfId ?? id

function sharedStanding(a: Standing | undefined, b: Standing): LinkReason[] {
  if (!a) return []
  const story =
    a.storyId !== null && a.storyId === b.storyId ? [{ type: 'story', value: b.storyId, weight: 1 }] : []
  const tags = a.tags.filter((slug) => b.tags.includes(slug))
  return [...story, ...tags.map((slug) => ({ type: 'tag', value: slug, weight: 0 }))]
}

/** An outlet that takes up its own text again wrote on, after the article or before it. */
function kindOf({ signal, standing }: Subject, other: Candidate): LinkKind {
  if (!signal || standing?.sourceId !== other.standing.sourceId) return 'related'
  const { jaccard, containment } = estimateOverlap(signal.sketch, other.signal.sketch, nothingCommon)
  if (jaccard < recap && containment < 2 * recap) return 'related'
  return other.signal.publishedAt > signal.publishedAt ? 'followUp' : 'background'
}

/** What it is known to be translated from or into, and who else has its text. */
async function listTies(q: Queries, standing: Standing): Promise<LinkView[]> {
  const ties: LinkView[] = []
  const { id, originalId, originalScore, duplicateOfId } = standing
  const others = await translationsOf(q, id)
  const ids = [originalId, duplicateOfId, ...standing.alsoIn].filter((other) => other !== null)
  const known = new Map((await standingsOf(q, ids)).map((other) => [other.id, other]))
  const original = known.get(originalId ?? '')
  if (original) ties.push(tieTo(id, original, 'translation', originalScore))
  for (const translation of others)
    ties.push(tieTo(id, translation, 'translation', translation.originalScore))
  for (const other of standing.alsoIn) {
    const duplicate = known.get(other)
    if (duplicate)
      ties.push(tieTo(id, duplicate, 'duplicate', standing.duplicateScore ?? duplicate.duplicateScore))
  }
  return ties.filter(({ target_state }) => target_state === 'published')
}

/** A tie without a score was declared. */
function tieTo(articleId: string, other: Standing, kind: LinkKind, score: number | null): LinkView {
  const reason: LinkReason = { type: score === null ? 'declared' : 'text', value: kind, weight: score ?? 1 }
  return { ...linkTo(articleId, other, kind, score ?? 1), reasons: JSON.stringify([reason]) }
}

/** It is computed anew at every read, and so has an id that tells what it is between. */
const computedId = (kind: LinkKind, articleId: string, targetId: string) => `${kind}_${articleId}_${targetId}`

function linkTo(articleId: string, target: Standing, kind: LinkKind, score: number): LinkView {
  return {
    id: computedId(kind, articleId, target.id),
    article_id: articleId,
    kind,
    origin: 'computed',
    position: 0,
    score: Math.round(Math.min(score, 1) * 10_000) / 10_000,
    reasons: '[]',
    note: null,
    target_article_id: target.id,
    target_url: null,
    target_title: null,
    version: 1,
    created_at: target.firstSeenAt,
    updated_at: target.updatedAt,
    target_state: target.state,
    card: target.card,
  }
}
