import type { Article } from './article.ts'
import type { ArticleRow } from './store.ts'

type Credited = Pick<ArticleRow, 'attribution' | 'title' | 'url'>

/** The credit as sent with the article, or made from its source's template: an article is never without one. */
export function attributionOf(
  row: Credited,
  source: { name: string; attributionTemplate: string | null },
  authors: Article['authors'],
): Article['attribution'] {
  if (row.attribution !== null) return JSON.parse(row.attribution)
  const values: Record<string, string> = {
    source: source.name,
    title: row.title,
    url: row.url,
    author: authors.map((author) => author.name).join(', '),
  }
  const text = (source.attributionTemplate ?? '{source}').replace(
    /\{(\w+)\}/g,
    (whole, name) => values[name] ?? whole,
  )
  return { text, url: row.url, rightsHolder: source.name, licence: null, required: true }
}
