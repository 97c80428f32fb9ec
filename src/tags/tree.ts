import type { Queries, Transaction } from '../database/database.ts'
import { invalidField } from '../shared/failure.ts'
import { countLevels, listAncestry, lockTags } from './store.ts'

const maxDepth = 10

/** The parent of each tag that is known, null at a top. */
export type Parents = Map<string, string | null>

/**
 * Locks these tags and all above them, so that until the commit nobody moves, merges or removes one of them. Who changes
 * what a tag lists holds its lock. A tag that is gone is missing from the answer.
 */
export async function lockAncestry(tx: Transaction, tagIds: string[]): Promise<Parents> {
  const parents: Parents = new Map()
  let unlocked = [...new Set(tagIds)]
  // Once, unless somebody moved one of them while we waited for its lock.
  while (unlocked.length > 0) {
    const ids = (await listAncestry(tx, unlocked)).map(({ id }) => id).filter((id) => !parents.has(id))
    if (ids.length === 0) break
    for (const { id, parent_id } of await lockTags(tx, ids)) parents.set(id, parent_id)
    unlocked = [...parents.values()].filter((id) => id !== null && !parents.has(id)) as string[]
  }
  return parents
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
