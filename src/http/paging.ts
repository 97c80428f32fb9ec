import type { FastifyReply, FastifyRequest } from 'fastify'
import { decodeCursor, encodeCursor, type Kind } from '../shared/cursor.ts'

type Position = (string | number)[]

/** The list that a request asks for: its path and all its parameters but those that only move within it. */
export function listName(request: FastifyRequest): string {
  const url = new URL(request.url, 'http://list')
  for (const name of ['cursor', 'limit', 'fields', 'include', 'total']) url.searchParams.delete(name)
  url.searchParams.sort()
  return url.pathname.replace(/\/$/, '') + url.search
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
export function cursorBehind(request: FastifyRequest, position: Position): string {
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
  const url = new URL(request.url, 'http://list')
  url.searchParams.set('cursor', next)
  reply.header('link', `<${publicUrl}${url.pathname}${url.search}>; rel="next"`)
}
