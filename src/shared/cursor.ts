import { hash } from 'node:crypto'
import { Failure } from './failure.ts'

type Position = (string | number)[]

/**
 * Opaque place in a list: the sort key of the last item seen, bound to the list and its filters by a checksum.
 * The checksum guards against mistakes, not malice: a forged position reaches only what the filters show anyway.
 */
export function encodeCursor(position: Position, list: string): string {
  const payload = Buffer.from(JSON.stringify(position)).toString('base64url')
  return `${payload}.${checksum(payload, list)}`
}

/** Throws `bad-cursor` where the text is damaged, has another length, or was made for other filters. */
export function decodeCursor(cursor: string, list: string, length: number): Position {
  const [payload = '', sum, ...rest] = cursor.split('.')
  if (rest.length > 0 || sum !== checksum(payload, list)) throw badCursor()
  const position: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  if (!Array.isArray(position) || position.length !== length) throw badCursor()
  return position
}

function checksum(payload: string, list: string): string {
  return hash('sha256', `${list}\n${payload}`, 'base64url').slice(0, 12)
}

function badCursor(): Failure {
  const message =
    'The cursor is damaged or was made for other filters: repeat the filters it came from, or start again without it.'
  return new Failure('bad-cursor', message, { errors: [{ in: 'query', path: 'cursor', message }] })
}
