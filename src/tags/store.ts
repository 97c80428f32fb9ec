import type { Queries, Transaction } from '../database/database.ts'
import { forget } from '../database/memory.ts'
import { join, type Sql, sql, where } from '../database/sql.ts'

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

/** With what another row knows of it. */
export type TagView = TagRow & { parent_slug: string | null }

const view = sql`select t.id, t.slug, t.name, t.names, t.description, t.parent_id, t.article_count, t.version,
    t.created_at, t.updated_at, parent.slug as parent_slug
  from tag t left join tag parent on parent.id = t.parent_id`

export function findTag(q: Queries, id: string): Promise<TagView | undefined> {
  return q.one(sql`${view} where t.id = ${id}`)
}

/** By its own slug or an alias. */
export function findTagBySlug(q: Queries, slug: string): Promise<TagView | undefined> {
  return q.one(sql`${view} where t.id = (select tag_id from tag_alias where slug = ${slug})`)
}

/** By slug, all of them or those right below a tag. */
export function tagsStatement(
  { parentId }: { parentId?: string },
  { after, limit }: { after?: string; limit: number },
): Sql {
  const conditions: Sql[] = []
  if (parentId !== undefined) conditions.push(sql`t.parent_id = ${parentId}`)
  if (after !== undefined) conditions.push(sql`t.slug > ${after}`)
  return sql`${view} ${where(conditions)} order by t.slug limit ${limit}`
}

export function listTags(
  q: Queries,
  filters: { parentId?: string },
  page: { after?: string; limit: number },
): Promise<TagView[]> {
  return q.all(tagsStatement(filters, page))
}

