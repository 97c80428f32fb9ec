import type { Queries, Transaction } from '../database/database.ts'
import { join, sql } from '../database/sql.ts'

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

/** The articles that carry the tag itself. */
export function listArticleIds(q: Queries, tagId: string): Promise<{ article_id: string }[]> {
  return q.all(sql`select article_id from article_tag where tag_id = ${tagId} order by article_id`)
}

/** Every article that carries one tag carries the other instead. */
export async function moveLabels(tx: Transaction, fromId: string, toId: string): Promise<void> {
  await tx.run(sql`
    insert into article_tag (article_id, tag_id)
    select article_id, ${toId} from article_tag where tag_id = ${fromId}
    on conflict (article_id, tag_id) do nothing`)
  await removeLabelsOfTag(tx, fromId)
}

export async function removeLabelsOfTag(tx: Transaction, tagId: string): Promise<void> {
  await tx.run(sql`delete from article_tag where tag_id = ${tagId}`)
}

export type Place = { published_at: string; article_id: string }

/** The articles on a tag's page behind a place, oldest first. */
export function listPage(q: Queries, tagId: string, after: Place, limit: number): Promise<Place[]> {
  return q.all(sql`
    select published_at, article_id from tag_listing
    where tag_id = ${tagId} and (published_at, article_id) > (${after.published_at}, ${after.article_id})
    order by published_at, article_id limit ${limit}`)
}

/**
 * Lists the articles of one span of `movedId`'s page anew on the pages of `tagIds`, by the labels and parents as they are
 * now. `movedId` is not among them. The cost grows with the articles that move, not with the pages.
 */
export async function relist(
  tx: Transaction,
  tagIds: string[],
  movedId: string,
  { after, last }: { after: Place; last: Place },
): Promise<void> {
  const moved = sql`select published_at, article_id from tag_listing
    where tag_id = ${movedId} and (published_at, article_id) > (${after.published_at}, ${after.article_id})
      and (published_at, article_id) <= (${last.published_at}, ${last.article_id})`
  await tx.run(sql`
    delete from tag_listing where tag_id in (${join(tagIds)}) and (published_at, article_id) in (${moved})`)
  await tx.run(sql`
    with recursive below (page_id, id) as (
      select id, id from tag where id in (${join(tagIds)})
      union
      select below.page_id, tag.id from below join tag on tag.parent_id = below.id
    )
    insert into tag_listing (tag_id, published_at, article_id)
    select distinct below.page_id, moved.published_at, moved.article_id
    from (${moved}) as moved
    join article_tag label on label.article_id = moved.article_id
    join below on below.id = label.tag_id`)
}

/** Counts these pages anew. */
export async function recount(tx: Transaction, tagIds: string[]): Promise<void> {
  await tx.run(sql`
    update tag set article_count = (select count(*) from tag_listing where tag_listing.tag_id = tag.id)
    where id in (${join(tagIds)})`)
}
