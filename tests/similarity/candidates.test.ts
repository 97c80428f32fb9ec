import { describe, expect, it } from 'vitest'
import { chooseCandidates, mostHolders } from '../../src/similarity/candidates.ts'

const many = Array.from({ length: mostHolders + 1 }, (_, index) => index)

describe('the candidates of an article', () => {
  it('are those that share two hashes or more, most first', () => {
    const looked = [
      { hash: 10, articles: [1, 2, 3] },
      { hash: 20, articles: [3, 2] },
      { hash: 30, articles: [3, 4] },
    ]
    expect(chooseCandidates(looked).articles).toEqual([3, 2])
  })

  it('share none that too many have, and those are told', () => {
    const looked = [
      { hash: 10, articles: many },
      { hash: 20, articles: [1, 2] },
    ]
    expect(chooseCandidates(looked)).toEqual({ articles: [], common: new Set([10]) })
  })

  it('are eight at most', () => {
    const looked = [10, 20].map((hash) => ({ hash, articles: many.slice(1) }))
    expect(chooseCandidates(looked).articles).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
})
