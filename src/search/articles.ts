import type { FastifyReply, FastifyRequest } from 'fastify'
import { countArticles, listCards } from '../articles/listing.ts'
import { type ArticleListQuery, listSort, refuseHiddenStates } from '../articles/query.ts'
import { cardsInOrder, finished, type TextRow } from '../articles/reading.ts'
import { pageOfCards } from '../articles/spans.ts'
import type { Queries } from '../database/database.ts'
import { cursorBehind, linkNext, pageStart } from '../http/paging.ts'
import { type TextQuery, termsIn } from '../text-index/query.ts'
import { countFacets, type Facets } from './facets.ts'
import { markText, snippetOf } from './highlight.ts'
import { type FoundPage, pageByRelevance, pageByTitle, pageInOrder } from './pages.ts'
import { checkTogether, countFound, type LedSearch, searchOf, textQueryOf } from './search.ts'

const nothing: FoundPage = { articles: [], next: null, approximate: false }

/** A page of articles as JSON bytes, found by `q`, with their facets, or both. */
export async function readFound(
  q: Queries,
  query: ArticleListQuery,
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
): Promise<Buffer> {
  refuseHiddenStates(query, request.actor !== null)
  checkTogether(query)
  const text = textQueryOf(query)
  const search = await searchOf(q, text, query)
  const found = search ? await pageOf(q, search, query, request) : nothing
  linkNext(request, reply, found.next, publicUrl)
  const count = query.total ? await totalOf(q, search, query) : undefined
  const facets = query.facets && (await facetsOf(q, search, query))
  const marking = query.highlight ? text : undefined
  const added = marking
    ? (card: string, body: TextRow | undefined) => highlightOf(marking, card, body)
    : undefined
  const cards = await cardsInOrder(q, found.articles, query, added)
  const approximate = search?.isCut || found.approximate || facets?.approximate || count?.approximate
  const page = {
    next: found.next,
    limit: query.limit,
    ...count,
    ...(approximate && { approximate }),
  }
  const tail = `],"page":${JSON.stringify(page)}${facets ? `,"facets":${JSON.stringify(facets)}` : ''}}`
  return finished(pageOfCards(cards), tail)
}

function pageOf(
  q: Queries,
  search: LedSearch,
  query: ArticleListQuery,
  request: FastifyRequest,
): Promise<FoundPage> {
  const { query: text } = search
  if (!text) return pageOfList(q, query, request)
  const { sort = 'relevance' } = query
  if (sort === 'relevance') {
    const byRelevance = termsIn(text).length > 1 ? pageByRelevance : pageByTitle
    return byRelevance(q, { ...search, query: text }, request, query)
  }
  return pageInOrder(q, search, sort === 'oldest' ? 'asc' : 'desc', request, query)
}

/** The page of a list without `q`, of which only the facets are searched. */
async function pageOfList(q: Queries, query: ArticleListQuery, request: FastifyRequest): Promise<FoundPage> {
  const { cursor, limit } = query
  const start = pageStart(request, cursor, ['text', 'text'])
  const after = start && { at: start[0], id: start[1] }
  const rows = await listCards(q, query, { sort: listSort(query), after, limit })
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    articles: shown,
    next: last ? cursorBehind(request, [last.at, last.id]) : null,
    approximate: false,
  }
}

async function totalOf(q: Queries, search: LedSearch | undefined, query: ArticleListQuery) {
  if (!search) return { total: 0 }
  return search.query ? countFound(q, search) : { total: await countArticles(q, query) }
}

async function facetsOf(
  q: Queries,
  search: LedSearch | undefined,
  query: ArticleListQuery,
): Promise<Facets | undefined> {
  if (search) return countFacets(q, search, query.facets ?? [], query)
  const empty = Object.fromEntries((query.facets ?? []).map((name) => [name, []]))
  return { ...empty, articleCount: 0, approximate: false }
}

/** The words of the query where they stand in an article, as a member of its JSON. */
function highlightOf(query: TextQuery, card: string, body: TextRow | undefined): string {
  const { title, summary } = JSON.parse(card) as { title: string; summary: string | null }
  const highlight = {
    title: markText(title, query, 'title') ?? null,
    summary: (summary !== null && markText(summary, query, 'summary')) || null,
    body: (body && snippetOf(body.text, query)) ?? null,
  }
  return `"highlight":${JSON.stringify(highlight)}`
}
