import type { Queries } from '../database/database.ts'
import { remembered } from '../database/memory.ts'
import { findSource } from '../sources/sources.ts'

/** What cards show of a source. */
export type SourceSummary = { id: string; name: string; homeUrl: string; attributionTemplate: string | null }

/** What an article needs to know of its source. */
export function sourceOfArticles(
  q: Queries,
  id: string,
): Promise<(SourceSummary & { language: string | null }) | undefined> {
  return remembered(q, 'source', id, () => findSource(q, id))
}

export async function sourcesOf(
  q: Queries,
  rows: { source_id: string }[],
): Promise<Map<string, SourceSummary>> {
  const sources = new Map<string, SourceSummary>()
  for (const id of new Set(rows.map((row) => row.source_id))) {
    const source = await sourceOfArticles(q, id)
    if (source) sources.set(id, source)
  }
  return sources
}
