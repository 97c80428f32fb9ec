import type { Queries } from '../database/database.ts'
import { findSource } from '../sources/sources.ts'

/** What cards show of a source. */
export type SourceSummary = { id: string; name: string; homeUrl: string; attributionTemplate: string | null }

export async function sourcesOf(
  q: Queries,
  rows: { source_id: string }[],
): Promise<Map<string, SourceSummary>> {
  const sources = new Map<string, SourceSummary>()
  for (const id of new Set(rows.map((row) => row.source_id))) {
    const source = await findSource(q, id)
    if (source) sources.set(id, source)
  }
  return sources
}
