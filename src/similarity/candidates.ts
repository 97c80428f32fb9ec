/** Which articles have a hash: so many of them at most as `mostHolders` and one more. */
export type Holders = { hash: number; articles: readonly number[] }

/** What more articles have than this is a phrase of the trade or the foot of every page. */
export const mostHolders = 20
/** Of the hashes of a sketch. One is a quotation or chance. */
const leastShared = 2
const mostCandidates = 8

/**
 * The articles worth comparing with one whose hashes were looked up, those with most in common first, and the hashes that
 * are too common to count.
 */
export function chooseCandidates(looked: Iterable<Holders>): { articles: number[]; common: Set<number> } {
  const common = new Set<number>()
  const shared = new Map<number, number>()
  for (const { hash, articles } of looked) {
    if (articles.length > mostHolders) common.add(hash)
    else for (const article of articles) shared.set(article, (shared.get(article) ?? 0) + 1)
  }
  const chosen = [...shared].filter(([, count]) => count >= leastShared)
  chosen.sort(([a, inA], [b, inB]) => inB - inA || a - b)
  return { articles: chosen.slice(0, mostCandidates).map(([article]) => article), common }
}
