export type Random = ReturnType<typeof seeded>

/** Numbers that a seed decides (mulberry32), so that what a run did can be asked of it again. */
export function seeded(seed: number) {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  const one = <Item>(items: readonly Item[]): Item | undefined => items[below(items.length)]
  return {
    next,
    below,
    one,
    some<Item>(items: readonly Item[], count: number): Item[] {
      const chosen = Array.from({ length: count }, () => one(items)).filter((item) => item !== undefined)
      return [...new Set(chosen)]
    },
    weighted<Name extends string>(weights: Record<Name, number>): Name {
      const entries = Object.entries(weights) as [Name, number][]
      let at = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of entries) {
        at -= weight
        if (at < 0) return name
      }
      return (entries.at(-1) as [Name, number])[0]
    },
  }
}

const syllables = 'ba ke lo mi nu ra se ti vo wa do fe gi hu jo pa que ri sta tro'.split(' ')

/** A word of no language, and hardly ever the same twice. */
export function word(random: Random): string {
  return Array.from({ length: 3 + random.below(2) }, () => random.one(syllables)).join('')
}

export function words(random: Random, count: number): string {
  return Array.from({ length: count }, () => word(random)).join(' ')
}
