import { recordChange } from '../changes/changes.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { checkVersion } from '../http/preconditions.ts'
import { Failure, invalidField } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import { keepKeys } from './keys.ts'
import { articlesOf, relistOn } from './labels.ts'
import { removeLabelsOfTag } from './labels-store.ts'
import { changeSlugs, claimSlugs, findTagIds, requireTagId, slugTaken } from './slugs.ts'
import {
  findTag,
  insertTag,
  listChildren,
  listSlugs,
  listTags,
  removeTag,
  type TagRow,
  type TagView,
  updateParent,
  updateTag,
} from './store.ts'
import type { NewTag, Tag, TagPatch } from './tag.ts'
import { chainOf, checkDepth, checkPlace, type Parents, parentsOf } from './tree.ts'

export { rekeyTags, suggestTags } from './keys.ts'
export { labelArticle, tagIdsOf, tagsOfArticles, unlistArticle } from './labels.ts'
export { findMergedTagIds, findTagIds, resolveTags, tagIdOf, tagPaths } from './slugs.ts'

/** Writes the stored cards of articles anew, which show the slugs and names of their tags. */
export type RefreshCards = (tx: Transaction, articleIds: string[]) => Promise<void>

const maxNames = 100

/** Adds a tag. Throws `conflict` where another tag has the slug or one of the aliases. */
export async function addTag(tx: Transaction, input: NewTag): Promise<TagView> {
  const { slug, aliases = [] } = input
  const { parentId = null, parents } = await findPlace(tx, [], input.parent)
  checkDepth(parents, parentId, 1, 'parent')
  const row: TagRow = {
    id: newId(),
    slug,
    name: input.name,
    names: namesColumn({}, input.names),
    description: input.description ?? null,
    parent_id: parentId,
    article_count: 0,
    version: 1,
    created_at: tx.now,
    updated_at: tx.now,
  }
  if (!(await insertTag(tx, row))) {
    const [owner] = await findTagIds(tx, [slug])
    throw slugTaken(slug, owner && (await findTag(tx, owner))?.slug, input)
  }
  await claimSlugs(tx, row.id, [slug, ...aliases], input)
  const tag = await requireTag(tx, row.id)
  await keepKeys(tx, tag)
  const tagIds = [row.id, ...chainOf(parents, parentId)]
  await recordChange(tx, { type: 'tag.created', id: slug, tagIds })
  return tag
}

/**
 * Changes a tag. A new slug leaves the old one as an alias; another parent brings its articles to other pages. Runs in a
 * write that is alone: no article is meanwhile written with the old name, or onto the old pages.
 */
export async function changeTag(
  tx: Transaction,
  refreshCards: RefreshCards,
  { id, patch, accepted }: { id: string; patch: TagPatch; accepted: number[] | undefined },
): Promise<TagView> {
  const { parentId, parents } = await findPlace(tx, [id], patch.parent)
  const row = await requireTag(tx, id, accepted)
  const next = patched(row, patch, parentId, tx.now)
  const moved = next.parent_id !== row.parent_id
  if (moved) await checkPlace(tx, parents, id, next.parent_id)
  await changeSlugs(tx, row, patch)
  await updateTag(tx, next)
  const tagIds = [...chainOf(parents, id), ...chainOf(parents, next.parent_id)]
  if (moved) await relistOn(tx, tagIds, id)
  if (next.slug !== row.slug || next.name !== row.name) await refreshCards(tx, await articlesOf(tx, id))
  const tag = await requireTag(tx, id)
  await keepKeys(tx, tag)
  // Whoever knows the tag by its old slug cannot tell from the new one which tag that was: the old one may lead nowhere by now.
  if (row.slug !== tag.slug) await recordChange(tx, { type: 'tag.updated', id: row.slug, tagIds })
  await recordChange(tx, { type: 'tag.updated', id: tag.slug, tagIds })
  return tag
}

