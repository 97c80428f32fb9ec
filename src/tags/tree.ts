import type { Queries, Transaction } from '../database/database.ts'
import { rememberedOf } from '../database/memory.ts'
import { invalidField } from '../shared/failure.ts'
import { countLevels, lockAncestry } from './store.ts'

const maxDepth = 10

/** The parent of each tag that is known, null at a top. */
export type Parents = Map<string, string | null>

/**
 * The parents of these tags and of all above them, locked: who changes what a page counts holds the tag's row. Those that the
 * transaction has locked already are not read again.
 */
export async function parentsOf(tx: Transaction, tagIds: string[]): Promise<Parents> {
  const locked: Parents = rememberedOf(tx, 'parent of locked tag')
  const missing = new Set(tagIds.filter((id) => !locked.has(id)))
  if (missing.size === 0) return locked
  for (const { id, parent_id } of await lockAncestry(tx, [...missing])) locked.set(id, parent_id)
  return locked
}

/** The tag, its parent, and so on to the top. */
export function chainOf(parents: Parents, tagId: string | null): string[] {
  const chain: string[] = []
  for (let id = tagId; id !== null; id = parents.get(id) ?? null) chain.push(id)
  return chain
}

/** Throws `validation-failed` at `path` where so many levels do not fit below a tag. */
export function checkDepth(parents: Parents, parentId: string | null, levels: number, path: string): void {
  if (chainOf(parents, parentId).length + levels <= maxDepth) return
  throw invalidField(path, `Tags would stand more than ${maxDepth} deep.`)
}

/** Throws `validation-failed` where a tag cannot stand below `parentId`: it is below the tag itself, or too deep. */
export async function checkPlace(
  q: Queries,
  parents: Parents,
  tagId: string,
  parentId: string | null,
): Promise<void> {
  if (chainOf(parents, parentId).includes(tagId)) {
    throw invalidField('parent', 'A tag cannot stand below itself or below a tag that is below it.')
  }
  checkDepth(parents, parentId, await countLevels(q, tagId), 'parent')
}
