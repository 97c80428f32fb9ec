import type { Queries, Transaction } from './database.ts'

/**
 * What was read under this key before in the same transaction, and else what `read` answers: for rows that change only in writes that
 * are alone, and that tell so by `forget`. What is not there is looked for again. Outside a transaction nothing is remembered.
 */
export async function remembered<Value>(
  { memory }: Queries,
  key: string,
  read: () => Promise<Value | undefined>,
): Promise<Value | undefined> {
  const known = memory?.get(key)
  if (known !== undefined) return known as Value
  const value = await read()
  if (value !== undefined) memory?.set(key, value)
  return value
}

/** Whoever changes a row that is remembered calls this, since several writers may share a transaction. */
export function forget({ memory }: Transaction): void {
  memory.clear()
}
