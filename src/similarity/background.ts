import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frequencies } from './vector.ts'

/** So many texts of others count as if they had been seen here: few, since they are of one field. */
const texts = 1000
/** The share of texts that may have a word which is too rare for the list. */
const shareOfUnlisted = 0.002

let shares: Map<string, number> | undefined

/**
 * Frequencies as if the articles of a newsroom came on top of other texts. Without them the first hundred articles could not
 * tell a common word from a rare one, and all launches would be one event.
 */
export function withBackground({ documents, of }: Frequencies): Frequencies {
  shares ??= readShares()
  const known = shares
  return {
    documents: documents + texts,
    of: (word) => of(word) + texts * (known.get(word) ?? shareOfUnlisted),
  }
}

/** Each line of the list has a share, in thousandths of texts, and the words that have it. */
function readShares(): Map<string, number> {
  const list = readFileSync(join(import.meta.dirname, 'background/common-words.txt'), 'utf8')
  const read = new Map<string, number>()
  for (const line of list.trim().split('\n')) {
    const [share, ...words] = line.split(' ')
    for (const word of words) read.set(word, Number(share) / 1000)
  }
  return read
}
