import type { Queries, Transaction } from '../database/database.ts'
import { sql } from '../database/sql.ts'

export type SourceRow = {
  id: string
  name: string
  home_url: string
  feed_url: string | null
  format: 'rss' | 'atom' | 'rdf' | 'json' | null
  language: string | null
  attribution_template: string | null
  state: 'active' | 'paused' | 'failing' | 'gone'
  last_fetch_at: string | null
  last_success_at: string | null
  consecutive_failures: number
  last_error: string | null
  next_fetch_at: string | null
  http_status: number | null
  article_count: number
  version: number
  created_at: string
  updated_at: string
}

const columns = sql`id, name, home_url, feed_url, format, language, attribution_template, state, last_fetch_at,
  last_success_at, consecutive_failures, last_error, next_fetch_at, http_status, article_count, version, created_at, updated_at`

export function findSourceRow(q: Queries, id: string): Promise<SourceRow | undefined> {
  return q.one(sql`select ${columns} from source where id = ${id}`)
}

export async function updateArticleCount(tx: Transaction, id: string, difference: number): Promise<void> {
  await tx.run(sql`update source set article_count = article_count + ${difference} where id = ${id}`)
}
