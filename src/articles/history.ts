import type { Queries } from '../database/database.ts'
import { tagsOfArticles } from '../tags/tags.ts'
import type { Revision, RevisionContent } from './article.ts'
import { translationOf } from './cards.ts'
import { type ArticleRow, findBody, findRevision, listRevisions } from './store.ts'

/** Where a page of revisions begins: with the present one, which is the article itself, then the former ones. */
export async function revisionsOf(
  q: Queries,
  row: ArticleRow,
  before: number,
  limit: number,
): Promise<Revision[]> {
  const present = before > row.revision ? [await presentRevision(q, row)] : []
  const former = await listRevisions(q, row.id, Math.min(before, row.revision), limit)
  return [
    ...present,
    ...former.map(({ revision, at, content }) => ({ revision, at, content: JSON.parse(content) })),
  ].slice(0, limit)
}

export async function revisionOf(
  q: Queries,
  row: ArticleRow,
  revision: number,
): Promise<Revision | undefined> {
  if (revision === row.revision) return presentRevision(q, row)
  const former = await findRevision(q, row.id, revision)
  return former && { revision, at: former.at, content: JSON.parse(former.content) }
}

async function presentRevision(q: Queries, row: ArticleRow): Promise<Revision> {
  const body = await findBody(q, row.id)
  const content = snapshot(row, await slugsOf(q, row.id), body?.html ?? '')
  return { revision: row.revision, at: row.revised_at, content }
}

/** The tags of an article, as they are written. */
export async function slugsOf(q: Queries, id: string): Promise<string[]> {
  return ((await tagsOfArticles(q, [id])).get(id) ?? []).map((tag) => tag.slug)
}

/** The members of an article that are its own, as they stand. */
export function snapshot(row: ArticleRow, tags: string[], html: string): RevisionContent {
  return {
    url: row.url,
    canonicalUrl: row.canonical_url,
    externalId: row.external_id,
    title: row.title,
    summary: row.summary,
    language: row.language,
    authors: JSON.parse(row.authors),
    imageUrl: row.image_url,
    publishedAt: row.published_at,
    attribution: row.attribution === null ? null : JSON.parse(row.attribution),
    translationOf: translationOf(row),
    tags: [...tags].sort(),
    body: { html },
  }
}
