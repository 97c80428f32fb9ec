import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { cutPage, pageStart } from '../http/paging.ts'
import { expecting, listParameter, pageOf, pageQuery } from '../http/parameters.ts'
import { defaultOrigins, linkKinds, linkOrigins, RelatedLink } from './link.ts'
import { linkOf } from './links.ts'
import { type Computed, computeLinks } from './relating/computed.ts'
import { findPosition, type LinkPosition, type LinkView, listLinks } from './store.ts'

const decimal = (value: unknown) =>
  typeof value === 'string' && /^\d(\.\d{1,15})?$/.test(value) ? Number(value) : value

const score = { error: expecting('a number from 0 to 1, such as 0.5') }

export const RelatedQuery = z.strictObject({
  kind: listParameter(z.enum(linkKinds), linkKinds.length).optional().describe('Only links of these kinds.'),
  origin: listParameter(z.enum(linkOrigins), linkOrigins.length)
    .optional()
    .describe(
      'Only links of these origins. Without it editorial and computed ones: what the page itself lists is shown on request only.',
    ),
  minScore: z
    .preprocess(decimal, z.number(score).min(0, score).max(1, score))
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
      .describe(
        'How many articles are somewhat alike, and held back all the same: not alike enough, or the third of a story.',
      ),
  })
  .meta({
    id: 'RelatedLinkList',
    example: {
      data: [RelatedLink.meta()?.example as RelatedLink],
      page: { next: null, limit: 20 },
      suppressedCount: 0,
    },
  })

type Row = LinkView & LinkPosition

/** The place of computed links in a list: behind the editor's, before the page's own. */
const computedRank = 1

/** A page of an article's links, and how many computed ones are held back. */
export async function readLinks(
  q: Queries,
  articleId: string,
  { kind, origin = [...defaultOrigins], minScore = 0, limit, cursor }: RelatedQuery,
  request: FastifyRequest,
) {
  const computed = origin.includes('computed') ? await computeLinks(q, articleId, kind) : nothing
  const ranked = computed.links.filter(({ score }) => (score ?? 0) >= minScore).map(rankedOf)
  const start = pageStart(request, cursor, ['integer', 'real', 'text'])
  const after = start && (await positionNow(q, articleId, start, ranked))
  const kept = origin.filter((one) => one !== 'computed')
  const filters = { articleId, origins: kept, kinds: kind }
  const stored = kept.length > 0 ? await listLinks(q, filters, after, limit + 1) : []
  const rows = [...stored, ...ranked.filter((row) => !after || isBehind(row, after))].sort(inOrder)
  const { shown, page } = cutPage(request, rows, limit, (row) => [row.rank, row.place, row.id])
  return { data: shown.map(linkOf), page, suppressedCount: computed.suppressedCount }
}

const nothing: Computed = { links: [], suppressedCount: 0 }

const rankedOf = (link: LinkView): Row => ({ ...link, rank: computedRank, place: -(link.score ?? 0) })

function inOrder(a: LinkPosition, b: LinkPosition): number {
  return a.rank - b.rank || a.place - b.place || (a.id < b.id ? -1 : 1)
}

const isBehind = (row: LinkPosition, after: LinkPosition) => inOrder(row, after) > 0 && row.id !== after.id

/** Links move: a page begins behind the last link that was seen, or where that one stood. */
async function positionNow(
  q: Queries,
  articleId: string,
  [rank, place, id]: [number, number, string],
  computed: Row[],
): Promise<LinkPosition> {
  const known =
    rank === computedRank ? computed.find((row) => row.id === id) : await findPosition(q, articleId, id)
  return known ?? { rank, place, id: '' }
}
