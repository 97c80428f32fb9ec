import type { Queries, Transaction } from '../database/database.ts'
import { findSourceRow, updateArticleCount } from './store.ts'

/** What articles need to know of their source. */
export async function findSource(q: Queries, id: string) {
  const row = await findSourceRow(q, id)
  if (!row) return undefined
  const { name, home_url, language, attribution_template, state, version } = row
  return { id, name, homeUrl: home_url, language, attributionTemplate: attribution_template, state, version }
}

/** Keeps count of the published articles of a source. */
export function countArticle(tx: Transaction, sourceId: string, difference: number): Promise<void> {
  return updateArticleCount(tx, sourceId, difference)
}
