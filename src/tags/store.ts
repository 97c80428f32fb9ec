import type { Queries, Transaction } from '../database/database.ts'
import { join, sql } from '../database/sql.ts'

export type TagRow = {
  id: string
  slug: string
  name: string
  /** JSON: names by language. */
  names: string
  description: string | null
  parent_id: string | null
  article_count: number
  version: number
  created_at: string
  updated_at: string
}

/** The tags that have these slugs, as their own or as an alias; `asked` is the slug that led there. */
export function listBySlugs(
  q: Queries,
  slugs: string[],
): Promise<{ asked: string; id: string; slug: string; name: string }[]> {
  return q.all(sql`
    select a.slug as asked, t.id, t.slug, t.name
    from tag_alias a join tag t on t.id = a.tag_id
    where a.slug in (${join(slugs)})`)
}

/** These tags and all above them. */
export function listAncestry(q: Queries, ids: string[]): Promise<{ id: string }[]> {
  return q.all(sql`
    with recursive above (id) as (
      select id from tag where id in (${join(ids)})
      union
      select tag.parent_id from above join tag on tag.id = above.id where tag.parent_id is not null
    )
    select id from above`)
}

/** In the order of their ids, so that two writers never wait for one another. */
export function lockTags(
  tx: Transaction,
  ids: string[],
): Promise<{ id: string; parent_id: string | null }[]> {
  return tx.all(
    sql`select id, parent_id from tag where id in (${join(ids)}) order by id ${tx.dialect.forUpdate}`,
  )
}

export function listLabels(q: Queries, articleId: string): Promise<{ tag_id: string }[]> {
  return q.all(sql`select tag_id from article_tag where article_id = ${articleId}`)
}

export function listLabelsOfArticles(
  q: Queries,
  articleIds: string[],
): Promise<{ article_id: string; slug: string; name: string }[]> {
  return q.all(sql`
    select l.article_id, t.slug, t.name from article_tag l join tag t on t.id = l.tag_id
    where l.article_id in (${join(articleIds)}) order by t.slug`)
}

export async function insertLabels(tx: Transaction, articleId: string, tagIds: string[]): Promise<void> {
  const rows = tagIds.map((tagId) => sql`(${articleId}, ${tagId})`)
  await tx.run(sql`insert into article_tag (article_id, tag_id) values ${join(rows)}`)
}

export async function removeLabels(tx: Transaction, articleId: string, tagIds: string[]): Promise<void> {
  await tx.run(sql`delete from article_tag where article_id = ${articleId} and tag_id in (${join(tagIds)})`)
}

export function listListings(
  q: Queries,
  articleId: string,
): Promise<{ tag_id: string; published_at: string }[]> {
  return q.all(sql`select tag_id, published_at from tag_listing where article_id = ${articleId}`)
}

export async function insertListings(
  tx: Transaction,
  article: { id: string; publishedAt: string },
  tagIds: string[],
): Promise<void> {
  const rows = tagIds.map((tagId) => sql`(${tagId}, ${article.publishedAt}, ${article.id})`)
  await tx.run(sql`insert into tag_listing (tag_id, published_at, article_id) values ${join(rows)}`)
}

export async function removeListings(tx: Transaction, articleId: string, tagIds: string[]): Promise<void> {
  await tx.run(sql`delete from tag_listing where article_id = ${articleId} and tag_id in (${join(tagIds)})`)
}

export async function updateCounts(tx: Transaction, tagIds: string[], difference: number): Promise<void> {
  await tx.run(
    sql`update tag set article_count = article_count + ${difference} where id in (${join(tagIds)})`,
  )
}
