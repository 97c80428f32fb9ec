import { type PlacedArticle, placedArticles } from '../../articles/articles.ts'
import type { Queries } from '../../database/database.ts'
import { judgeDuplicate, leastOverlap } from '../../similarity/duplicates.ts'
import { sameEvent } from '../../similarity/events.ts'
import { readArticle } from '../../similarity/reading.ts'
import { decay, leastScore, relatedScore } from '../../similarity/related.ts'
import { cosine } from '../../similarity/vector.ts'
import { linkKinds } from '../link.ts'
import type { Finding, Relation } from '../relation.ts'
import { comparedOf, eventOf, type Signal, signalOf } from '../signals/signals.ts'
import { findSignal } from '../signals/store.ts'
import { listBetween } from '../store.ts'
import { computeLinks, reasonOf } from './computed.ts'
import { explainOriginal } from './originals.ts'
import { frequenciesOf } from './story.ts'

type Side = { article: PlacedArticle; signal: Signal | undefined }

/** Why two articles are linked or are not: every signal with its number and what it has to reach. */
export async function explainRelation(q: Queries, id: string, otherId: string): Promise<Relation> {
  const articles = await placedArticles(q, [id, otherId])
  const [one, other] = [await sideOf(q, articles, id), await sideOf(q, articles, otherId)]
  const between = await listBetween(q, id, otherId)
  return {
    article: shown(one.article),
    other: shown(other.article),
    related: await related(q, one, other),
    story: await story(q, one, other),
    duplicate: duplicate(one.article, other.article),
    translation: translation(one, other),
    editorial: between
      .filter(({ origin, removed_at }) => origin === 'editorial' && removed_at === null)
      .map((link) => ({ id: link.id, kind: link.kind })),
    removed: between
      .filter(({ origin, removed_at }) => origin === 'computed' && removed_at !== null)
      .map(({ kind }) => kind),
  }
}

async function sideOf(q: Queries, articles: Map<string, PlacedArticle>, id: string): Promise<Side> {
  const row = await findSignal(q, id)
  return { article: articles.get(id) as PlacedArticle, signal: row && signalOf(row) }
}

const shown = ({ id, title, language, publishedAt }: PlacedArticle) => ({ id, title, language, publishedAt })

/** Signals are there a moment after an article is published. */
const notYet: Finding = {
  linked: false,
  found: false,
  why: 'One of the two was published a moment ago, and is not compared yet.',
  signals: [],
  reasons: [],
}

async function related(q: Queries, one: Side, other: Side): Promise<Finding> {
  if (!one.signal || !other.signal) return notYet
  const {
    score,
    needed,
    reasons,
    shown: found,
  } = relatedScore(comparedOf(one.signal), comparedOf(other.signal))
  const { links } = await computeLinks(q, one.article.id, [...linkKinds])
  const linked = links.some(({ target_article_id }) => target_article_id === other.article.id)
  const age = one.signal.publishedAt - other.signal.publishedAt
  return {
    linked,
    found,
    why: whyRelated({ linked, found, score }),
    signals: [
      signal('score', score, Number.isFinite(needed) ? needed : 1),
      signal('cosine', cosine(one.signal.own, other.signal.own)),
      signal('decay', decay(age)),
      signal('daysApart', Math.abs(age) / 86_400_000),
    ],
    reasons: reasons.map(reasonOf),
  }
}

function whyRelated({ linked, found, score }: { linked: boolean; found: boolean; score: number }): string {
  if (linked) return found ? 'The score reaches what it has to.' : 'The two are tied by their texts.'
  if (found)
    return 'The score reaches what it has to, but the link is held back: another article has the same text, the story is shown twice already, there are surer links, or an editor has removed it.'
  return score < leastScore
    ? 'The texts have too little in common.'
    : 'The titles have too little in common for texts that are as alike as these.'
}

