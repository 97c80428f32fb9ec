import type { Vector } from '../src/similarity/vector.ts'

/** For each word the places of the vectors that have it, with its weight there. */
export type Postings = { size: number; of: Map<string, { place: number; weight: number }[]> }

export function postingsOf(vectors: Vector[]): Postings {
  const of: Postings['of'] = new Map()
  vectors.forEach((vector, place) => {
    for (const [word, weight] of vector) {
      const postings = of.get(word)
      if (postings) postings.push({ place, weight })
      else of.set(word, [{ place, weight }])
    }
  })
  return { size: vectors.length, of }
}

/** The place of the vector that is most alike. */
export function likest({ size, of }: Postings, vector: Vector): number {
  const likeness = new Float64Array(size)
  for (const [word, weight] of vector)
    for (const posting of of.get(word) ?? [])
      likeness[posting.place] = (likeness[posting.place] as number) + weight * posting.weight
  return likeness.reduce((best, value, place) => (value > (likeness[best] as number) ? place : best), 0)
}
