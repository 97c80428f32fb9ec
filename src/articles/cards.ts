import { setImmediate as turn } from 'node:timers/promises'
import type { Queries, Transaction } from '../database/database.ts'
import { findSource } from '../sources/sources.ts'
import { tagsOfArticles } from '../tags/tags.ts'
import type { Article } from './article.ts'
import { attributionOf } from './attribution.ts'
import { type ArticleRow, listArticles, updateCard } from './store.ts'

type SourceShown = { id: string; name: string; homeUrl: string; attributionTemplate: string | null }

const sliceSize = 200

/** The article as lists serve it. It is stored as this JSON, so that a list is read and sent without being made anew. */
export function cardOf(row: ArticleRow, source: SourceShown, tags: Article['tags']): string {
  const authors: Article['authors'] = JSON.parse(row.authors)
  const { id, name, homeUrl } = source
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
    translationOf: translationOf(row),
    tags: tags.map((tag) => ({ slug: tag.slug, name: tag.name })),
    story: null,
    duplicateOf: row.duplicate_of_id,
    alsoIn: [],
    state: row.state,
    revision: row.revision,
    externalId: row.external_id,
  }
  return JSON.stringify(card)
}

export function translationOf(row: ArticleRow): Article['translationOf'] {
  if (row.translation_of_method === null) return null
  return {
    articleId: row.translation_of_id,
    url: row.translation_of_url,
    language: row.translation_of_language,
    method: row.translation_of_method,
  }
}

/**
 * Writes the cards of these articles anew, after a source or a tag that they show was renamed. In slices, between which
 * the event loop turns, so that reads go on while many are written.
 */
export async function refreshCards(tx: Transaction, articleIds: string[]): Promise<void> {
  for (let at = 0; at < articleIds.length; at += sliceSize) {
    if (at > 0) await turn()
    const rows = await listArticles(tx, articleIds.slice(at, at + sliceSize))
    const tags = await tagsOfArticles(
      tx,
      rows.map((row) => row.id),
    )
    const sources = await sourcesOf(tx, rows)
    for (const row of rows) {
      await updateCard(
        tx,
        row.id,
        cardOf(row, sources.get(row.source_id) as SourceShown, tags.get(row.id) ?? []),
      )
    }
  }
}

async function sourcesOf(q: Queries, rows: ArticleRow[]): Promise<Map<string, SourceShown>> {
  const sources = new Map<string, SourceShown>()
  for (const id of new Set(rows.map((row) => row.source_id))) {
    const source = await findSource(q, id)
    if (source) sources.set(id, source)
  }
  return sources
}
