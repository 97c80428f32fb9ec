import { wordsOf } from './words.ts'

/** How often a word stands in a text, by word. */
export type Counts = Map<string, number>

/** In how many of how many articles a word stands. */
export type Frequencies = { documents: number; of(word: string): number }

/** Words with their weights, whose squares add up to 1. */
export type Vector = Map<string, number>

const titleFactor = 3
/** A word in more of the articles than this tells nothing. */
const commonest = 0.15
const mostWords = 60

/** The words of a title, three times, and of the beginning of the text behind it. */
export function countWords(title: string, lead: string): Counts {
  const counts: Counts = new Map()
  for (const word of wordsOf(title)) counts.set(word, (counts.get(word) ?? 0) + titleFactor)
  for (const word of wordsOf(lead)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** Weighs words by how often the text has them and how few others do (tf-idf), and keeps the heaviest. */
export function weigh(counts: Counts, { documents, of }: Frequencies): Vector {
  const weights: [word: string, weight: number][] = []
  for (const [word, count] of counts) {
    const frequency = of(word)
    if (frequency > commonest * documents) continue
    const rarity = Math.log((documents + 1) / (frequency + 0.5))
    if (rarity > 0) weights.push([word, (1 + Math.log(1 + count)) * rarity])
  }
  const heaviest = weights.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, mostWords)
  const norm = Math.hypot(...heaviest.map(([, weight]) => weight))
  return new Map(heaviest.map(([word, weight]) => [word, weight / norm]))
}

/** From 0 to 1: how alike two vectors are. */
export function cosine(a: Vector, b: Vector): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let sum = 0
  for (const [word, weight] of small) sum += weight * (large.get(word) ?? 0)
  return sum
}
