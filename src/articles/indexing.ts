import type { Transaction } from '../database/database.ts'
import { termsVersion } from '../text-index/terms.ts'
import { type IndexedText, reindexText } from '../text-index/text-index.ts'
import { type ArticleRow, listForIndex } from './store.ts'

export { countAll } from './store.ts'

/** What of an article is searched. Drafts and withdrawn articles are in the index too; lists leave them out by their state. */
export function searchedOf(
  row: Pick<ArticleRow, 'id' | 'published_at' | 'title' | 'summary'>,
  text: string,
): IndexedText {
  return { articleId: row.id, publishedAt: row.published_at, title: row.title, summary: row.summary, text }
}

const articlesPerSlice = 100

/**
 * Puts the next articles by id into the index anew: those that are not in it by the present terms, or `all`. Answers how
 * many it looked at, and the last of them; `undefined` behind the last.
 */
export async function reindexArticles(
  tx: Transaction,
  { after = '', all = false }: { after?: string | undefined; all?: boolean },
): Promise<{ looked: number; last: string | undefined }> {
  const rows = await listForIndex(tx, after, articlesPerSlice)
  for (const row of rows) {
    if (all || row.terms_version !== termsVersion) await reindexText(tx, searchedOf(row, row.text ?? ''))
  }
  return { looked: rows.length, last: rows.at(-1)?.id }
}
