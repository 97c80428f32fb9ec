import type { Queries, Transaction } from '../database/database.ts'
import { turn } from '../shared/turns.ts'
import {
  insertLabels,
  insertListings,
  listArticleIds,
  listLabels,
  listLabelsOfArticles,
  listListings,
  listPage,
  type Place,
  recount,
  relist,
  removeLabels,
  removeListings,
  updateCounts,
} from './labels-store.ts'
import { listAncestry } from './store.ts'
import { chainOf, parentsOf } from './tree.ts'

const sliceSize = 500

/** `isNew`: it has no tag yet, and stands on no page. */
type Listed = { id: string; publishedAt: string; isNew?: boolean }

/**
 * Gives an article exactly these tags. While it is listed it stands on their pages and on those of all tags above them. Answers the
 * ids of all tags that this concerns: those that it had, those that it has, and those above them.
 */
export async function labelArticle(
  tx: Transaction,
  article: Listed & { listed: boolean },
  tagIds: string[],
): Promise<string[]> {
  const labels = article.isNew ? [] : await listLabels(tx, article.id)
  const present = labels.map(({ tag_id }) => tag_id)
  const wanted = [...new Set(tagIds)]
  if (present.length === 0 && wanted.length === 0) return []
  const parents = await parentsOf(tx, [...wanted, ...present])
  const removed = without(present, wanted)
  if (removed.length > 0) await removeLabels(tx, article.id, removed)
  const added = without(wanted, present)
  if (added.length > 0) await insertLabels(tx, article.id, added)
  const pages = article.listed ? new Set(wanted.flatMap((id) => chainOf(parents, id))) : new Set<string>()
  await listOn(tx, article, [...pages])
  return [...new Set([...wanted, ...present].flatMap((id) => chainOf(parents, id)))]
}

/** The ids of the tags of an article, and of those above them. */
export async function tagIdsOf(q: Queries, articleId: string): Promise<string[]> {
  const labels = await listLabels(q, articleId)
  const ids = labels.map(({ tag_id }) => tag_id)
  return ids.length > 0 ? (await listAncestry(q, ids)).map(({ id }) => id) : []
}

/** Takes an article off all its tags, and answers the ids of those that this concerns. */
export function unlistArticle(tx: Transaction, articleId: string): Promise<string[]> {
  return labelArticle(tx, { id: articleId, publishedAt: '', listed: false }, [])
}

/** The tags of each article that has any, by slug. */
export async function tagsOfArticles(
  q: Queries,
  articleIds: string[],
): Promise<Map<string, { slug: string; name: string }[]>> {
  const rows = articleIds.length > 0 ? await listLabelsOfArticles(q, articleIds) : []
  const tags = new Map<string, { slug: string; name: string }[]>()
  for (const { article_id, slug, name } of rows) {
    const known = tags.get(article_id)
    if (known) known.push({ slug, name })
    else tags.set(article_id, [{ slug, name }])
  }
  return tags
}

/** The articles that carry the tag itself. */
export async function articlesOf(q: Queries, tagId: string): Promise<string[]> {
  return (await listArticleIds(q, tagId)).map(({ article_id }) => article_id)
}

/**
 * Brings the articles of one tag's page onto those of the other pages where they belong now, and off the rest of them. In
 * slices, between which the event loop turns, so that reads go on while many are moved.
 */
export async function relistOn(tx: Transaction, pages: string[], movedId: string): Promise<void> {
  const others = [...new Set(pages)].filter((id) => id !== movedId)
  if (others.length === 0) return
  for (let after: Place = { published_at: '', article_id: '' }; ; await turn()) {
    const last = (await listPage(tx, movedId, after, sliceSize)).at(-1)
    if (!last) break
    await relist(tx, others, movedId, { after, last })
    after = last
  }
  await recount(tx, others)
}

async function listOn(tx: Transaction, article: Listed, tagIds: string[]): Promise<void> {
  const rows = article.isNew ? [] : await listListings(tx, article.id)
  const listed = rows.map(({ tag_id }) => tag_id)
  const inPlace = rows.filter((row) => row.published_at === article.publishedAt).map(({ tag_id }) => tag_id)
  const kept = tagIds.filter((id) => inPlace.includes(id))
  const stale = without(listed, kept)
  if (stale.length > 0) await removeListings(tx, article.id, stale)
  const fresh = without(tagIds, kept)
  if (fresh.length > 0) await insertListings(tx, article, fresh)
  const gained = without(tagIds, listed)
  if (gained.length > 0) await updateCounts(tx, gained, 1)
  const lost = without(listed, tagIds)
  if (lost.length > 0) await updateCounts(tx, lost, -1)
}

const without = (ids: string[], others: string[]) => ids.filter((id) => !others.includes(id))
