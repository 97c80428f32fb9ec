import type { Queries } from '../database/database.ts'
import { tagIdsOf } from '../tags/tags.ts'
import { findArticle } from './store.ts'

/** Whom a change of something that belongs to an article concerns: who follows its source, or one of its tags. */
export async function concernOf(
  q: Queries,
  articleId: string,
): Promise<{ sourceId?: string; tagIds: string[] }> {
  const article = await findArticle(q, articleId)
  return { ...(article && { sourceId: article.source_id }), tagIds: await tagIdsOf(q, articleId) }
}
