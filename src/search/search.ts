import { type ArticleFilters, conditionsOf, selectionsOf } from '../articles/listing.ts'
import type { ArticleListQuery } from '../articles/query.ts'
import type { Queries } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import { aliasesOf } from '../text-index/aliases.ts'
import { parseQuery } from '../text-index/grammar.ts'
import { expand, type TextQuery } from '../text-index/query.ts'
import { withWords } from '../text-index/vocabulary.ts'
import { type FindFew, findMatches } from './finding.ts'
import { countFew, type Few, type Search } from './store.ts'

/** A search with a way to a filter that may lead it, and whether a beginning in it stands for more words than it looks for. */
export type LedSearch = Search & { findFew: FindFew; isCut?: boolean }
export type TextSearch = LedSearch & { query: TextQuery }

/** A filter that leaves no more articles than this is looked through one by one. */
const few = 2000
const maxCounted = 10_000

/** The query of a list, read; `undefined` without one. */
export function textQueryOf({
  q,
  expand: expanding,
}: Pick<ArticleListQuery, 'q' | 'expand'>): TextQuery | undefined {
  if (q === undefined) return undefined
  const query = parseQuery(q)
  return expanding ? expand(query, aliasesOf) : query
}

/** A query beside the filters of a list; `undefined` where a filter names nothing, so that nothing can be found. */
export async function searchOf(
  q: Queries,
  query: TextQuery | undefined,
  filters: ArticleFilters,
): Promise<LedSearch | undefined> {
  const checks = await conditionsOf(q, filters)
  const findFew = once(() => fewestOf(q, filters))
  if (!checks || !query) return checks && { query, checks, findFew }
  return { ...(await withWords(q, query)), checks, findFew }
}

async function fewestOf(q: Queries, filters: ArticleFilters): Promise<Few | undefined> {
  let fewest: { articleIds: Few['articleIds']; count: number } | undefined
  for (const articleIds of await selectionsOf(q, filters)) {
    const count = await countFew(q, articleIds, few + 1)
    if (count <= few && count < (fewest?.count ?? Number.POSITIVE_INFINITY)) fewest = { articleIds, count }
  }
  return fewest
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined
  return () => {
    answer ??= work()
    return answer
  }
}

/** How many articles a search finds, counted up to 10,000. */
export async function countFound(
  q: Queries,
  search: LedSearch,
): Promise<{ total: number; approximate?: true }> {
  const { rows, reached } = await findMatches(q, search, { direction: 'desc', limit: maxCounted })
  return { total: rows.length, ...(reached !== undefined && { approximate: true as const }) }
}

/** What goes with `q`, and what only goes with it. */
export function checkTogether({ q, sort, highlight, expand }: ArticleListQuery): void {
  if (q === undefined) {
    if (highlight) throw refused('highlight', 'There is nothing to mark without `q`.')
    if (expand) throw refused('expand', 'There is nothing to expand without `q`.')
  } else if (sort === 'contentChanged') {
    throw refused('sort', 'With `q` the order is relevance, newest or oldest.')
  }
}

function refused(path: string, message: string): Failure {
  return new Failure('bad-request', `${path}: ${message}`, { errors: [{ in: 'query', path, message }] })
}
