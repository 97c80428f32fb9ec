import type { ArticleFilters } from '../articles/listing.ts'
import type { Queries } from '../database/database.ts'
import { join, sql, where } from '../database/sql.ts'
import { Failure } from '../shared/failure.ts'
import { findSource } from '../sources/sources.ts'
import { findTagIds } from '../tags/tags.ts'
import { findsNumber } from '../text-index/text-index.ts'
import { searchOf, textQueryOf } from './search.ts'

/**
 * Which of a few articles a list with these filters has now. A query that was kept may name a tag or a source to leave out that
 * is gone by now, which then leaves out nothing, and one that cannot be read any more finds nothing.
 */
export async function findMatching(
  q: Queries,
  { q: text, expand, ...filters }: ArticleFilters & { q?: string; expand?: boolean },
  articleIds: string[],
): Promise<Set<string>> {
  if (articleIds.length === 0) return new Set()
  try {
    const search = await searchOf(q, textQueryOf({ q: text, expand }), await withoutGone(q, filters))
    if (!search) return new Set()
    const { query, checks } = search
    const ids = sql`a.id in (${join(articleIds)})`
    const found = query
      ? await q.all<{ id: string }>(sql`
          select a.id from article a join text_entry e on e.article_id = a.id
          ${where([ids, ...checks, findsNumber(q, query, sql`e.number`)])}`)
      : await q.all<{ id: string }>(sql`select a.id from article a ${where([ids, ...checks])}`)
    return new Set(found.map(({ id }) => id))
  } catch (error) {
    if (error instanceof Failure && error.code === 'bad-request') return new Set()
    throw error
  }
}

async function withoutGone(
  q: Queries,
  { tagsNone = [], sourceNone = [], ...filters }: ArticleFilters,
): Promise<ArticleFilters> {
  const ids = await findTagIds(q, tagsNone)
  const sources = await Promise.all(sourceNone.map((id) => findSource(q, id)))
  const tags = tagsNone.filter((_, index) => ids[index] !== undefined)
  const living = sourceNone.filter((_, index) => sources[index] !== undefined)
  return {
    ...filters,
    ...(tags.length > 0 && { tagsNone: tags }),
    ...(living.length > 0 && { sourceNone: living }),
  }
}
