import { describe, expect, it } from 'vitest'
import { originalOf, type Publication } from '../../src/similarity/originals.ts'

function publication(name: string, given: Partial<Publication> = {}): Publication {
  return {
    id: name,
    url: `https://${name}.example/heron`,
    sourceName: name,
    creditedUrls: [`https://${name}.example/heron`],
    creditedNames: [name],
    publishedAt: '2026-11-23T06:00:00.000Z',
    firstSeenAt: '2026-11-23T09:00:00.000Z',
    ...given,
  }
}
const at = (time: string) => ({ publishedAt: `2026-11-${time}.000Z` })
const original = (...articles: Publication[]) => originalOf(articles)?.id

describe('the original of several articles', () => {
  it('is the earliest, and of those at one moment the one that was seen first', () => {
    expect(original(publication('harbour'), publication('lighthouse', at('23T05:00:00')))).toBe('lighthouse')
    const seen = { firstSeenAt: '2026-11-23T08:00:00.000Z' }
    expect(original(publication('harbour'), publication('lighthouse', seen))).toBe('lighthouse')
    expect(original(publication('lighthouse'), publication('harbour'))).toBe('harbour')
    expect(original()).toBeUndefined()
  })

  it.each([
    ['its page', { creditedUrls: ['https://www.lighthouse.example/heron?utm_source=x'] }],
    ['its site', { creditedUrls: ['https://news.lighthouse.example/'] }],
    ['its outlet', { creditedNames: ['ＬightHouse'] }],
  ])('is what an earlier one credits by %s', (_, credit) => {
    const earlier = publication('harbour', { ...at('23T01:00:00'), ...credit })
    expect(original(earlier, publication('lighthouse'))).toBe('lighthouse')
  })

  it('is the earliest where they credit each other, or somebody else', () => {
    const harbour = publication('harbour', { ...at('23T01:00:00'), creditedNames: ['lighthouse'] })
    expect(original(harbour, publication('lighthouse', { creditedNames: ['harbour'] }))).toBe('harbour')
    const elsewhere = publication('harbour', { ...at('23T01:00:00'), creditedNames: ['The Wire'] })
    expect(original(publication('lighthouse'), elsewhere)).toBe('harbour')
  })

  it('is not the earliest by a time that nobody can believe', () => {
    const lighthouse = publication('lighthouse')
    expect(original(publication('harbour', { publishedAt: '1970-01-01T00:00:00.000Z' }), lighthouse)).toBe(
      'lighthouse',
    )
    expect(original(publication('harbour', at('23T00:00:00')), lighthouse)).toBe('lighthouse')
    const ahead = publication('harbour', { ...at('25T00:00:00'), firstSeenAt: '2026-11-23T05:00:00.000Z' })
    expect(original(ahead, lighthouse)).toBe('harbour')
    expect(original(publication('harbour', at('22T00:00:00')), lighthouse)).toBe('harbour')
  })
})
