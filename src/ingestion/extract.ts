import { z } from 'zod'
import { ArticleDetail, type NewArticle } from '../articles/article.ts'
import type { Content } from '../articles/content.ts'
import { languageOf } from '../articles/rows.ts'
import { webUrl } from '../http/parameters.ts'
import { Failure, invalidField } from '../shared/failure.ts'
import { tellOf, WorkshopError } from '../shared/workshop.ts'
import { articleOfItem } from './article-of-item.ts'
import { cleanBodyOf } from './bodies.ts'
import type { Ingestion } from './ingestion.ts'
import { blankItem, stages } from './item.ts'
import type { ExtractedPage } from './page.ts'
import { readPage } from './pages.ts'

export const PageToExtract = z
  .strictObject({
    url: webUrl.describe('The address of the page; it is fetched unless `html` is sent too.'),
    html: z
      .string()
      .min(1)
      .max(8 * 1024 * 1024)
      .optional()
      .describe('The page itself.'),
  })
  .meta({ id: 'PageToExtract', example: { url: 'https://lighthouse.example/chips/heron-2' } })
export type PageToExtract = z.infer<typeof PageToExtract>

const {
  title,
  summary,
  language,
  authors,
  imageUrl,
  publishedAt,
  canonicalUrl,
  wordCount,
  readingMinutes,
  toc,
  body,
} = ArticleDetail.shape
const Credit = z.object({
  text: z.string(),
  url: z.string().nullable(),
  rightsHolder: z.string().nullable(),
  licence: z.string().nullable(),
})

/** What a page would become as an article. */
export const ExtractedArticle = z
  .object({
    url: z.string(),
    canonicalUrl,
    title,
    summary,
    language,
    authors,
    imageUrl,
    publishedAt: publishedAt.nullable().describe('Null where the page does not say.'),
    attribution: Credit.nullable().describe('As the page credits others; null where it does not.'),
    translationOf: z.object({ url: z.string() }).nullable(),
    body,
    toc,
    wordCount,
    readingMinutes,
    relatedLinks: z
      .array(z.object({ url: z.string(), title: z.string() }))
      .describe('What the page lists as related, in its order; it is not in the body.'),
    feeds: z.array(z.object({ url: z.string(), title: z.string().nullable(), type: z.string() })),
    dropped: z.array(z.object({ stage: z.enum(stages), what: z.string(), why: z.string() })),
  })
  .meta({ id: 'ExtractedArticle', example: undefined })
export type ExtractedArticle = z.infer<typeof ExtractedArticle>

type Extracting = Pick<Ingestion, 'client' | 'robots' | 'workshop' | 'clock'>

/** What we would make of a page, without keeping it. Throws `conflict` with the reason where that is nothing. */
export async function extractArticle(ingestion: Extracting, input: PageToExtract): Promise<ExtractedArticle> {
  const page = await pageOf(ingestion, input)
  const source = {
    id: 'none',
    name: page.siteName ?? new URL(input.url).host,
    homeUrl: input.url,
    attributionTemplate: null,
    tags: [],
  }
  const item = { ...blankItem, url: input.url }
  const { article, dropped } = articleOfItem(source, item, page, ingestion.clock())
  // A page over the bounds is not read at all, and says which.
  const why = page.dropped.map((one) => one.why).join(' ')
  if (!article) throw new Failure('conflict', `The page has neither a title nor a text. ${why}`.trim())
  const { content, problem } = await cleanBodyOf(article, ingestion.workshop)
  if (problem) dropped.push({ stage: 'clean', what: input.url, why: problem })
  return shown({ article, content, page }, [...page.dropped, ...dropped])
}

function shown(
  { article, content, page }: { article: NewArticle; content: Content; page: ExtractedPage },
  dropped: ExtractedArticle['dropped'],
): ExtractedArticle {
  const { html, text, toc: headings, wordCount: words, readingMinutes: minutes } = content
  const { attribution, translationOf } = article
  return {
    url: article.url,
    canonicalUrl: article.canonicalUrl ?? null,
    title: article.title,
    summary: article.summary ?? null,
    language: languageOf(article, content, page.language),
    authors: (article.authors ?? []).map(({ name, url = null, role = 'author' }) => ({ name, url, role })),
    imageUrl: article.imageUrl ?? null,
    publishedAt: page.publishedAt,
    attribution: attribution
      ? {
          text: attribution.text,
          url: attribution.url ?? null,
          rightsHolder: attribution.rightsHolder ?? null,
          licence: attribution.licence ?? null,
        }
      : null,
    translationOf: translationOf?.url ? { url: translationOf.url } : null,
    body: { html, text },
    toc: headings,
    wordCount: words,
    readingMinutes: minutes,
    relatedLinks: page.relatedLinks,
    feeds: page.feeds,
    dropped,
  }
}

async function pageOf(ingestion: Extracting, { url, html }: PageToExtract): Promise<ExtractedPage> {
  if (html === undefined) {
    const answer = await readPage(ingestion, url, null)
    if ('problem' in answer) throw invalidField('url', answer.problem)
    return answer.page
  }
  try {
    const bytes = Buffer.from(html)
    const input = { bytes, contentType: 'text/html; charset=utf-8', url, zone: null, now: ingestion.clock() }
    return await ingestion.workshop.run('extractPage', input)
  } catch (error) {
    if (error instanceof WorkshopError) throw invalidField('html', tellOf(error))
    throw error
  }
}
