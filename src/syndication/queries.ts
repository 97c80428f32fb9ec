import { z } from 'zod'
import { filterParameters } from '../articles/query.ts'
import { flag, integerParameter } from '../http/parameters.ts'
import { Failure } from '../shared/failure.ts'
import { StoryListQuery } from '../stories/stories-reading.ts'
import { periodForm, periodNamed } from './periods.ts'

const { state: _, ...filters } = filterParameters

const contentParameter = {
  content: z
    .enum(['full', 'summary'])
    .optional()
    .describe(
      '`full`: with the text of each article; `summary`: without. Without it, the text of what its licence lets anybody pass on, and the summary of the rest. The credit is there in any case.',
    ),
}
const limit = integerParameter(1, 100).optional().describe('How many items, at most. 20 without it.')
const cursor = z.string().max(1000).optional().describe('From the `next` link of the page before.')

const notAPeriod = 'Expected a month, a day or an hour.'

export const ArticleFeedQuery = z.strictObject({
  ...filters,
  q: z.string().min(1).max(1000).optional().describe('Words to be found, as in `listArticles`.'),
  expand: flag.optional().describe('Finds names and terms under their other names too.'),
  ...contentParameter,
  limit,
  cursor,
  archive: z
    .string()
    .regex(periodForm, { error: notAPeriod, abort: true })
    .refine((name) => periodNamed(name) !== undefined, notAPeriod)
    .optional()
    .describe('From the `prev-archive` link: what was published in this month, day or hour (UTC).')
    .meta({ example: '2026-11' }),
})
export type ArticleFeedQuery = z.infer<typeof ArticleFeedQuery>
export type ArticleFilters = Pick<ArticleFeedQuery, keyof typeof filters>

const { include: _include, limit: _limit, cursor: _cursor, ...storyFilters } = StoryListQuery.shape

export const StoryFeedQuery = z.strictObject({ ...storyFilters, ...contentParameter, limit, cursor })
export type StoryFeedQuery = z.infer<typeof StoryFeedQuery>

/** An archive is a stretch of the list in publishing order, whole. */
export function checkArchive({ archive, q, limit }: ArticleFeedQuery): void {
  if (archive === undefined) return
  const path = q !== undefined ? 'q' : limit !== undefined ? 'limit' : undefined
  if (path === undefined) return
  const message = `It does not go with \`archive\`${path === 'q' ? ': what is found has pages only' : ', which is a whole period'}.`
  throw new Failure('bad-request', `${path}: ${message}`, { errors: [{ in: 'query', path, message }] })
}
