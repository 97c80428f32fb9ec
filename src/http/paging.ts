import type { FastifyReply, FastifyRequest } from 'fastify'
import { decodeCursor, encodeCursor, type Kind } from '../shared/cursor.ts'

type Position = (string | number)[]
/** What of a request says which list it asks for. */
type Asked = Pick<FastifyRequest, 'url'>

const moving = ['cursor', 'limit', 'fields', 'include', 'total', 'facets', 'highlight']

/** The list that a request asks for: its path and all its parameters but those that only move within it. */
export function listName(request: Asked): string {
  const { path, query } = partsOf(request)
  if (query === undefined) return path
  if (plain.test(query)) {
    const names = query.split('&').filter((parameter) => !moving.includes(nameOf(parameter)))
    if (names.length < 2) return names.length === 0 ? path : `${path}?${names[0]}`
  }
  const parameters = new URLSearchParams(query)
  for (const name of moving) parameters.delete(name)
  parameters.sort()
  return parameters.size > 0 ? `${path}?${parameters}` : path
}

/** Parameters that `URLSearchParams` would write as they stand: reading and writing them costs more than the rest of a page. */
const plain = /^[\w.*-]+=[\w.*-]*(?:&[\w.*-]+=[\w.*-]*)*$/
const nameOf = (parameter: string) => parameter.slice(0, parameter.indexOf('='))

/** Cut at the question mark: the framework has read the address already, and a `URL` costs more than a page of a list. */
function partsOf({ url }: Asked): { path: string; query: string | undefined } {
  const mark = url.indexOf('?')
  return mark < 0 ? { path: url, query: undefined } : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}

/** Where the page begins: behind the position in its cursor, with parts of these kinds; `undefined` for the first page. */
export function pageStart<const Kinds extends readonly Kind[]>(
  request: FastifyRequest,
  cursor: string | undefined,
  kinds: Kinds,
) {
  return cursor === undefined ? undefined : decodeCursor(cursor, listName(request), kinds)
}

/** The cursor that continues the list of this request behind a position. */
export function cursorBehind(request: Asked, position: Position): string {
  return encodeCursor(position, listName(request))
}

/** The rows to show of `limit + 1` that were read, and the cursor behind the last of them where there are more. */
export function cutPage<Row>(
  request: FastifyRequest,
  rows: Row[],
  limit: number,
  position: (row: Row) => Position,
) {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last ? cursorBehind(request, position(last)) : null
  return { shown, page: { next, limit } }
}

/** `Link: …; rel="next"` (RFC 8288) beside the cursor in the body. */
export function linkNext(
  request: FastifyRequest,
  reply: FastifyReply,
  next: string | null,
  publicUrl: string,
) {
  if (next === null) return
  const { path, query } = partsOf(request)
  reply.header('link', `<${publicUrl}${path}?${withCursor(query, next)}>; rel="next"`)
}

function withCursor(query: string | undefined, cursor: string): string {
  if (!query) return `cursor=${cursor}`
  if (plain.test(query)) {
    const parameters = query.split('&')
    const places = parameters.flatMap((parameter, place) => (nameOf(parameter) === 'cursor' ? [place] : []))
    if (places.length === 0) return `${query}&cursor=${cursor}`
    if (places.length === 1) return parameters.with(places[0] as number, `cursor=${cursor}`).join('&')
  }
  const parameters = new URLSearchParams(query)
  parameters.set('cursor', cursor)
  return parameters.toString()
}
