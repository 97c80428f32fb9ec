import type { Queries } from '../../database/database.ts'
import type { Vector } from '../../similarity/vector.ts'
import { addUp, periodOfKey, periodsBetween, postingKey, pruned, wordOfKey } from './postings.ts'
import { listPostings, listWords } from './store.ts'

/** Words as they stand in a text, or bridged to English, by which Chinese and English texts meet. */
export type Space = 'own' | 'bridged'

/** Both spaces share one table: no word of a text begins so. */
const prefix: Record<Space, string> = { own: '', bridged: '~' }

/** A word as it is kept. */
export const wordIn = (space: Space, word: string) => prefix[space] + word

export type Look = {
  vector: Vector
  space: Space
  /** From and to when what is looked for was published, in milliseconds. */
  from: number
  to: number
  /** What is less alike is not looked for, which is what bounds the work. */
  floor: number
  limit: number
  /** What a score is multiplied by for a period, at the most. */
  factorOf?: (period: number) => number
}

/** The signals that are most alike to a vector, by their numbers: first the highest scores. Some may be gone by now. */
export async function lookForAlike(q: Queries, look: Look): Promise<{ number: number; score: number }[]> {
  const { vector, space, from, to, floor, limit, factorOf = () => 1 } = look
  const known = await listWords(
    q,
    [...vector.keys()].map((word) => wordIn(space, word)),
  )
  const rows = new Map(known.map((row) => [row.word.slice(prefix[space].length), row]))
  const words = pruned(vector, (word) => rows.get(word)?.articles ?? 0, floor)
  const weights = new Map<number, number>()
  for (const [word, weight] of words) {
    const row = rows.get(word)
    if (row) weights.set(row.number, weight)
  }
  const periods = periodsBetween(from, to)
  const keys = [...weights.keys()].flatMap((number) => periods.map((period) => postingKey(number, period)))
  const postings = await listPostings(q, keys)
  return addUp(
    postings.map(({ key, entries }) => ({
      entries,
      factor: (weights.get(wordOfKey(key)) as number) * factorOf(periodOfKey(key)),
    })),
    // What was left out could have added to the score.
    floor / 2,
    limit,
  )
}
