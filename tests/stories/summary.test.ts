import { describe, expect, it } from 'vitest'
import { heatOf, heatOfTime, type Member, representativeOf, summaryOf } from '../../src/stories/summary.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 10, 1, hour)).toISOString()

function member(id: string, members: Partial<Member> = {}): Member {
  return {
    id,
    source_id: id,
    language: 'en',
    title: id,
    published_at: at(0),
    duplicate_of_id: null,
    ...members,
  }
}

describe('the heat of a story', () => {
  it('grows by half a day where twice the outlets tell it', () => {
    expect(heatOf(4, at(0))).toBeCloseTo(heatOf(2, at(12)), 9)
    expect(heatOf(3, at(0))).toBeLessThan(heatOf(3, at(1)))
    expect(heatOf(3, at(0))).toBeGreaterThan(heatOf(2, at(0)))
  })

  it('is at least that of its time', () => {
    expect(heatOf(1, at(7))).toBe(heatOfTime(at(7)))
  })
})

describe('the representative of a story', () => {
  it('is the earliest where nothing else tells', () => {
    expect(representativeOf([member('a'), member('b')])?.id).toBe('a')
    expect(representativeOf([])).toBeUndefined()
  })

  it('is in the language of most', () => {
    const members = [member('a'), member('b', { language: 'zh' }), member('c', { language: 'zh' })]
    expect(representativeOf(members)?.id).toBe('b')
  })

  it('is no copy of another one, even where that is in another language', () => {
    const copy = { duplicate_of_id: 'elsewhere', language: 'zh' }
    expect(representativeOf([member('a', copy), member('b', copy), member('c')])?.id).toBe('c')
    expect(representativeOf([member('a', copy), member('b', copy)])?.id).toBe('a')
  })
})

describe('the summary of a story', () => {
  it('counts outlets once, and has the language of most first', () => {
    const members = [
      member('a', { source_id: 's' }),
      member('b', { source_id: 's', language: 'zh' }),
      member('c', { language: 'zh', published_at: at(3) }),
    ]
    expect(summaryOf(members)).toEqual({
      representative_id: 'b',
      article_count: 3,
      source_count: 2,
      languages: '["zh","en"]',
      title: 'b',
      language: 'zh',
      first_published_at: at(0),
      last_published_at: at(3),
      heat: heatOf(2, at(3)),
    })
  })

  it('says nothing of title and times where no article is published', () => {
    expect(summaryOf([])).toEqual({
      representative_id: null,
      article_count: 0,
      source_count: 0,
      languages: '[]',
    })
  })
})
