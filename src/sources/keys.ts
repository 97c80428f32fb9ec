import type { Queries, Transaction } from '../database/database.ts'
import { behindKey, nameKey, nameKeys } from '../text-index/names.ts'
import { listByKey, listSources, replaceKeys, type SourceRow, type SuggestedSource } from './store.ts'

/** Keeps the beginnings under which a source is suggested: of its name, and of the host of its home. */
export function keepKeys(
  tx: Transaction,
  source: Pick<SourceRow, 'id' | 'name' | 'home_url'>,
): Promise<void> {
  const host = new URL(source.home_url).hostname.replace(/^www\./, '')
  return replaceKeys(tx, source.id, nameKeys([source.name, host]))
}

/** The sources with most articles that have a name beginning with what was typed. */
export async function suggestSources(q: Queries, typed: string, limit: number): Promise<SuggestedSource[]> {
  const from = nameKey(typed)
  return from === '' ? [] : listByKey(q, { from, below: behindKey(from), limit })
}

/** Keeps the keys of the next sources by id anew; answers the last id, or `undefined` behind the last. */
export async function rekeySources(tx: Transaction, after: string | undefined): Promise<string | undefined> {
  const sources = await listSources(tx, {}, { limit: 100, ...(after !== undefined && { after }) })
  for (const source of sources) await keepKeys(tx, source)
  return sources.at(-1)?.id
}
