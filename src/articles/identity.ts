import type { Queries, Transaction } from '../database/database.ts'
import { invalidField } from '../shared/failure.ts'
import { urlKey } from '../shared/url.ts'
import type { Article, ArticleContent } from './article.ts'
import {
  type ArticleRow,
  demoteUrl,
  findArticle,
  findByUrlKeys,
  insertUrl,
  listWaitingTranslations,
  removeUrls,
  replaceAuthors,
  updateOriginal,
} from './store.ts'

/** What an article is a translation of, as far as it is known. */
export type Original = {
  articleId: string | null
  url: string | null
  urlKey: string | null
  language: string | null
  method: string
}

/** Finds the declared original: by its id, or at its address if it has come here already. */
export async function resolveOriginal(
  q: Queries,
  declared: ArticleContent['translationOf'],
  ownId: string | undefined,
): Promise<Original | null> {
  if (!declared) return null
  const key = declared.url ? urlKey(declared.url) : null
  const articleId = declared.articleId ?? (key ? ((await findByUrlKeys(q, [key]))?.id ?? null) : null)
  const article = articleId ? await findArticle(q, articleId) : undefined
  if (declared.articleId && !article)
    throw invalidField('translationOf.articleId', 'There is no such article.')
  if (article && article.id === ownId) {
    throw invalidField('translationOf', 'An article is no translation of itself.')
  }
  return {
    articleId,
    url: declared.url ?? article?.url ?? null,
    urlKey: key,
    language: declared.language ?? article?.language ?? null,
    method: declared.method ?? 'declared',
  }
}

/** Ties translations that named this article's address, or its id, before it came. Answers those whose cards now show it. */
export async function tieWaitingTranslations(tx: Transaction, row: ArticleRow): Promise<string[]> {
  const waiting = await listWaitingTranslations(tx, row)
  const ids = waiting.map((translation) => translation.id).filter((id) => id !== row.id)
  if (ids.length > 0) await updateOriginal(tx, ids, row.id)
  return ids
}

/** Keeps every address of an article; one that it had before stays its own as a former one. */
export async function keepAddresses(tx: Transaction, row: ArticleRow, before?: ArticleRow): Promise<void> {
  const canonicalKey = row.canonical_url ? urlKey(row.canonical_url) : undefined
  if (before) {
    if (before.url_key === row.url_key && before.canonical_url === row.canonical_url) return
    await demoteUrl(tx, row.id)
    await removeUrls(tx, row.id, 'canonical')
  }
  if (canonicalKey && canonicalKey !== row.url_key) await insertUrl(tx, row.id, canonicalKey, 'canonical')
  await insertUrl(tx, row.id, row.url_key, 'own')
}

export async function keepAuthors(tx: Transaction, row: ArticleRow, fresh: boolean): Promise<void> {
  const authors: Article['authors'] = JSON.parse(row.authors)
  const keys = new Set(authors.map((author) => authorKey(author.name)))
  await replaceAuthors(tx, row.id, row.published_at, [...keys], fresh)
}

/** Names that differ only in width, case or invisible characters are one author's. */
export function authorKey(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .toLowerCase()
}
