import type { NewArticle } from '../articles/article.ts'
import type { Content } from '../articles/content.ts'
import { tellOf, WorkshopError } from '../shared/workshop.ts'
import type { CleanBody } from './clean-body.ts'
import type { Workshop } from './workshop.ts'

const noContent: Content = { html: '', text: '', toc: [], wordCount: 0, readingMinutes: 0 }

/** The body of an article, sanitised where it keeps nobody waiting. One that takes too long is left out, and `problem` says so. */
export async function cleanBodyOf(
  { body, url: base }: Pick<NewArticle, 'body' | 'url'>,
  workshop: Workshop,
): Promise<CleanBody> {
  if (!body || !('html' in body)) return { content: noContent, problem: null }
  try {
    return await workshop.run('cleanBody', { html: body.html, base })
  } catch (error) {
    if (!(error instanceof WorkshopError)) throw error
    return { content: noContent, problem: tellOf(error) }
  }
}
