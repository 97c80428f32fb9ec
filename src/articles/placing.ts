import type { Transaction } from '../database/database.ts'
import { updateStory } from './surroundings-store.ts'

/**
 * Puts articles into a story, or into none. `fixed` says that an editor did, which later stays so whatever the machine finds.
 * Their cards are still to be written.
 */
export async function placeArticles(
  tx: Transaction,
  articleIds: string[],
  { storyId, fixed }: { storyId: string | null; fixed: boolean },
): Promise<void> {
  if (articleIds.length > 0) await updateStory(tx, articleIds, { storyId, fixedAt: fixed ? tx.now : null })
}
