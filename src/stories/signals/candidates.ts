import type { Queries } from '../../database/database.ts'
import { isChinese } from '../../similarity/chinese.ts'
import type { Vector } from '../../similarity/vector.ts'
import { addUp, periodOfKey, periodsBetween, postingKey, pruned, wordOfKey } from './postings.ts'
import { listPostings, listWords, type WordRow } from './store.ts'

/** Words as they stand in texts, or the English words that texts of a language stand for: by those Chinese and others meet. */
export type Space = 'own' | 'chinese' | 'english'

/** All spaces share one table: no word begins so. */
const prefix: Record<Space, string> = { own: '', chinese: '~', english: '^' }

/** A word as it is kept. The empty word of a space counts its articles. */
export const wordIn = (space: Space, word: string) => prefix[space] + word

/** Where the bridged words of a text are kept; what is not Chinese is taken for English. */
export const bridgeOf = (language: string): Space => (isChinese(language) ? 'chinese' : 'english')

/** Where those of the other language are. */
export const otherBridgeOf = (language: string): Space => (isChinese(language) ? 'english' : 'chinese')

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

/**
 * The signals that are most alike to a vector, by their numbers: first the highest scores. Some may be gone by now. `known` has the
 * words of the vector, where somebody has read them before.
 */
export async function lookForAlike(
  q: Queries,
  look: Look,
  known?: Map<string, WordRow>,
): Promise<{ number: number; score: number }[]> {
  const { vector, space, from, to, floor, limit, factorOf = () => 1 } = look
  const rows = known ?? (await wordsOf(q, vector, space))
  const rowOf = (word: string) => rows.get(wordIn(space, word))
  const words = pruned(vector, (word) => rowOf(word)?.articles ?? 0, floor)
  const weights = new Map<number, number>()
  for (const [word, weight] of words) {
    const row = rowOf(word)
    if (row) weights.set(row.number, weight)
  }
  if (weights.size === 0) return []
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

async function wordsOf(q: Queries, vector: Vector, space: Space): Promise<Map<string, WordRow>> {
  const words = await listWords(
    q,
    [...vector.keys()].map((word) => wordIn(space, word)),
  )
  return new Map(words.map((row) => [row.word, row]))
}
