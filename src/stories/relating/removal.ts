import { refreshCards, type Standing, standingsOf, updateTies } from '../../articles/articles.ts'
import type { Queries, Transaction } from '../../database/database.ts'
import { Failure } from '../../shared/failure.ts'
import { linkKinds } from '../link.ts'
import { insertLink, type LinkView, suppressLink } from '../store.ts'
import { computeLinks } from './computed.ts'

/** The computed link of this id, as it is now. */
export async function findComputed(
  q: Queries,
  articleId: string,
  linkId: string,
): Promise<LinkView | undefined> {
  const { links } = await computeLinks(q, articleId, [...linkKinds])
  return links.find(({ id }) => id === linkId)
}

/**
 * Removes a computed link for good: a row stays that tells of it. What the link said of the two articles, that one is translated
 * from the other or has its text, is not true any more either. Throws `conflict` where that was declared.
 */
export async function refuseComputed(tx: Transaction, link: LinkView): Promise<void> {
  const { target_state: _, card: __, ...row } = link
  const pair = await standingsOf(tx, [row.article_id, row.target_article_id as string])
  if (link.kind === 'translation') await untie(tx, pair)
  if (link.kind === 'duplicate') await part(tx, pair)
  await insertLink(tx, { ...row, created_at: tx.now, updated_at: tx.now })
  await suppressLink(tx, row.id)
}

async function untie(tx: Transaction, pair: Standing[]): Promise<void> {
  const translations = pair.filter(({ originalId }) => pair.some(({ id }) => id === originalId))
  if (translations.some(({ originalScore }) => originalScore === null))
    throw new Failure(
      'conflict',
      'The original was declared: change `translationOf` of the translation instead.',
    )
  for (const { id } of translations)
    await updateTies(tx, id, { found_original_id: null, found_original_score: null })
  await refreshCards(
    tx,
    translations.map(({ id }) => id),
  )
}

/** Of two that have one text, the one that is not the original leaves those that have it. */
async function part(tx: Transaction, pair: Standing[]): Promise<void> {
  const leaving = pair.find(({ duplicateOfId }) => duplicateOfId !== null)
  if (!leaving) return
  await updateTies(tx, leaving.id, { duplicate_of_id: null, duplicate_score: null })
  await refreshCards(tx, [leaving.id, leaving.duplicateOfId as string, ...leaving.alsoIn])
}
