import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { cutPage, pageStart } from '../http/paging.ts'
import { listParameter, pageOf, pageQuery } from '../http/parameters.ts'
import { defaultOrigins, linkKinds, linkOrigins, RelatedLink, relevanceFloor } from './link.ts'
import { linkOf } from './links.ts'
import { countSuppressed, findPosition, listLinks } from './store.ts'

const decimal = (value: unknown) =>
  typeof value === 'string' && /^\d(\.\d{1,15})?$/.test(value) ? Number(value) : value

export const RelatedQuery = z.strictObject({
  kind: listParameter(z.enum(linkKinds), linkKinds.length).optional().describe('Only links of these kinds.'),
  origin: listParameter(z.enum(linkOrigins), linkOrigins.length)
    .optional()
    .describe(
      'Only links of these origins. Without it editorial and computed ones: what the page itself lists is shown on request only.',
    ),
  minScore: z
    .preprocess(decimal, z.number().min(0).max(1))
    .optional()
    .describe(
      'Computed links with at least this score. Links of other origins have none and are not affected.',
    ),
  ...pageQuery,
})
type RelatedQuery = z.infer<typeof RelatedQuery>

export const RelatedLinkList = pageOf(RelatedLink)
  .extend({
    suppressedCount: z
      .int()
      .describe('How many computed links of these kinds were held back, being below the relevance floor.'),
  })
  .meta({
    id: 'RelatedLinkList',
    example: {
      data: [RelatedLink.meta()?.example as RelatedLink],
      page: { next: null, limit: 20 },
      suppressedCount: 0,
    },
  })

/** A page of an article's links, and how many computed ones are held back. */
export async function readLinks(
  q: Queries,
  articleId: string,
  { kind, origin, minScore = 0, limit, cursor }: RelatedQuery,
  request: FastifyRequest,
) {
  const filters = {
    articleId,
    origins: origin ?? defaultOrigins,
    kinds: kind,
    minScore: Math.max(minScore, relevanceFloor),
  }
  const start = pageStart(request, cursor, ['integer', 'real', 'text'])
  const after = start && (await positionNow(q, articleId, start))
  const rows = await listLinks(q, filters, after, limit + 1)
  const { shown, page } = cutPage(request, rows, limit, (row) => [row.rank, row.place, row.id])
  return { data: shown.map(linkOf), page, suppressedCount: await countSuppressed(q, filters) }
}

/** Links move: a page begins behind the last link that was seen, or where that one stood. */
async function positionNow(q: Queries, articleId: string, [rank, place, id]: [number, number, string]) {
  const known = await findPosition(q, articleId, id)
  return known ?? { rank, place, id: '' }
}
