import { hash } from 'node:crypto'
import { Failure } from './failure.ts'

const maxInteger = 2 ** 31 - 1

/** What a column of the sort key holds. */
export type Kind = 'text' | 'integer' | 'long' | 'real'

type Position<Kinds extends readonly Kind[]> = {
  -readonly [Place in keyof Kinds]: Kinds[Place] extends 'text' ? string : number
}

/**
 * Opaque place in a list: the sort key of the last item seen, bound to the list and its filters by a checksum.
 * The checksum guards against mistakes, not malice: a forged position reaches only what the filters show anyway.
 */
export function encodeCursor(position: (string | number)[], list: string): string {
  const payload = Buffer.from(JSON.stringify(position)).toString('base64url')
  return `${payload}.${checksum(payload, list)}`
}

/** Throws `bad-cursor` where the text is damaged, was made for other filters, or has other parts than these kinds. */
export function decodeCursor<const Kinds extends readonly Kind[]>(
  cursor: string,
  list: string,
  kinds: Kinds,
): Position<Kinds> {
  const [payload = '', sum, ...rest] = cursor.split('.')
  if (rest.length > 0 || sum !== checksum(payload, list)) throw badCursor()
  const position = parsed(payload)
  if (!Array.isArray(position) || position.length !== kinds.length) throw badCursor()
  if (!kinds.every((kind, place) => isOfKind(position[place], kind))) throw badCursor()
  return position as Position<Kinds>
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString())
  } catch {
    return undefined
  }
}

function isOfKind(part: unknown, kind: Kind): boolean {
  if (kind === 'integer') return Number.isInteger(part) && Math.abs(part as number) <= maxInteger
  if (kind === 'long') return Number.isSafeInteger(part)
  if (kind === 'real') return Number.isFinite(part)
  return typeof part === 'string' && part.isWellFormed() && !part.includes('\0')
}

function checksum(payload: string, list: string): string {
  return hash('sha256', `${list}\n${payload}`, 'base64url').slice(0, 12)
}

function badCursor(): Failure {
  const message =
    'The cursor is damaged or was made for other filters: repeat the filters it came from, or start again without it.'
  return new Failure('bad-cursor', message, { errors: [{ in: 'query', path: 'cursor', message }] })
}