function patched(row: TagRow, patch: TagPatch, parentId: string | null | undefined, now: string): TagRow {
  const { slug = row.slug, name = row.name, names, description } = patch
  return {
    ...row,
    slug,
    name,
    names: names === null ? '{}' : namesColumn(JSON.parse(row.names), names),
    description: description === undefined ? row.description : description,
    parent_id: parentId === undefined ? row.parent_id : parentId,
    version: row.version + 1,
    updated_at: now,
  }
}

/** Names by language, with those of a patch; null takes one away. */
function namesColumn(present: Tag['names'], patch: Record<string, string | null> = {}): string {
  const names = Object.entries({ ...present, ...patch }).filter(([, name]) => name !== null)
  if (names.length > maxNames) throw invalidField('names', `A tag has at most ${maxNames} names.`)
  return JSON.stringify(Object.fromEntries(names.sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** Removes a tag, in a write that is alone: those below it move up to its parent, and its articles lose it. */
export async function dropTag(
  tx: Transaction,
  refreshCards: RefreshCards,
  { id, accepted }: { id: string; accepted: number[] | undefined },
): Promise<void> {
  const parents = await parentsOf(tx, [id])
  const row = await requireTag(tx, id, accepted)
  const articleIds = await articlesOf(tx, id)
  const children = await listChildren(tx, id)
  for (const child of children) await updateParent(tx, child.id, row.parent_id)
  await removeLabelsOfTag(tx, id)
  const chain = chainOf(parents, id)
  await relistOn(tx, chain, id)
  await removeTag(tx, id)
  await refreshCards(tx, articleIds)
  await recordMoved(tx, children, chain)
  await recordChange(tx, { type: 'tag.deleted', id: row.slug, tagIds: chain })
}

/** Tells of tags that stand below another one now. `tagIds` are all tags that they stood below, or stand below. */
export async function recordMoved(
  tx: Transaction,
  moved: { id: string; slug: string }[],
  tagIds: string[],
): Promise<void> {
  for (const { id, slug } of moved)
    await recordChange(tx, { type: 'tag.updated', id: slug, tagIds: [id, ...tagIds] })
}

/** The parent that was sent, and what stands above it and these tags. */
async function findPlace(
  tx: Transaction,
  tagIds: string[],
  parent: string | null | undefined,
): Promise<{ parentId: string | null | undefined; parents: Parents }> {
  const parentId = parent ? await requireTagId(tx, parent, 'parent') : (parent as null | undefined)
  const parents = await parentsOf(tx, parentId ? [...tagIds, parentId] : tagIds)
  return { parentId, parents }
}

/** The tag; `not-found` where there is none, `precondition-failed` where it is at another version. */
export async function requireTag(q: Queries, id: string, accepted?: number[]): Promise<TagView> {
  const row = await findTag(q, id)
  if (!row) throw noSuchTag()
  checkVersion(row.version, accepted)
  return row
}

export const noSuchTag = () => new Failure('not-found', 'There is no tag with this slug.')

/** The tags as they are shown. */
export async function tagsOf(q: Queries, rows: TagView[]): Promise<Tag[]> {
  const slugs =
    rows.length > 0
      ? await listSlugs(
          q,
          rows.map((row) => row.id),
        )
      : []
  const slugsOf = Map.groupBy(slugs, ({ tag_id }) => tag_id)
  return rows.map((row) => ({
    slug: row.slug,
    name: row.name,
    names: JSON.parse(row.names),
    aliases: (slugsOf.get(row.id) ?? []).map(({ slug }) => slug).filter((slug) => slug !== row.slug),
    parent: row.parent_slug,
    description: row.description,
    articleCount: row.article_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }))
}

const tagsAtOnce = 500

/** Every tag, by slug. */
export async function everyTag(q: Queries): Promise<Tag[]> {
  const tags: Tag[] = []
  for (let after: string | undefined; ; after = tags.at(-1)?.slug) {
    const rows = await listTags(q, {}, { limit: tagsAtOnce, ...(after !== undefined && { after }) })
    tags.push(...(await tagsOf(q, rows)))
    if (rows.length < tagsAtOnce) return tags
  }
}
