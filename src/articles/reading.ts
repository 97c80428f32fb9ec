import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Queries } from '../database/database.ts'
import { cursorBehind, linkNext, pageStart } from '../http/paging.ts'
import { Failure } from '../shared/failure.ts'
import { urlKey } from '../shared/url.ts'
import { absence, withdrawnFailure } from './articles.ts'
import { countArticles, listCards, listJoined, type Position } from './listing.ts'
import { type ArticleListQuery, listSort, refuseHiddenStates } from './query.ts'
import { pick, type Selection, selectionOf, wantsText } from './shaping.ts'
import { pageOfCards, room } from './spans.ts'
import {
  type ArticleRow,
  type BodyRow,
  findArticle,
  findByUrlKeys,
  findView,
  listBodies,
  listCardsOf,
} from './store.ts'

type ListQuery = z.infer<typeof ArticleListQuery>
export type Shaping = Pick<ListQuery, 'fields' | 'include'>
export type TextRow = Pick<BodyRow, 'html' | 'text' | 'toc'>

/** Reads a page of what `q` finds, or a list with its facets. */
export type ReadFound = (
  database: Queries,
  query: ListQuery,
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
) => Promise<Buffer>

/**
 * A page of articles as JSON bytes. Cards are stored as the JSON that is served, so a page as it is asked for most is
 * joined from them without being parsed.
 */
export async function readList(
  q: Queries,
  query: ListQuery,
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
): Promise<Buffer> {
  refuseHiddenStates(query, request.actor !== null)
  const { limit, cursor, total, fields, include = [] } = query
  const sort = listSort(query)
  const start = pageStart(request, cursor, ['text', 'text'])
  const after: Position | undefined = start && { at: start[0], id: start[1] }
  const whole = fields === undefined && include.length === 0
  const { page, last } = whole
    ? await listJoined(q, query, { sort, after, limit })
    : await shapedCards(q, query, after)
  const next = last ? cursorBehind(request, [last.at, last.id]) : null
  linkNext(request, reply, next, publicUrl)
  const count = total && { total: await countArticles(q, query) }
  return finished(page, `],"page":${JSON.stringify({ next, limit, ...count })}}`)
}

/** Writes into the room behind the cards: a page is large, and its copies keep the garbage collector busy. */
export function finished(page: Buffer, rest: string): Buffer {
  const end = page.length - room.length
  if (Buffer.byteLength(rest) > room.length) return Buffer.concat([page.subarray(0, end), Buffer.from(rest)])
  return page.subarray(0, end + page.write(rest, end))
}

/**
 * Articles as they were asked for, in this order. A card that came along is not read again. `added` is what a caller adds to
 * each, as JSON members; where nothing is to be added or cut, a card is passed on as it is.
 */
export async function cardsInOrder(
  q: Queries,
  articles: { id: string; card?: Uint8Array }[],
  { fields, include = [] }: Shaping,
  added?: (card: string, text: TextRow | undefined) => string,
): Promise<Uint8Array[]> {
  const selection = selectionOf(fields)
  const missing = articles.filter(({ card }) => card === undefined).map(({ id }) => id)
  const read = missing.length > 0 ? await listCardsOf(q, missing) : []
  const cards = new Map(read.map(({ id, card }) => [id, card]))
  const texts =
    added || wantsText(selection, include)
      ? await textsOf(
          q,
          articles.map(({ id }) => id),
        )
      : undefined
  return articles.flatMap(({ id, card = cards.get(id) }) => {
    if (card === undefined || !(added || selection || texts)) return card ?? []
    const json = Buffer.from(card).toString()
    const text = texts?.get(id)
    const shown = shaped(json, text, { fields, include })
    return Buffer.from(added ? `${shown.slice(0, -1)},${added(json, text)}}` : shown)
  })
}

async function shapedCards(q: Queries, query: ListQuery, after: Position | undefined) {
  const { limit, fields, include = [] } = query
  const selection = selectionOf(fields)
  const rows = await listCards(q, query, { sort: listSort(query), after, limit })
  const shown = rows.slice(0, limit)
  const ids = shown.map((row) => row.id)
  const texts = wantsText(selection, include) ? await textsOf(q, ids) : undefined
  const cards = shown.map(({ id, card }) =>
    Buffer.from(shaped(Buffer.from(card).toString(), texts?.get(id), { fields, include })),
  )
  return { page: pageOfCards(cards), last: rows.length > limit ? shown.at(-1) : undefined }
}

async function textsOf(q: Queries, ids: string[]): Promise<Map<string, TextRow>> {
  const bodies = ids.length > 0 ? await listBodies(q, ids) : []
  return new Map(bodies.map((body) => [body.article_id, body]))
}

/** A card with what else was asked for. A list includes no text by itself, and a selection cuts what it does not name. */
function shaped(card: string, text: TextRow | undefined, { fields, include = [] }: Shaping): string {
  const selection = selectionOf(fields)
  const members: string[] = []
  if (text && (include.includes('body') || selection?.body)) members.push(bodyMember(text))
  if (text && (include.includes('toc') || selection?.toc)) members.push(`"toc":${text.toc}`)
  const whole = members.length > 0 ? `${card.slice(0, -1)},${members.join(',')}}` : card
  return selection ? cut(whole, selection, include) : whole
}

function cut(json: string, selection: Selection, include: string[] = []): string {
  const kept = { ...selection, ...Object.fromEntries(include.map((name) => [name, true as const])) }
  return JSON.stringify(pick(JSON.parse(json), kept))
}

const bodyMember = ({ html, text }: TextRow) => `"body":${JSON.stringify({ html, text })}`

export type ReadArticle = { version: number; json: Buffer; whole: boolean }

/** An article with its text, as JSON bytes; `not-found` or `gone` where it is not to be seen. */
export async function readArticle(
  q: Queries,
  id: string,
  hasKey: boolean,
  shaping: Shaping,
): Promise<ReadArticle> {
  const view = await findView(q, id)
  if (!view) throw await absence(q, id)
  refuseHidden(view, hasKey)
  const { version, json } = view
  const selection = selectionOf(shaping.fields)
  return selection
    ? { version, json: Buffer.from(cut(json.toString(), selection, shaping.include)), whole: false }
    : { version, json, whole: true }
}

/** The article at an address, drafts left out; `undefined` where there is none. */
export async function readLookupId(q: Queries, url: string): Promise<string | undefined> {
  return (await findByUrlKeys(q, [urlKey(url)]))?.id
}

/** The article at an address, whatever form of it was asked for. */
export async function readLookup(
  q: Queries,
  url: string,
  hasKey: boolean,
  shaping: Shaping,
): Promise<ReadArticle> {
  const found = await findByUrlKeys(q, [urlKey(url)])
  if (!found)
    throw new Failure('not-found', 'There is no article at this address, nor at any form of it that we know.')
  return readArticle(q, found.id, hasKey, shaping)
}

/** The row of an article that the caller may see. */
export async function requireVisibleRow(q: Queries, id: string, hasKey: boolean): Promise<ArticleRow> {
  const row = await findArticle(q, id)
  if (!row) throw await absence(q, id)
  refuseHidden(row, hasKey)
  return row
}

function refuseHidden(
  row: Pick<ArticleRow, 'state' | 'withdrawal_reason' | 'withdrawal_note' | 'withdrawn_at'>,
  hasKey: boolean,
) {
  if (row.state === 'withdrawn') throw withdrawnFailure(row)
  if (row.state === 'draft' && !hasKey) throw new Failure('not-found', 'There is no article with this id.')
}
