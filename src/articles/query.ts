import { z } from 'zod'
import { flag, language, listParameter, moment, pageQuery } from '../http/parameters.ts'
import { Failure } from '../shared/failure.ts'
import { articleStates } from './article.ts'
import type { Sort } from './listing.ts'

const slugs = listParameter(z.string().min(1).max(200))
const ids = listParameter(z.string().min(1).max(100))
const languages = listParameter(language)

/** The filters of every list of articles: this one, the export, and feeds. */
export const filterParameters = {
  tagsAll: slugs.optional().describe('Carries all of these tags, or tags below them.'),
  tagsAny: slugs.optional().describe('Carries at least one of these tags, or of tags below them.'),
  tagsNone: slugs.optional().describe('Carries none of these tags, nor of tags below them.'),
  source: ids.optional().describe('Is of one of these sources.'),
  sourceNone: ids.optional().describe('Is of none of these sources.'),
  language: languages.optional().describe('Is in one of these languages (BCP 47, compared whole).'),
  languageNone: languages.optional().describe('Is in none of these languages.'),
  story: z
    .string()
    .max(100)
    .optional()
    .describe('Belongs to this story, or to the one that it was merged into.'),
  author: z.string().min(1).max(200).optional().describe('Was written or translated by this person.'),
  state: z
    .enum(articleStates)
    .optional()
    .describe('`published` without it. Drafts and withdrawn articles are listed only for a key.'),
  publishedAfter: moment.optional().describe('Published later than this.'),
  publishedBefore: moment.optional().describe('Published earlier than this.'),
  contentChangedAfter: moment.optional().describe('What a reader sees of it changed later than this.'),
  duplicates: z
    .enum(['collapse', 'all', 'only'])
    .optional()
    .describe(
      '`all` without it; `collapse` leaves out what is a duplicate of another article, `only` shows just those.',
    ),
}

const sorts = ['newest', 'oldest', 'contentChanged'] as const

export const sortParameter = z
  .enum(sorts)
  .default('newest')
  .describe('By `publishedAt`, newest or oldest first, or by `contentChangedAt`, latest first.')

export const facetNames = ['tag', 'source', 'language', 'author', 'day', 'week', 'month'] as const

/** What of a search is its own: lists without it are read in the order of an index. */
const searchParameters = {
  q: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'Words to be found in the title, the summary or the text, all of them: `"a phrase"`, `OR`, `-word`, `title:word`, `begin*`, parentheses. Chinese in either script, English in any form of a word.',
    ),
  expand: flag
    .optional()
    .describe('Finds names and terms under their other names too: `Nvidia` for `英伟达`.'),
  highlight: flag.optional().describe('Adds `highlight` to each article: the words of `q` where they stand.'),
  facets: listParameter(z.enum(facetNames), facetNames.length)
    .optional()
    .describe(
      'Adds `facets`: how many of the articles have each tag, source, language or author, or are of each day, week (from Monday) or month (UTC).',
    ),
  sort: z
    .enum(['relevance', ...sorts])
    .optional()
    .describe(
      '`relevance`: what matches in the title first, rare words before common ones, newer articles first among equals. It goes with `q` and is the order there without `sort`. Else by `publishedAt`, `newest` or `oldest` first, or by `contentChangedAt`, latest first, which does not go with `q`. Without `q` and `sort`: `newest`.',
    ),
}

export const shapingParameters = {
  fields: listParameter(z.string().min(1).max(100), 50)
    .optional()
    .describe('Only these members, dotted (`title,source.name`). The attribution is never left out.'),
  include: listParameter(z.enum(['body', 'toc']), 2)
    .optional()
    .describe('Members that lists do not carry unless asked.'),
}

export const ArticleListQuery = z.strictObject({
  ...filterParameters,
  ...searchParameters,
  ...shapingParameters,
  total: z
    .enum(['exact'])
    .optional()
    .describe(
      'Adds `page.total`. Counting takes time on a large newsroom; with `q` it ends at 10,000, and `page.approximate` says so.',
    ),
  ...pageQuery,
})

export type ArticleListQuery = z.infer<typeof ArticleListQuery>

export const ExportQuery = z.strictObject({
  ...filterParameters,
  state: z
    .enum([...articleStates, 'all'])
    .optional()
    .describe(
      '`published` without it. Drafts and withdrawn articles are exported only for a key; `all` are those of every state.',
    ),
  sort: sortParameter,
})
export type ExportQuery = z.infer<typeof ExportQuery>

/** The order of a list without `q`. */
export function listSort({ sort = 'newest' }: Pick<ArticleListQuery, 'sort'>): Sort {
  if (sort !== 'relevance') return sort
  const message = 'Only what is found by `q` has a relevance.'
  throw new Failure('bad-request', `sort: ${message}`, { errors: [{ in: 'query', path: 'sort', message }] })
}

/** What is not published is nobody's business without a key. */
export function refuseHiddenStates(filters: { state?: ExportQuery['state'] }, hasKey: boolean): void {
  if (hasKey || filters.state === undefined || filters.state === 'published') return
  throw new Failure('unauthorized', `Listing ${filters.state} articles needs a key.`, {
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
}
