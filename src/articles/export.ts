import type { Queries } from '../database/database.ts'
import type { ArticleDetail } from './article.ts'
import { type ArticleFilters, listCards, type Position, type Sort } from './listing.ts'
import { listBodies } from './store.ts'

const articlesPerSlice = 200

/** Every article that the filters leave, with its text, in slices of constant size. */
export async function* exportArticles(
  q: Queries,
  filters: ArticleFilters,
  sort: Sort,
): AsyncGenerator<Omit<ArticleDetail, 'toc'>[]> {
  let after: Position | undefined
  for (;;) {
    const cards = await listCards(q, filters, { sort, after, limit: articlesPerSlice - 1 })
    if (cards.length === 0) return
    const bodies = new Map(
      (
        await listBodies(
          q,
          cards.map((card) => card.id),
        )
      ).map((body) => [body.article_id, body]),
    )
    yield cards.map(({ id, card }) => {
      const { html = '', text = '' } = bodies.get(id) ?? {}
      return { ...JSON.parse(Buffer.from(card).toString()), body: { html, text } }
    })
    if (cards.length < articlesPerSlice) return
    after = cards.at(-1)
  }
}
