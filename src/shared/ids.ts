import { uuidv7 } from 'uuidv7'

/** A new opaque identity (UUIDv7, RFC 9562): grows with time, so that new rows land at the end of their index. */
export function newId(): string {
  return uuidv7()
}
