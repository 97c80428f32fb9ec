import type { Queries } from '../database/database.ts'
import { contentOf } from './content.ts'
import { type ArticleRow, findBody, listArticlesBehind } from './store.ts'

const articlesPerSlice = 100

/**
 * What of the next articles by id is stored twice and differs, a sentence each: the members of an article and those of its card,
 * its text and that of its HTML. Answers the last of them, too; `undefined` behind the last.
 */
export async function checkArticles(
  q: Queries,
  after = '',
): Promise<{ faults: string[]; looked: number; last: string | undefined }> {
  const rows = await listArticlesBehind(q, after, articlesPerSlice)
  const faults: string[] = []
  for (const row of rows) {
    const members = membersThatDiffer(row)
    if (members.length > 0) faults.push(`Article ${row.id} and its card differ: ${members.join(', ')}.`)
    const body = await findBody(q, row.id)
    if (body && lettersOf(contentOf({ html: body.html }, row.url).text) !== lettersOf(body.text))
      faults.push(`The text of article ${row.id} is not that of its HTML.`)
  }
  return { faults, looked: rows.length, last: rows.at(-1)?.id }
}

function membersThatDiffer(row: ArticleRow): string[] {
  const own: Record<string, unknown> = {
    id: row.id,
    url: row.url,
    canonicalUrl: row.canonical_url,
    title: row.title,
    summary: row.summary,
    language: row.language,
    authors: parsed(row.authors),
    imageUrl: row.image_url,
    publishedAt: row.published_at,
    firstSeenAt: row.first_seen_at,
    contentChangedAt: row.content_changed_at,
    wordCount: row.word_count,
    readingMinutes: row.reading_minutes,
    duplicateOf: row.duplicate_of_id,
    state: row.state,
    revision: row.revision,
    externalId: row.external_id,
  }
  const card = parsed(row.card) as Record<string, unknown> | undefined
  if (!card) return ['the card is no JSON']
  return Object.keys(own).filter((name) => JSON.stringify(own[name]) !== JSON.stringify(card[name]))
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Spaces and line ends are where versions of the program may differ. */
const lettersOf = (text: string) => text.replace(/\s+/gu, '')
