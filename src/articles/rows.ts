import { guessLanguage } from '../shared/guessed-language.ts'
import { languageOfScript } from '../shared/language.ts'
import type { ArticleContent } from './article.ts'
import type { Content } from './content.ts'
import type { Original } from './identity.ts'
import type { ArticleRow } from './store.ts'

/** An article's input with everything that was derived from it or looked up for it. */
export type Draft = {
  input: ArticleContent
  content: Content
  externalId: string | null
  urlKey: string
  language: string
  original: Original | null
  tags: { id: string; slug: string; name: string }[]
}

/** As declared; else as the script tells; else as the source publishes; else as the letters tell reliably; else English. */
export function languageOf(input: ArticleContent, content: Content, sourceLanguage: string | null): string {
  const text = `${input.title} ${input.summary ?? ''} ${content.text.slice(0, 600)}`
  return input.language ?? languageOfScript(text) ?? sourceLanguage ?? guessLanguage(text) ?? 'en'
}

/** The columns that an input decides. */
export function contentColumns({ input, content, externalId, urlKey, language, original }: Draft) {
  const authors = (input.authors ?? []).map(({ name, url = null, role = 'author' }) => ({ name, url, role }))
  return {
    external_id: externalId,
    url: input.url,
    url_key: urlKey,
    canonical_url: input.canonicalUrl ?? null,
    title: input.title,
    summary: input.summary ?? null,
    language,
    authors: JSON.stringify(authors),
    image_url: input.imageUrl ?? null,
    published_at: input.publishedAt,
    word_count: content.wordCount,
    reading_minutes: content.readingMinutes,
    attribution: attributionColumn(input.attribution),
    translation_of_id: original?.articleId ?? null,
    translation_of_url: original?.url ?? null,
    translation_of_key: original?.urlKey ?? null,
    translation_of_language: original?.language ?? null,
    translation_of_method: original?.method ?? null,
  }
}

/** A new row; its card is still to be made. */
export function rowOf(id: string, sourceId: string, draft: Draft, now: string): ArticleRow {
  return {
    id,
    source_id: sourceId,
    ...contentColumns(draft),
    first_seen_at: now,
    content_changed_at: now,
    updated_at: now,
    story_id: null,
    duplicate_of_id: null,
    duplicate_score: null,
    found_original_id: null,
    found_original_score: null,
    story_fixed_at: null,
    state: draft.input.state ?? 'published',
    withdrawn_at: null,
    withdrawal_reason: null,
    withdrawal_note: null,
    revision: 1,
    revised_at: now,
    version: 1,
    card: '',
  }
}

function attributionColumn(attribution: ArticleContent['attribution']): string | null {
  if (!attribution) return null
  const { text, url = null, rightsHolder = null, licence = null, required = true } = attribution
  return JSON.stringify({ text, url, rightsHolder, licence, required })
}
