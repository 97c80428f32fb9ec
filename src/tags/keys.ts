import type { Queries, Transaction } from '../database/database.ts'
import { behindKey, nameKey, nameKeys } from '../text-index/names.ts'
import { listByKey, listSlugs, listTags, replaceKeys, type SuggestedTag, type TagRow } from './store.ts'

/** Keeps the beginnings under which a tag is suggested: of its name, its names in other languages, and its slugs. */
export async function keepKeys(tx: Transaction, tag: Pick<TagRow, 'id' | 'name' | 'names'>): Promise<void> {
  const slugs = (await listSlugs(tx, [tag.id])).map(({ slug }) => slug.replaceAll('-', ' '))
  const names = Object.values(JSON.parse(tag.names) as Record<string, string>)
  await replaceKeys(tx, tag.id, nameKeys([tag.name, ...names, ...slugs]))
}

/** The tags with most articles that have a name beginning with what was typed. */
export async function suggestTags(q: Queries, typed: string, limit: number): Promise<SuggestedTag[]> {
  const from = nameKey(typed)
  return from === '' ? [] : listByKey(q, { from, below: behindKey(from), limit })
}

/** Keeps the keys of the next tags by slug anew; answers the last slug, or `undefined` behind the last. */
export async function rekeyTags(tx: Transaction, after: string | undefined): Promise<string | undefined> {
  const tags = await listTags(tx, {}, { limit: 100, ...(after !== undefined && { after }) })
  for (const tag of tags) await keepKeys(tx, tag)
  return tags.at(-1)?.slug
}
