import { recordChange } from '../changes/changes.ts'
import type { Transaction } from '../database/database.ts'
import { invalidField } from '../shared/failure.ts'
import { keepKeys } from './keys.ts'
import { articlesOf, relistOn } from './labels.ts'
import { moveLabels } from './labels-store.ts'
import { requireTagId } from './slugs.ts'
import {
  countLevels,
  incrementVersion,
  keepMerged,
  listChildren,
  moveSlugs,
  removeTag,
  type TagView,
  updateParent,
} from './store.ts'
import { type RefreshCards, recordMoved, requireTag } from './tags.ts'
import { chainOf, checkDepth, parentsOf } from './tree.ts'

/**
 * Merges a tag into another: its articles, its slugs and the tags below it become those of the other, and it is gone.
 * Where the other stands below it, the other first takes its place, so that nothing comes to stand below itself. Runs in a
 * write that is alone.
 */
export async function mergeTag(
  tx: Transaction,
  refreshCards: RefreshCards,
  { id, into, accepted }: { id: string; into: string; accepted: number[] | undefined },
): Promise<TagView> {
  const targetId = await requireTagId(tx, into, 'into')
  const parents = await parentsOf(tx, [id, targetId])
  const row = await requireTag(tx, id, accepted)
  if (targetId === id) throw invalidField('into', 'A tag cannot be merged into itself.')
  const targetChain = chainOf(parents, targetId)
  const articleIds = await articlesOf(tx, id)
  const children = (await listChildren(tx, id)).filter((child) => child.id !== targetId)
  if (targetChain.includes(id)) await updateParent(tx, targetId, row.parent_id)
  else checkDepth(parents, targetId, (await countLevels(tx, id)) - 1, 'into')
  for (const child of children) await updateParent(tx, child.id, targetId)
  await moveLabels(tx, id, targetId)
  const tagIds = [...chainOf(parents, id), ...targetChain]
  await relistOn(tx, tagIds, id)
  await moveSlugs(tx, id, targetId)
  await keepMerged(tx, id, targetId)
  await removeTag(tx, id)
  await incrementVersion(tx, targetId)
  await refreshCards(tx, articleIds)
  await recordMoved(tx, children, tagIds)
  const target = await requireTag(tx, targetId)
  await keepKeys(tx, target)
  await recordChange(tx, { type: 'tag.merged', id: row.slug, tagIds })
  return target
}
