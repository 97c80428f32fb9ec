import { z } from 'zod'
import { Article, Attribution } from '../articles/article.ts'
import { articlesByIds } from '../articles/articles.ts'
import { conditionsOf } from '../articles/listing.ts'
import type { Queries } from '../database/database.ts'
import { suggestSources } from '../sources/sources.ts'
import { suggestTags } from '../tags/tags.ts'
import { prefixOfWord } from '../text-index/prefixes.ts'
import { all, phraseOf, type TextQuery } from '../text-index/query.ts'
import { type Term, termsOf } from '../text-index/terms.ts'
import { withWords } from '../text-index/vocabulary.ts'
import { findMatches } from './finding.ts'

/** What somebody may mean who has typed so far. */
export const Suggestion = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('tag'), slug: z.string(), name: z.string(), articleCount: z.int() }),
    z.object({ type: z.literal('source'), id: z.string(), name: z.string(), articleCount: z.int() }),
    z.object({
      type: z.literal('article'),
      ...Article.pick({ id: true, title: true, url: true, language: true, publishedAt: true }).shape,
      attribution: Attribution,
    }),
  ])
  .meta({
    id: 'Suggestion',
    example: { type: 'tag', slug: 'chips', name: 'Chips', articleCount: 42 },
  })
export type Suggestion = z.infer<typeof Suggestion>

const maxWords = 8

/** Tags and sources by the beginning of any of their names, then the newest articles with such a title; a third each at first. */
export async function suggest(q: Queries, typed: string, limit: number): Promise<Suggestion[]> {
  const third = Math.max(1, Math.ceil(limit / 3))
  const tags = (await suggestTags(q, typed, third)).map(({ slug, name, article_count }) => ({
    type: 'tag' as const,
    slug,
    name,
    articleCount: article_count,
  }))
  const sources = (await suggestSources(q, typed, third)).map(({ id, name, article_count }) => ({
    type: 'source' as const,
    id,
    name,
    articleCount: article_count,
  }))
  const names: Suggestion[] = [...tags, ...sources].slice(0, limit)
  return [...names, ...(await suggestArticles(q, typed, limit - names.length))]
}

async function suggestArticles(q: Queries, typed: string, limit: number): Promise<Suggestion[]> {
  const query = titleQueryOf(typed)
  if (!query || limit < 1) return []
  const checks = (await conditionsOf(q, {})) ?? []
  const { query: known } = await withWords(q, query)
  const { rows } = await findMatches(q, { query: known, checks }, { direction: 'desc', limit })
  const articles = await articlesByIds(
    q,
    rows.map(({ id }) => id),
  )
  return rows.flatMap(({ id }) => {
    const article = articles.get(id)
    if (!article) return []
    const { title, url, language, publishedAt, attribution } = article
    return [{ type: 'article' as const, id, title, url, language, publishedAt, attribution }]
  })
}

/** Titles with these words, the last of which may still be going on from its second letter; `undefined` where there is no word. */
function titleQueryOf(typed: string): TextQuery | undefined {
  const terms = termsOf(typed)
    .filter(({ loose }) => !loose)
    .slice(0, maxWords)
  const last = terms.at(-1)
  if (!last) return undefined
  const finished = last.end < typed.length
  const prefix = finished ? undefined : prefixOfWord(typed.slice(last.start))
  if (!prefix) return phraseIn(terms)
  const word = {
    type: 'prefix' as const,
    ...prefix,
    inTitle: true,
    start: last.start,
    end: last.end,
  }
  const before = phraseIn(terms.slice(0, -1))
  return all(before ? [before, word] : [word])
}

const phraseIn = (terms: Term[]) =>
  phraseOf(
    terms.map(({ text }) => text),
    { inTitle: true, start: 0, end: 0 },
  )
