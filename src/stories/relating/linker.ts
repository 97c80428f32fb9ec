import { readChanges } from '../../changes/changes.ts'
import type { Database, Queries, Transaction } from '../../database/database.ts'
import { turns } from '../../shared/turns.ts'
import { claimProgress, findProgress, type Progress, updateProgress } from '../signals/store.ts'
import { relateArticle } from './relate.ts'
import { hasWeighing, weighAnew } from './weighing.ts'

const types = [
  'article.published',
  'article.revised',
  'article.withdrawn',
  'article.restored',
  'article.deleted',
] as const

/** Other writers wait meanwhile: after so long the rest is left to the next transaction. Requests wait for one article at most. */
const sliceMs = 50
const changesPerSlice = 32

/**
 * Follows the change log from where it was last left, and relates the articles that it tells of. What is found and how far the log
 * was followed are one transaction, so nothing is lost or done twice by whoever is killed. Answers whether something was done.
 */
export async function relateNext(database: Database): Promise<boolean> {
  // A look that finds nothing is no commit, which would cost every answer that is kept ready.
  if ((await countBehind(database, 1)) > 0) return database.write(relateSlice)
  if (await hasWeighing(database)) return database.write(weighSlice)
  return false
}

/** Passes over the next change, after it has failed again and again. */
export async function skipNext(database: Database): Promise<boolean> {
  return database.write(async (tx) => {
    const progress = await claimProgress(tx)
    if (!progress) return false
    const { changes } = await readChanges(tx, rangeBehind(progress.seq, 1))
    if (changes[0]) await updateProgress(tx, { ...progress, seq: changes[0].seq })
    return changes.length > 0
  })
}

/** Relates everything that there is to relate. For tests, commands and measurements; answers how many transactions it took. */
export async function relateAll(database: Database): Promise<number> {
  let slices = 0
  while (await relateNext(database)) slices++
  return slices
}

/** How many changes of articles are not looked at yet, up to `limit`. */
export async function countBehind(q: Queries, limit: number): Promise<number> {
  const { seq } = await findProgress(q)
  return (await readChanges(q, rangeBehind(seq, limit))).changes.length
}

/** What is not kept any more is passed over: `rebuildRelations` finds articles that are not related without the log. */
const rangeBehind = (after: number, limit: number) => ({
  after,
  limit,
  types: [...types],
  skipRemoved: true,
})

/** Up to where the change log was looked at, and is not needed any more. */
export async function readUpTo(q: Queries): Promise<number> {
  return (await findProgress(q)).seq
}

async function relateSlice(tx: Transaction): Promise<boolean> {
  const progress = await claimProgress(tx)
  // Another process is at it.
  if (!progress) return false
  const { changes } = await readChanges(tx, rangeBehind(progress.seq, changesPerSlice))
  const counter: Progress = { ...progress }
  const related = new Set<string>()
  const end = performance.now() + sliceMs
  const turn = turns()
  for (const { seq, resource } of changes) {
    await turn()
    // What an article is now counts, however often it changed.
    if (!related.has(resource.id)) await relateArticle(tx, counter, resource.id)
    related.add(resource.id)
    counter.seq = seq
    if (performance.now() > end) break
  }
  await updateProgress(tx, counter)
  return changes.length > 0
}

async function weighSlice(tx: Transaction): Promise<boolean> {
  const counter = await claimProgress(tx)
  if (!counter) return false
  await weighAnew(tx, counter)
  await updateProgress(tx, counter)
  return true
}
