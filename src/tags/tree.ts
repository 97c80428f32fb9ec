import type { Transaction } from '../database/database.ts'
import { listAncestry, lockTags } from './store.ts'

/** The parent of each tag that is known, null at a top. */
export type Parents = Map<string, string | null>

/**
 * Locks these tags and all above them, so that until the commit nobody moves, merges or removes one of them. Who changes
 * the listing of a tag holds its lock. A tag that is gone is missing from the answer.
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
export function chainOf(parents: Parents, tagId: string): string[] {
  const chain: string[] = []
  for (let id: string | null = tagId; id !== null; id = parents.get(id) ?? null) chain.push(id)
  return chain
}
