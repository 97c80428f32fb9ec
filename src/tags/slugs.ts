import type { Queries, Transaction } from '../database/database.ts'
import { rememberedOf } from '../database/memory.ts'
import { type Sql, sql } from '../database/sql.ts'
import { Failure, invalidField } from '../shared/failure.ts'
import { normaliseSlug } from '../shared/slug.ts'
import { insertSlugs, listAncestry, listBySlugs, listMerged, listSlugs, removeSlugsExcept } from './store.ts'
import { chainOf } from './tree.ts'

type FoundTag = { id: string; slug: string; name: string }
type SentSlugs = { slug?: string; aliases?: string[] | null }

/** The tags that these slugs or aliases name, each once. Throws `validation-failed` at `tags.<i>` for one that names none. */
export async function resolveTags(q: Queries, slugs: string[]): Promise<FoundTag[]> {
  const tags = new Map<string, FoundTag>()
  for (const [index, tag] of (await findTags(q, slugs)).entries()) {
    if (!tag) throw invalidField(`tags.${index}`, noTag(slugs[index]))
    tags.set(tag.id, tag)
  }
  return [...tags.values()]
}

/** The id of the tag that each slug or alias names, or `undefined` where it names none. */
export async function findTagIds(q: Queries, slugs: string[]): Promise<(string | undefined)[]> {
  return (await findTags(q, slugs)).map((tag) => tag?.id)
}

/** The same, and behind each id those of the tags that were merged into it: the log knows it under all of them. */
export async function findMergedTagIds(q: Queries, slugs: string[]): Promise<(string[] | undefined)[]> {
  const ids = await findTagIds(q, slugs)
  const living = ids.filter((id) => id !== undefined)
  const merged = living.length > 0 ? await listMerged(q, living) : []
  const mergedInto = Map.groupBy(merged, ({ tag_id }) => tag_id)
  return ids.map((id) =>
    id === undefined ? undefined : [id, ...(mergedInto.get(id) ?? []).map((row) => row.id)],
  )
}

/** The same as a part of a statement that reads by one tag: null where the slug names none. */
export function tagIdOf(slug: string): Sql {
  return sql`(select tag_id from tag_alias where slug = ${normaliseSlug(slug)})`
}

/** The id of the tag that a member of a body names. Throws `validation-failed` there where it names none. */
export async function requireTagId(q: Queries, slug: string, path: string): Promise<string> {
  const [id] = await findTagIds(q, [slug])
  if (id === undefined) throw invalidField(path, noTag(slug))
  return id
}

/** By each slug or alias that names a tag: the tags above it from the top, and it. Slugs that name none are left out. */
export async function tagPaths(
  q: Queries,
  slugs: string[],
): Promise<Map<string, { slug: string; name: string }[]>> {
  const ids = await findTagIds(q, slugs)
  const known = ids.filter((id) => id !== undefined)
  const rows = known.length > 0 ? await listAncestry(q, known) : []
  const tags = new Map(rows.map((row) => [row.id, row]))
  const parents = new Map(rows.map(({ id, parent_id }) => [id, parent_id]))
  const paths = slugs.flatMap((slug, index) => {
    const id = ids[index]
    if (id === undefined) return []
    const path = chainOf(parents, id).flatMap((above) => tags.get(above) ?? [])
    return [[slug, path.reverse().map(({ slug, name }) => ({ slug, name }))] as const]
  })
  return new Map(paths)
}

export const noTag = (slug: string | undefined) => `There is no tag ${JSON.stringify(slug)}.`

async function findTags(q: Queries, slugs: string[]): Promise<(FoundTag | undefined)[]> {
  if (slugs.length === 0) return []
  const normalised = slugs.map(normaliseSlug)
  const found = rememberedOf<string, FoundTag>(q, 'tag by slug')
  const missing = new Set(normalised.filter((slug) => !found.has(slug)))
  if (missing.size > 0)
    for (const { asked, ...tag } of await listBySlugs(q, [...missing])) found.set(asked, tag)
  return normalised.map((slug) => found.get(slug))
}

/** Gives a tag these slugs. Throws `conflict` where another tag has one: each slug, own or alias, leads to one tag. */
export async function claimSlugs(
  tx: Transaction,
  tagId: string,
  slugs: string[],
  sent: SentSlugs,
): Promise<void> {
  const wanted = [...new Set(slugs)]
  await insertSlugs(tx, tagId, wanted)
  const taken = (await listBySlugs(tx, wanted)).find((owner) => owner.id !== tagId)
  if (taken) throw slugTaken(taken.asked, taken.slug, sent)
}

/** The tag keeps its old slug as an alias, and of its other aliases those that the patch leaves. */
export async function changeSlugs(
  tx: Transaction,
  tag: { id: string; slug: string },
  patch: SentSlugs,
): Promise<void> {
  if (patch.slug === undefined && patch.aliases === undefined) return
  const present = (await listSlugs(tx, [tag.id])).map(({ slug }) => slug)
  const aliases = patch.aliases === undefined ? present : (patch.aliases ?? [])
  const wanted = [patch.slug ?? tag.slug, tag.slug, ...aliases]
  await removeSlugsExcept(tx, tag.id, wanted)
  await claimSlugs(tx, tag.id, wanted, patch)
}

export function slugTaken(taken: string, owner: string | undefined, sent: SentSlugs): Failure {
  const path = taken === sent.slug ? 'slug' : `aliases.${sent.aliases?.indexOf(taken)}`
  return new Failure('conflict', `The slug ${taken} belongs to the tag ${owner ?? 'that was just added'}.`, {
    errors: [{ in: 'body', path, message: 'Is taken.' }],
    extensions: { tag: owner },
  })
}
