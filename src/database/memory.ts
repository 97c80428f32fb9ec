import type { Queries, Transaction } from './database.ts'

const mostRemembered = 10_000

/**
 * What of a kind of rows was read before in transactions, by a key of its own: of rows that change only in writes that are alone, and
 * that tell so by `forget`. One engine remembers for a transaction, the other until another process writes. Outside a transaction
 * nothing is remembered.
 */
export function rememberedOf<Key, Value>({ memory }: Pick<Queries, 'memory'>, kind: string): Map<Key, Value> {
  const known = memory?.get(kind)
  if (known && known.size < mostRemembered) return known as Map<Key, Value>
  const made = new Map<Key, Value>()
  memory?.set(kind, made)
  return made
}

/** What was read of this kind and key before, and else what `read` answers. What is not there is looked for again. */
export async function remembered<Value>(
  q: Pick<Queries, 'memory'>,
  kind: string,
  key: string,
  read: () => Promise<Value | undefined>,
): Promise<Value | undefined> {
  const values = rememberedOf<string, Value>(q, kind)
  const known = values.get(key)
  if (known !== undefined) return known
  const value = await read()
  if (value !== undefined) values.set(key, value)
  return value
}

/** Whoever changes a row that is remembered calls this, since several writers may share a transaction. */
export function forget({ memory }: Transaction): void {
  memory.clear()
}
