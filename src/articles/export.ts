import type { Queries } from '../database/database.ts'
import { articleStates } from './article.ts'
import type { ExportedArticle } from './exported.ts'
import { type ArticleFilters, countArticles, listCards, type Position, type Sort } from './listing.ts'
import { listBodies, listWithdrawals } from './store.ts'

const articlesPerSlice = 200

type State = ArticleFilters['state'] | 'all'
type ExportFilters = Omit<ArticleFilters, 'state'> & { state?: State }

/** Every article that the filters leave, with its text, in slices of constant size. Of all states: one state after the other. */
export async function* exportArticles(
  q: Queries,
  { state, ...filters }: ExportFilters,
  sort: Sort,
): AsyncGenerator<ExportedArticle[]> {
  for (const each of statesOf(state)) yield* exportState(q, { ...filters, state: each }, sort)
}

/** How many articles an export has. */
export async function countExported(q: Queries, { state, ...filters }: ExportFilters): Promise<number> {
  let count = 0
  for (const each of statesOf(state)) count += await countArticles(q, { ...filters, state: each })
  return count
}

/** Published ones first: they are what most want, and others may be about them. */
function statesOf(state: State = 'published'): (typeof articleStates)[number][] {
  return state === 'all' ? ['published', ...articleStates.filter((each) => each !== 'published')] : [state]
}

async function* exportState(
  q: Queries,
  filters: ArticleFilters,
  sort: Sort,
): AsyncGenerator<ExportedArticle[]> {
  let after: Position | undefined
  for (;;) {
    const cards = await listCards(q, filters, { sort, after, limit: articlesPerSlice - 1 })
    if (cards.length === 0) return
    const ids = cards.map((card) => card.id)
    const bodies = new Map((await listBodies(q, ids)).map((body) => [body.article_id, body]))
    const withdrawals = filters.state === 'withdrawn' ? await withdrawalsOf(q, ids) : undefined
    yield cards.map(({ id, card }) => {
      const { html = '', text = '', toc = '[]' } = bodies.get(id) ?? {}
      const withdrawal = withdrawals?.get(id) ?? null
      const article = JSON.parse(Buffer.from(card).toString())
      return { ...article, body: { html, text }, toc: JSON.parse(toc), withdrawal }
    })
    if (cards.length < articlesPerSlice) return
    after = cards.at(-1)
  }
}

async function withdrawalsOf(q: Queries, ids: string[]) {
  const rows = await listWithdrawals(q, ids)
  return new Map(
    rows.map(({ id, withdrawal_reason: reason, withdrawal_note: note, withdrawn_at: withdrawnAt }) => [
      id,
      { reason, note, withdrawnAt },
    ]),
  )
}
