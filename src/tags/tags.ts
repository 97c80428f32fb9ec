import type { Queries } from '../database/database.ts'
import { invalidField } from '../shared/failure.ts'
import { listBySlugs } from './store.ts'
import { normaliseSlug } from './tag.ts'

export { labelArticle, tagsOfArticles, unlistArticle } from './labels.ts'

type FoundTag = { id: string; slug: string; name: string }

/** The tags that these slugs or aliases name, each once. Throws `validation-failed` at `tags.<i>` for one that names none. */
export async function resolveTags(q: Queries, slugs: string[]): Promise<FoundTag[]> {
  const tags = new Map<string, FoundTag>()
  for (const [index, tag] of (await findTags(q, slugs)).entries()) {
    if (!tag) throw invalidField(`tags.${index}`, `There is no tag ${JSON.stringify(slugs[index])}.`)
    tags.set(tag.id, tag)
  }
  return [...tags.values()]
}

/** The id of the tag that each slug or alias names, or `undefined` where it names none. */
export async function findTagIds(q: Queries, slugs: string[]): Promise<(string | undefined)[]> {
  return (await findTags(q, slugs)).map((tag) => tag?.id)
}

async function findTags(q: Queries, slugs: string[]): Promise<(FoundTag | undefined)[]> {
  if (slugs.length === 0) return []
  const normalised = slugs.map(normaliseSlug)
  const rows = await listBySlugs(q, [...new Set(normalised)])
  const found = new Map(rows.map(({ asked, id, slug, name }) => [asked, { id, slug, name }]))
  return normalised.map((slug) => found.get(slug))
}
