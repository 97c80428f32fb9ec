import type { Dialect } from '../database/dialect.ts'
import { textTermsOf } from '../text-index/text-terms.ts'
import type { ArticleContent } from './article.ts'
import { type Content, contentOf, contentOfCopy } from './content.ts'

/** What of an article its content is made of. A body in both forms is that of an exported article. */
export type Unprepared = Pick<ArticleContent, 'url' | 'title' | 'summary'> & {
  body?: ArticleContent['body'] | { html: string; text: string }
}

/** What the thread can do that imports have beside them. */
export const tasks = {
  /** The content of each, with its terms; `undefined` for what has none, which is told of where it is made again. */
  prepare: ({ engine, articles }: { engine: Dialect['engine']; articles: Unprepared[] }) =>
    articles.map((article) => prepared(article, engine)),
}

export type Tasks = typeof tasks

function prepared({ body, url, title, summary }: Unprepared, engine: Dialect['engine']): Content | undefined {
  try {
    const content = body && 'html' in body && 'text' in body ? contentOfCopy(body, url) : contentOf(body, url)
    return { ...content, terms: textTermsOf(engine, { title, summary: summary ?? null, text: content.text }) }
  } catch {
    return undefined
  }
}
