import type { Transaction } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import { resolveTags } from '../tags/tags.ts'
import { requireArticle, type Written } from './articles.ts'
import { slugsOf } from './history.ts'
import { patchArticle } from './revisions.ts'

type Tagging = { id: string; slug: string; accepted: number[] | undefined }

/** Puts one tag on an article, which makes a revision of it; nothing is written where it is there already. */
export async function tagArticle(tx: Transaction, { id, slug, accepted }: Tagging): Promise<Written> {
  const row = await requireArticle(tx, id, accepted)
  const tag = await requireTag(tx, slug)
  const present = await slugsOf(tx, row.id)
  return patchArticle(tx, { id, accepted, patch: { tags: [...new Set([...present, tag])] } })
}

/** Takes one tag off an article. */
export async function untagArticle(tx: Transaction, { id, slug, accepted }: Tagging): Promise<Written> {
  const row = await requireArticle(tx, id, accepted)
  const tag = await requireTag(tx, slug)
  const present = await slugsOf(tx, row.id)
  return patchArticle(tx, { id, accepted, patch: { tags: present.filter((other) => other !== tag) } })
}

/** The living slug; a tag that is in the path and does not exist is a 404, not a fault of the body. */
async function requireTag(tx: Transaction, slug: string): Promise<string> {
  try {
    const [tag] = await resolveTags(tx, [slug])
    return tag?.slug ?? slug
  } catch (error) {
    if (error instanceof Failure && error.code === 'validation-failed') {
      throw new Failure('not-found', 'There is no tag with this slug.')
    }
    throw error
  }
}
