import type { Phrase, Prefix } from '../text-index/query.ts'
import type { Term } from '../text-index/terms.ts'

/** Where a leaf stands in a text. Other names of a thing have the `concept` of the name that was typed. */
export type Match = { start: number; end: number; concept: number }

/** The leaves by what they begin with, so that a term of a text meets only those that it may be part of. */
export type Wanted = { phrases: Map<string, Phrase[]>; prefixes: Map<string, Prefix[]> }

export function wanted(leaves: (Phrase | Prefix)[]): Wanted {
  const phrases = new Map<string, Phrase[]>()
  const prefixes = new Map<string, Prefix[]>()
  for (const leaf of leaves) {
    if (leaf.type === 'phrase') listed(phrases, leaf.terms[0] ?? '').push(leaf)
    else {
      const { type: _, prefix, stems, ...place } = leaf
      listed(prefixes, beginning(prefix)).push(leaf)
      for (const stem of stems) listed(phrases, stem).push({ type: 'phrase', terms: [stem], ...place })
    }
  }
  return { phrases, prefixes }
}

/** A prefix has two letters at least. */
const beginning = (text: string) => text.slice(0, 2)

function listed<T>(map: Map<string, T[]>, key: string): T[] {
  const known = map.get(key)
  if (known) return known
  const list: T[] = []
  map.set(key, list)
  return list
}

/** As the index matches: one term wherever it is, several where they are neighbours. In the order of their starts. */
export function matchesIn(terms: Term[], { phrases, prefixes }: Wanted): Match[] {
  const matches: Match[] = []
  const inOrder = terms.filter(({ loose }) => !loose)
  let at = 0
  for (const { text, start, end, loose } of terms) {
    for (const { terms: sequence, start: concept } of phrases.get(text) ?? []) {
      if (sequence.length === 1) matches.push({ start, end, concept })
      else if (!loose && sequence.every((term, index) => inOrder[at + index]?.text === term))
        matches.push({ start, end: inOrder[at + sequence.length - 1]?.end ?? end, concept })
    }
    for (const leaf of prefixes.size > 0 ? (prefixes.get(beginning(text)) ?? []) : [])
      if (text.startsWith(leaf.prefix)) matches.push({ start, end, concept: leaf.start })
    if (!loose) at += 1
  }
  return matches
}
