import type { z } from 'zod'
import { recordChange } from '../changes/changes.ts'
import type { Transaction } from '../database/database.ts'
import { turn } from '../shared/turns.ts'
import { tagIdsOf, tagsOfArticles } from '../tags/tags.ts'
import type { Article, TranslationOf } from './article.ts'
import { attributionOf } from './attribution.ts'
import { type SourceSummary, sourcesOf } from './card-sources.ts'
import { type ArticleRow, listArticlesForUpdate, updateCard } from './store.ts'
import { alone, type Surroundings, surroundingsOf } from './surroundings.ts'
import { listMates } from './surroundings-store.ts'

const sliceSize = 200

/**
 * The article as lists serve it. It is stored as this JSON, so that a list is read and sent without being made anew. A new article
 * has nothing around it yet.
 */
export function cardOf(
  row: ArticleRow,
  source: SourceSummary,
  tags: Article['tags'],
  { storyArticleCount, alsoIn, foundOriginal }: Surroundings = alone,
): string {
  const authors: Article['authors'] = JSON.parse(row.authors)
  const { id, name, homeUrl } = source
  const declared = translationOf(row)
  const found = foundOriginal ? foundTranslation(foundOriginal, row.found_original_score) : null
  const card: Article = {
    id: row.id,
    url: row.url,
    canonicalUrl: row.canonical_url,
    title: row.title,
    summary: row.summary,
    language: row.language,
    source: { id, name, homeUrl },
    authors,
    imageUrl: row.image_url,
    publishedAt: row.published_at,
    firstSeenAt: row.first_seen_at,
    contentChangedAt: row.content_changed_at,
    updatedAt: row.updated_at,
    wordCount: row.word_count,
    readingMinutes: row.reading_minutes,
    attribution: attributionOf(row, source, authors),
    translationOf: declared ? { ...declared, score: null } : found,
    tags: tags.map((tag) => ({ slug: tag.slug, name: tag.name })),
    story: row.story_id === null ? null : { id: row.story_id, articleCount: storyArticleCount },
    duplicateOf: row.duplicate_of_id,
    alsoIn,
    state: row.state,
    revision: row.revision,
    externalId: row.external_id,
  }
  return JSON.stringify(card)
}

/** The original that was declared. */
export function translationOf(row: ArticleRow): z.infer<typeof TranslationOf> | null {
  if (row.translation_of_method === null) return null
  return {
    articleId: row.translation_of_id,
    url: row.translation_of_url,
    language: row.translation_of_language,
    method: row.translation_of_method,
  }
}

function foundTranslation(
  { id, url, language }: NonNullable<Surroundings['foundOriginal']>,
  score: number | null,
): Article['translationOf'] {
  return { articleId: id, url, language, method: 'computed', score }
}

/** Members of a card that follow from another resource, whose own change tells of them. */
type ToldMember = 'source' | 'attribution' | 'tags' | 'story'

/**
 * Writes the cards of these articles anew, and of those that show them as having the same text, after something that they show
 * has changed: the name of a source or a tag, a story, an original. In slices, between which
 * the event loop turns, so that reads go on while many are written. What changes in a card and is not `told` otherwise is told of as
 * `article.matched`, behind the last write.
 */
export async function refreshCards(
  tx: Transaction,
  articleIds: string[],
  told: ToldMember[] = [],
): Promise<void> {
  const matched: ArticleRow[] = []
  for (let at = 0; at < articleIds.length; at += sliceSize) {
    if (at > 0) await turn()
    const slice = articleIds.slice(at, at + sliceSize)
    const ids = [...new Set([...slice, ...(await listMates(tx, slice))])]
    const named = new Set(slice)
    for (const { row, card } of await writeCards(tx, await listArticlesForUpdate(tx, ids)))
      if (!isTold(row, card, named.has(row.id) ? told : [])) matched.push(row)
  }
  for (const row of matched) await tellMatched(tx, row)
}

/** The same after a change of a tag, which tells of it. */
export const refreshTagged = (tx: Transaction, articleIds: string[]) => refreshCards(tx, articleIds, ['tags'])

/** The same after a change of a source. */
export const refreshSourced = (tx: Transaction, articleIds: string[]) =>
  refreshCards(tx, articleIds, ['source', 'attribution'])

/** Writes the cards that are not as they were; `row` is what it was before. */
async function writeCards(tx: Transaction, rows: ArticleRow[]): Promise<{ row: ArticleRow; card: string }[]> {
  // All of them may have been deleted by others since they were looked for.
  if (rows.length === 0) return []
  const tags = await tagsOfArticles(
    tx,
    rows.map((row) => row.id),
  )
  const sources = await sourcesOf(tx, rows)
  const surroundings = await surroundingsOf(tx, rows)
  const written: { row: ArticleRow; card: string }[] = []
  for (const row of rows) {
    const source = sources.get(row.source_id) as SourceSummary
    const card = cardOf(row, source, tags.get(row.id) ?? [], surroundings.get(row.id))
    if (card === row.card) continue
    await updateCard(tx, row.id, card)
    written.push({ row, card })
  }
  return written
}

/** Nobody sees the card of a withdrawn article; restoring it is told. */
function isTold(row: ArticleRow, card: string, told: ToldMember[]): boolean {
  if (row.state === 'withdrawn') return true
  const rest = (json: string) => {
    const members: Record<string, unknown> = JSON.parse(json)
    for (const name of told) delete members[name]
    return JSON.stringify(members)
  }
  return rest(row.card) === rest(card)
}

async function tellMatched(
  tx: Transaction,
  { id, revision, source_id: sourceId }: ArticleRow,
): Promise<void> {
  const tagIds = await tagIdsOf(tx, id)
  await recordChange(tx, { type: 'article.matched', id, revision, sourceId, tagIds })
}
