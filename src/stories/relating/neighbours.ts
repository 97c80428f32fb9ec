import { type Standing, standingsOf } from '../../articles/articles.ts'
import type { Queries } from '../../database/database.ts'
import { windowMs } from '../../similarity/events.ts'
import { longestDelayMs } from '../../similarity/translations.ts'
import { lookForAlike, otherBridgeOf } from '../signals/candidates.ts'
import { type Signal, signalOf } from '../signals/signals.ts'
import { listSignals, type WordRow } from '../signals/store.ts'

/** A published article near another one. `likeness` is about their cosine. */
export type Neighbour = { standing: Standing; signal: Signal; likeness: number }

/** Those that have words in common within the time of an event, and those of the other language, within that of a translation. */
export type Neighbours = { near: Neighbour[]; across: Neighbour[] }

/** What has less in common neither tells the same event nor is a translation. */
const floors = { near: 0.15, across: 0.13 }
const most = { near: 30, across: 20 }

/** Looks once for all that an article may be tied to. `known` are the words of the article, as they were counted. */
export async function findNeighbours(
  q: Queries,
  signal: Signal,
  known?: Map<string, WordRow>,
): Promise<Neighbours> {
  const around = (ms: number) => ({ from: signal.publishedAt - ms, to: signal.publishedAt + ms })
  const near = await lookForAlike(
    q,
    { vector: signal.own, space: 'own', ...around(windowMs), floor: floors.near, limit: most.near },
    known,
  )
  const across = await lookForAlike(q, {
    vector: signal.bridged,
    space: otherBridgeOf(signal.language),
    ...around(longestDelayMs),
    floor: floors.across,
    limit: most.across,
  })
  const neighbours = await publishedOf(q, signal, [...near, ...across])
  const isAmong = (found: { number: number }[]) => {
    const numbers = new Set(found.map(({ number }) => number))
    return (neighbour: Neighbour) => numbers.has(neighbour.signal.number)
  }
  return {
    near: neighbours.filter(isAmong(near)).filter(({ signal: other }) => isWithin(signal, other, windowMs)),
    across: neighbours
      .filter(isAmong(across))
      .filter(({ signal: other }) => isWithin(signal, other, longestDelayMs)),
  }
}

export function isWithin(a: Signal, b: Signal, ms: number): boolean {
  return Math.abs(a.publishedAt - b.publishedAt) <= ms
}

async function publishedOf(
  q: Queries,
  signal: Signal,
  found: { number: number; score: number }[],
): Promise<Neighbour[]> {
  const scores = new Map(found.map(({ number, score }) => [number, score]))
  scores.delete(signal.number)
  const published = await listPublished(q, [...scores.keys()])
  return published
    .map((other) => ({ ...other, likeness: scores.get(other.signal.number) as number }))
    .sort((a, b) => b.likeness - a.likeness || b.signal.number - a.signal.number)
}

/** The published articles of these signals, in no order; those that are gone are left out. */
export async function listPublished(
  q: Queries,
  numbers: number[],
): Promise<{ standing: Standing; signal: Signal }[]> {
  if (numbers.length === 0) return []
  const signals = (await listSignals(q, numbers)).map(signalOf)
  const standings = await standingsOf(
    q,
    signals.map(({ articleId }) => articleId),
  )
  const byId = new Map(standings.map((standing) => [standing.id, standing]))
  return signals.flatMap((signal) => {
    const standing = byId.get(signal.articleId)
    return standing?.state === 'published' ? [{ standing, signal }] : []
  })
}
