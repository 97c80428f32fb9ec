import type { Queries } from '../database/database.ts'
import { turn } from '../shared/turns.ts'
import { type Phrase, type Prefix, type TextQuery, termsIn } from '../text-index/query.ts'
import type { Stretch } from '../text-index/text-index.ts'
import { findAllMatches, findMatches } from './finding.ts'
import type { TextSearch } from './search.ts'
import { countEntries, countPublished, listNumbers, type MatchRow } from './store.ts'

type Leaf = Phrase | Prefix
export type Ranked = MatchRow & { score: number }

/**
 * What the order of a search by relevance was made of, kept in its cursors: the weights of the words, and the stretches of
 * the index that were ranked, from the newest match down to `bottom`, and for matches in the title to `titleBottom`. With
 * them a later page ranks the same articles in the same way, whatever is written meanwhile.
 */
export type Ranking = { weights: number[]; top: number; bottom: number; titleBottom: number }

/** The newest matches are ranked, and more of those that match in their titles: what is older follows, the newest first. */
const maxRanked = 500
const maxTitles = 250
const maxLeaves = 16
/** Whether words meet in titles is found by a walk through all that has one of them: no longer than this. */
const maxWalked = 50_000
const titleFactor = 3

/** Numbers below all others: where nothing is left behind a stretch. */
export const end = Number.MIN_SAFE_INTEGER

/** Finds the articles that are to be ranked, and weighs the words of the query. */
export async function beginRanking(
  q: Queries,
  search: TextSearch,
): Promise<{ ranking: Ranking; rows: MatchRow[] }> {
  const found = await findMatches(q, search, { direction: 'desc', limit: maxRanked })
  const bottom = found.reached ?? end
  const { weights, counts } = await weighed(q, search.query)
  const older =
    bottom === end || walkedFor(search.query, counts) > maxWalked
      ? undefined
      : await findMatches(q, inTitleOnly(search), { direction: 'desc', limit: maxTitles, below: bottom })
  const rows = [...found.rows, ...(older?.rows ?? [])]
  const ranking = {
    weights,
    top: rows[0]?.number ?? end,
    bottom,
    titleBottom: older ? (older.reached ?? end) : bottom,
  }
  return { ranking, rows }
}

/** The same articles on a later page. */
export async function rankedRows(q: Queries, search: TextSearch, ranking: Ranking): Promise<MatchRow[]> {
  const { bottom, titleBottom, top } = ranking
  const direction = 'desc'
  const rows = await findAllMatches(q, search, { direction, above: justBelow(bottom), below: top + 1 })
  if (titleBottom === bottom) return rows
  const older = { direction, above: justBelow(titleBottom), below: bottom } as const
  return [...rows, ...(await findAllMatches(q, inTitleOnly(search), older))]
}

/** Articles of a ranking, the best first. */
export async function rank(
  q: Queries,
  { query }: TextSearch,
  { weights, top, titleBottom }: Ranking,
  rows: MatchRow[],
): Promise<Ranked[]> {
  const scores = await scoresOf(q, query, weights, { above: justBelow(titleBottom), below: top + 1 })
  return rows
    .map((row) => ({ ...row, score: round(scores.get(row.number) ?? 0) }))
    .sort((a, b) => b.score - a.score || b.number - a.number)
}

const justBelow = (number: number) => (number === end ? undefined : number - 1)

/** What is behind all that was ranked: the newest first, without the titles that were ranked already. */
export function behindRanked(search: TextSearch, { titleBottom }: Ranking, below: number) {
  if (below <= titleBottom) return { search, stretch: { below } }
  const query: TextQuery = { type: 'without', part: search.query, except: inTitle(search.query) }
  return {
    search: { ...search, query },
    stretch: { below, above: justBelow(titleBottom) },
    next: titleBottom === end ? undefined : titleBottom,
  }
}

const inTitleOnly = (search: TextSearch) => ({ ...search, query: inTitle(search.query) })

/** The same query, asked of titles alone. */
export function inTitle(query: TextQuery): TextQuery {
  if (query.type === 'without') return { ...query, part: inTitle(query.part) }
  if (query.type === 'phrase' || query.type === 'prefix') return { ...query, inTitle: true }
  return { ...query, parts: query.parts.map(inTitle) }
}

/**
 * Each article scores the weights of the words that it has, three times where they are in its title. How often a word occurs
 * does not count: on titles as queries (known-item search) presence does as well as BM25, and it is the same on both engines.
 */
export async function scoresOf(
  q: Queries,
  query: TextQuery,
  weights: number[],
  stretch: Stretch,
  maxPerLeaf = 5000,
): Promise<Map<number, number>> {
  const scores = new Map<number, number>()
  const leaves = termsIn(query).slice(0, maxLeaves)
  const needed = new Set(neededIn(query))
  for (const [index, leaf] of leaves.entries()) {
    const weight = weights[index] ?? 0
    const add = (numbers: number[], score: number) => {
      for (const number of numbers) scores.set(number, (scores.get(number) ?? 0) + score)
    }
    const inTitles = { ...leaf, inTitle: true }
    // What every match has makes no difference: it is scored, and looked for, only where it is in the title.
    const tellsApart = !leaf.inTitle && !needed.has(leaf)
    if (tellsApart) add(await listNumbers(q, leaf, stretch, maxPerLeaf), weight)
    add(await listNumbers(q, inTitles, stretch, maxPerLeaf), weight * (titleFactor - (leaf.inTitle ? 0 : 1)))
    await turn()
  }
  return scores
}

/** The leaves that every match has. */
function neededIn(query: TextQuery): Leaf[] {
  if (query.type === 'any') return []
  if (query.type === 'all') return query.parts.flatMap(neededIn)
  return query.type === 'without' ? neededIn(query.part) : [query]
}

const round = (score: number) => Math.round(score * 1e4) / 1e4

/** How many articles have each word, or about so many, and how rare that makes it (inverse document frequency). */
export async function weighed(
  q: Queries,
  query: TextQuery,
): Promise<{ weights: number[]; counts: Map<Leaf, number> }> {
  const leaves = termsIn(query).slice(0, maxLeaves)
  const all = await countPublished(q)
  const counts = new Map<Leaf, number>()
  for (const leaf of leaves) {
    counts.set(leaf, Math.min(await estimate(q, leaf, all), all))
    await turn()
  }
  return { weights: leaves.map((leaf) => rarity(counts.get(leaf) ?? all, all)), counts }
}

const rarity = (having: number, all: number) =>
  Math.round(Math.log(1 + (all - having + 0.5) / (having + 0.5)) * 100) / 100

/** How many entries of the index are walked through at most to find all that a query finds. */
function walkedFor(query: TextQuery, counts: Map<Leaf, number>): number {
  if (query.type === 'without') return walkedFor(query.part, counts)
  if (query.type === 'phrase' || query.type === 'prefix') return counts.get(query) ?? Number.POSITIVE_INFINITY
  const parts = query.parts.map((part) => walkedFor(part, counts))
  return query.type === 'all' ? Math.min(...parts) : parts.reduce((sum, part) => sum + part, 0)
}

const counted = 1000

/** How many articles have a word: counted up to 1,000, and from there on by how close together those stand. */
async function estimate(q: Queries, leaf: Leaf, all: number): Promise<number> {
  const numbers = await listNumbers(q, leaf, {}, counted)
  if (numbers.length < counted) return numbers.length
  const among = await countEntries(q, numbers.at(-1) as number, 20 * counted)
  return Math.round((counted / Math.max(among, counted)) * all)
}
