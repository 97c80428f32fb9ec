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
  const given = source.attributionTemplate ?? '{source}'
  const template = authors.length > 0 ? given : withoutAuthor(given)
  const text = template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
  return { text, url: row.url, rightsHolder: source.name, licence: null, required: true }
}

const marks = ',，、;；·|–—'
const [opening, closing] = ['[(（[【]', '[)）\\]】]']
/** The author with the words that say so, up to a mark, a bracket or another placeholder. */
const words = `[^{}()（）[\\]【】${marks}]*`
const byline = `${words}\\{author\\}${words}`
const between = `[${marks}]\\s*`
const inBrackets = new RegExp(`\\s*${opening}${byline}${closing}\\s*`, 'g')
const beforeAnother = new RegExp(`(?<=^|${opening}|${between})(?!\\s)${byline}${between}`, 'g')
const behindAnother = new RegExp(`\\s*${between}${byline}(?=$|${closing})`, 'g')
const beforeColon = new RegExp(`(?<=\\})[^{}:：${marks}]*\\{author\\}(?=\\s*[:：])`, 'g')
const begins = new RegExp(`^${byline}`)
const amongOthers = new RegExp(byline, 'g')
const atAnEnd = new RegExp(`^[\\s${marks}]+|[\\s${marks}]+$`, 'g')

/** The template for an article that names nobody: what says who wrote it is left out. */
function withoutAuthor(template: string): string {
  const left = template
    .replace(inBrackets, ' ')
    .replace(beforeAnother, '')
    .replace(behindAnother, '')
    .replace(beforeColon, '')
    .replace(begins, '')
    .replace(amongOthers, ' ')
    .replace(atAnEnd, '')
  return left === '' ? '{source}' : left
}
