import type { Queries, Transaction } from '../database/database.ts'
import { type ArticleRow, listArticles, listBodies } from './store.ts'
import {
  earliestDuplicate,
  findLeftStory,
  listGroups,
  moveDuplicates,
  type Placing,
  updatePlacing,
} from './surroundings-store.ts'

/** An article as it is held against others. Times are RFC 3339. */
export type PlacedArticle = {
  id: string
  sourceId: string
  url: string
  canonicalUrl: string | null
  title: string
  summary: string | null
  text: string
  language: string
  publishedAt: string
  state: ArticleRow['state']
  attribution: { text: string; url: string | null; rightsHolder: string | null } | null
  /** What was declared, be it here or not. */
  hasDeclaredOriginal: boolean
  originalId: string | null
  storyId: string | null
  isStoryFixed: boolean
  duplicateOfId: string | null
  foundOriginalId: string | null
}

/** The articles of these ids, with their texts, in no order. */
export async function placedArticles(q: Queries, ids: string[]): Promise<Map<string, PlacedArticle>> {
  if (ids.length === 0) return new Map()
  const rows = await listArticles(q, ids)
  const texts = new Map((await listBodies(q, ids)).map((body) => [body.article_id, body.text]))
  return new Map(rows.map((row) => [row.id, placedOf(row, texts.get(row.id) ?? '')]))
}

function placedOf(row: ArticleRow, text: string): PlacedArticle {
  return {
    id: row.id,
    sourceId: row.source_id,
    url: row.url,
    canonicalUrl: row.canonical_url,
    title: row.title,
    summary: row.summary,
    text,
    language: row.language,
    publishedAt: row.published_at,
    state: row.state,
    attribution: row.attribution === null ? null : JSON.parse(row.attribution),
    hasDeclaredOriginal: row.translation_of_method !== null,
    originalId: row.translation_of_id ?? row.found_original_id,
    storyId: row.story_id,
    isStoryFixed: row.story_fixed_at !== null,
    duplicateOfId: row.duplicate_of_id,
    foundOriginalId: row.found_original_id,
  }
}

/** Writes what was found out about an article, as far as it is named here. Its card is written by `refreshCards`. */
export async function placeArticle(tx: Transaction, id: string, found: Partial<Placing>): Promise<void> {
  await updatePlacing(tx, id, found)
}

/** The articles that have the text of this original, and itself, the earliest first: published ones. */
export async function duplicateGroup(q: Queries, originalId: string): Promise<string[]> {
  return (await listGroups(q, [originalId])).map(({ id }) => id)
}

/** The earliest of its duplicates stands for an original that is no longer to be read. Answers all that now show another one. */
export async function passOnDuplicates(tx: Transaction, originalId: string): Promise<string[]> {
  const next = await earliestDuplicate(tx, originalId)
  if (!next) return []
  await updatePlacing(tx, next.id, { duplicate_of_id: null, duplicate_score: null })
  const moved = await moveDuplicates(tx, originalId, next.id)
  return [next.id, ...moved]
}

