import groups from './aliases.json' with { type: 'json' }
import { inOrder } from './query.ts'
import { termsOf } from './terms.ts'

/** The terms of each name, and those of all the names that mean the same. */
let namesByTerms: Map<string, string[][]> | undefined

const keyOf = (terms: string[]) => terms.join(' ')

/**
 * The other names of what these terms name, each as its terms: of Nvidia for 英伟达, and of 英伟达 for Nvidia. Compared by terms,
 * so neither script, nor case, nor the form of a word matter.
 */
export function aliasesOf(terms: string[]): string[][] {
  namesByTerms ??= readGroups()
  const key = keyOf(terms)
  return (namesByTerms.get(key) ?? []).filter((name) => keyOf(name) !== key)
}

/** Names that differ in their script or their case alone are one. */
function readGroups(): Map<string, string[][]> {
  const read = new Map<string, string[][]>()
  for (const group of groups) {
    const names = new Map(group.map((name) => inOrder(termsOf(name))).map((terms) => [keyOf(terms), terms]))
    for (const key of names.keys()) read.set(key, [...(read.get(key) ?? []), ...names.values()])
  }
  return read
}
