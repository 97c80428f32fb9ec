import type { ExtractedPage } from '../page.ts'
import { articleBodyOf } from './article-body.ts'
import { trimFoot } from './article-foot.ts'
import { creditLinesOf, liftCredits } from './credits.ts'
import { documentOf, type PageDocument, PageTooMuchError } from './page-document.ts'
import { describe, readMetadata } from './page-metadata.ts'
import { liftRelated } from './related-block.ts'

/** `url` is where the page was found in the end, `zone` (IANA) is of times that name none. */
export type PageInput = { url: string; zone: string | null; now: Date }

/**
 * What a page of an article is made of. Nothing here waits, and a hostile page may take seconds: it belongs in a worker. A page
 * that is too large is not read, and `dropped` says why.
 */
export function extractPage(html: string, input: PageInput): ExtractedPage {
  try {
    return extract(documentOf(html, input.url), input)
  } catch (error) {
    if (error instanceof PageTooMuchError) return refused(error.message)
    throw error
  }
}

function extract(document: PageDocument, { url, zone, now }: PageInput): ExtractedPage {
  const page = describe(document, url)
  const metadata = readMetadata(page, { zone, now })
  const relatedLinks = liftRelated(page)
  const around = creditLinesOf(page)
  const body = articleBodyOf(document)
  const credits = liftCredits(page, { body, around })
  if (body) trimFoot(body)
  const dropped = body
    ? []
    : [{ stage: 'page' as const, what: url, why: 'It has no text that looks like an article.' }]
  return { ...metadata, bodyHtml: body?.innerHTML.trim() || null, credits, relatedLinks, dropped }
}

function refused(why: string): ExtractedPage {
  return {
    title: null,
    bodyHtml: null,
    summary: null,
    authors: [],
    publishedAt: null,
    imageUrl: null,
    canonicalUrl: null,
    language: null,
    siteName: null,
    licence: null,
    credits: { text: null, originalPublisher: null, originalUrl: null, translators: [] },
    relatedLinks: [],
    feeds: [],
    dropped: [{ stage: 'page', what: 'the page', why }],
  }
}