async function story(q: Queries, one: Side, other: Side): Promise<Finding> {
  if (!one.signal || !other.signal) return notYet
  const sameness = sameEvent(eventOf(one.signal), eventOf(other.signal), await frequenciesOf(q, one.signal))
  const { score, threshold, terms, refusedBy } = sameness
  const linked = one.article.storyId !== null && one.article.storyId === other.article.storyId
  const found = score >= threshold
  return {
    linked,
    found,
    why: refusedBy ? storyRefusals[refusedBy] : verdictOf(linked, found),
    signals: [signal('score', score, threshold), signal('sharedWords', terms.length)],
    reasons: terms.slice(0, 10).map(({ word, weight }) => reasonOf({ kind: 'text', text: word, weight })),
  }
}

const storyRefusals = {
  window: 'More than 72 hours lie between the two.',
  digest: 'One of the two is a digest of many events, or no article at all.',
  market: 'Both report the market, at different times.',
  notice: 'Both are notices, of different companies.',
  terms: 'They share too few words.',
  anchor: 'Of the words that they share none is rare enough to tell an event.',
}

function verdictOf(linked: boolean, found: boolean): string {
  if (linked === found)
    return found ? 'The score reaches its threshold.' : 'The score is below its threshold.'
  return linked
    ? 'Other members of the story, or an editor, have brought them together.'
    : 'The score reaches its threshold, but others of the story are too far, or an editor keeps them apart.'
}

function duplicate(one: PlacedArticle, other: PlacedArticle): Finding {
  const {
    duplicate: found,
    jaccard,
    containment,
    refusedBy,
  } = judgeDuplicate(readArticle(one), readArticle(other))
  const linked = (one.duplicateOfId ?? one.id) === (other.duplicateOfId ?? other.id)
  return {
    linked,
    found,
    why: refusedBy
      ? duplicateRefusals[refusedBy]
      : found
        ? 'The texts overlap enough.'
        : 'The texts overlap too little.',
    signals: [
      signal('jaccard', jaccard, leastOverlap.jaccard),
      signal('containment', containment, leastOverlap.containment),
    ],
    reasons: [],
  }
}

const duplicateRefusals = {
  wall: 'One of the two is no article but what a site shows in place of one.',
  roundup: 'One of the two collects many news.',
  title: 'One retells the other in an article about something else.',
  numbers: 'The same form is filled with other numbers.',
  followUp: 'The outlet wrote on, and repeats what it had written.',
  boilerplate: 'What they have in common, many others have.',
  short: 'There is too little text to tell.',
}

function translation(one: Side, other: Side): Finding {
  if (!one.signal || !other.signal) return notYet
  const [earlier, later] = [one, other].sort(
    (a, b) => Date.parse(a.article.publishedAt) - Date.parse(b.article.publishedAt),
  ) as [Side, Side]
  const pairs: [Side, Side][] = [
    [later, earlier],
    [earlier, later],
  ]
  const linked = pairs.some(([a, b]) => a.article.originalId === b.article.id)
  for (const [translated, original] of pairs) {
    const found = explainOriginal(translated.signal as Signal, original.signal as Signal)
    if (!found) continue
    const { accepted, score, signals, threshold } = found
    return {
      linked,
      found: accepted,
      why: accepted ? 'The texts say the same in both languages.' : 'The texts have too little in common.',
      signals: [
        signal('score', score, threshold),
        signal('likeness', signals.likeness),
        signal('sharedWords', signals.sharedWords.length, signals.wordsNeeded),
        signal('daysApart', signals.days),
      ],
      reasons: signals.sharedWords
        .slice(0, 10)
        .map(({ word, weight }) => reasonOf({ kind: 'text', text: word, weight })),
    }
  }
  return { ...notYet, linked, why: 'A translation is in another language, and comes within 120 days.' }
}

function signal(name: string, value: number, threshold: number | null = null) {
  return { name, value: Math.round(value * 10_000) / 10_000, threshold }
}