/** Every slug of these tags, their own among them. */
export function listSlugs(q: Queries, tagIds: string[]): Promise<{ tag_id: string; slug: string }[]> {
  return q.all(sql`select tag_id, slug from tag_alias where tag_id in (${join(tagIds)}) order by slug`)
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

/** These tags and all above them, locked in the order of their ids: two writers never wait each for the other. */
export function lockAncestry(
  tx: Transaction,
  ids: string[],
): Promise<{ id: string; parent_id: string | null }[]> {
  return tx.all(sql`
    select id, parent_id from tag
    where id in (
      with recursive above (id) as (
        select id from tag where id in (${join(ids)})
        union
        select tag.parent_id from above join tag on tag.id = above.id where tag.parent_id is not null
      )
      select id from above
    )
    order by id ${tx.dialect.forUpdate}`)
}

/** These tags and all above them. */
export function listAncestry(
  q: Queries,
  ids: string[],
): Promise<{ id: string; slug: string; name: string; parent_id: string | null }[]> {
  return q.all(sql`
    with recursive above (id) as (
      select id from tag where id in (${join(ids)})
      union
      select tag.parent_id from above join tag on tag.id = above.id where tag.parent_id is not null
    )
    select tag.id, tag.slug, tag.name, tag.parent_id from above join tag on tag.id = above.id`)
}

/** By slug. */
export function listChildren(q: Queries, parentId: string): Promise<{ id: string; slug: string }[]> {
  return q.all(sql`select id, slug from tag where parent_id = ${parentId} order by slug`)
}

/** How many tags stand one below the other from this one down, itself counted. */
export async function countLevels(q: Queries, id: string): Promise<number> {
  const levels = await q.one<{ depth: number }>(sql`
    with recursive below (id, depth) as (
      select id, 1 from tag where id = ${id}
      union all
      select tag.id, below.depth + 1 from below join tag on tag.parent_id = below.id
    )
    select max(depth) as depth from below`)
  return levels?.depth ?? 0
}

/** Answers whether it was added: not where another tag has the slug. */
export async function insertTag(tx: Transaction, row: TagRow): Promise<boolean> {
  const added = await tx.run(sql`
    insert into tag (id, slug, name, names, description, parent_id, article_count, version, created_at, updated_at)
    values (${row.id}, ${row.slug}, ${row.name}, ${row.names}, ${row.description}, ${row.parent_id}, ${row.article_count},
      ${row.version}, ${row.created_at}, ${row.updated_at})
    on conflict (slug) do nothing`)
  return added > 0
}

/** Writes everything but the count of articles. */
export async function updateTag(tx: Transaction, row: TagRow): Promise<void> {
  forget(tx)
  await tx.run(sql`
    update tag set slug = ${row.slug}, name = ${row.name}, names = ${row.names}, description = ${row.description},
      parent_id = ${row.parent_id}, version = ${row.version}, updated_at = ${row.updated_at}
    where id = ${row.id}`)
}

export async function updateParent(tx: Transaction, id: string, parentId: string | null): Promise<void> {
  forget(tx)
  await tx.run(sql`
    update tag set parent_id = ${parentId}, version = version + 1, updated_at = ${tx.now} where id = ${id}`)
}

export async function incrementVersion(tx: Transaction, id: string): Promise<void> {
  await tx.run(sql`update tag set version = version + 1, updated_at = ${tx.now} where id = ${id}`)
}

export async function removeTag(tx: Transaction, id: string): Promise<void> {
  forget(tx)
  await tx.run(sql`delete from tag where id = ${id}`)
}

/** Gives a tag those of the slugs that nobody has. */
export async function insertSlugs(tx: Transaction, tagId: string, slugs: string[]): Promise<void> {
  forget(tx)
  const rows = slugs.map((slug) => sql`(${slug}, ${tagId})`)
  await tx.run(sql`
    insert into tag_alias (slug, tag_id) values ${join(rows)} on conflict (slug) do nothing`)
}

export async function removeSlugsExcept(tx: Transaction, tagId: string, kept: string[]): Promise<void> {
  forget(tx)
  await tx.run(sql`delete from tag_alias where tag_id = ${tagId} and slug not in (${join(kept)})`)
}

export async function moveSlugs(tx: Transaction, fromId: string, toId: string): Promise<void> {
  forget(tx)
  await tx.run(sql`update tag_alias set tag_id = ${toId} where tag_id = ${fromId}`)
}

/** Keeps of a tag that is merged away which one it has become; and the same of those that were merged into it before. */
export async function keepMerged(tx: Transaction, fromId: string, toId: string): Promise<void> {
  await tx.run(sql`update merged_tag set tag_id = ${toId} where tag_id = ${fromId}`)
  await tx.run(sql`insert into merged_tag (id, tag_id) values (${fromId}, ${toId})`)
}

/** The ids of the tags that were merged into these. */
export function listMerged(q: Queries, tagIds: string[]): Promise<{ id: string; tag_id: string }[]> {
  return q.all(sql`select id, tag_id from merged_tag where tag_id in (${join(tagIds)})`)
}

/** Writes the beginnings under which a tag is suggested anew. */
export async function replaceKeys(tx: Transaction, tagId: string, keys: string[]): Promise<void> {
  await tx.run(sql`delete from tag_key where tag_id = ${tagId}`)
  if (keys.length === 0) return
  const rows = keys.map((key) => sql`(${key}, ${tagId})`)
  await tx.run(sql`insert into tag_key (key, tag_id) values ${join(rows)}`)
}

export type SuggestedTag = { slug: string; name: string; article_count: number }

/** The tags with most articles among the first that have a key in this range. */
export function listByKey(
  q: Queries,
  { from, below, limit }: { from: string; below: string; limit: number },
): Promise<SuggestedTag[]> {
  return q.all(sql`
    select t.slug, t.name, t.article_count
    from (select distinct tag_id from (
      select tag_id from tag_key where key >= ${from} and key < ${below} order by key, tag_id limit 500
    ) as first) as found join tag t on t.id = found.tag_id
    order by t.article_count desc, t.slug limit ${limit}`)
}
