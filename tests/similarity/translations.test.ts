import { describe, expect, it } from 'vitest'
import { bridgedCounts } from '../../src/similarity/bridge.ts'
import { type BridgedArticle, findOriginal } from '../../src/similarity/translations.ts'
import { weigh } from '../../src/similarity/vector.ts'

const alone = { documents: 1000, of: () => 1 }

function article(title: string, lead: string, language: string, publishedAt: string): BridgedArticle {
  return { language, publishedAt, vector: weigh(bridgedCounts(title, lead, language), alone) }
}

const english = (publishedAt = '2026-03-01T00:00:00Z') =>
  article(
    'Acorn buys the chip maker Walnut for $3 billion',
    'The deal needs approval in Europe and should close in June. Walnut has 1,200 employees in Munich.',
    'en',
    publishedAt,
  )
const chinese = (publishedAt = '2026-03-09T00:00:00Z') =>
  article(
    'Acorn 以 30 亿美元收购芯片制造商 Walnut',
    '这项交易需要欧洲批准，预计 6 月完成。Walnut 在慕尼黑有 1,200 名员工。',
    'zh',
    publishedAt,
  )
const onTheSameCompany = article(
  'Walnut shows a laptop with its own chip',
  'It has a screen of 14 inches, runs Linux and costs 900 euros. Orders open next week.',
  'en',
  '2026-03-02T00:00:00Z',
)

describe('the original of a translation', () => {
  it('is found, with the reasons', () => {
    const original = english()
    const found = findOriginal(chinese(), [onTheSameCompany, original])
    expect(found).toMatchObject({ candidate: original, accepted: true, signals: { days: 8 } })
    expect(found?.signals.rivalLikeness).toBeLessThan(found?.signals.likeness ?? 0)
    expect(found?.signals.sharedWords.map(({ word }) => word)).toContain('usd3000000000')
    expect(found?.signals.sharedWords.length).toBeGreaterThanOrEqual(found?.signals.wordsNeeded ?? 0)
  })

  it('is not another article on the same company', () => {
    expect(findOriginal(chinese(), [onTheSameCompany])?.accepted).toBe(false)
  })

  it('is not told from a few heavy words', () => {
    const titleAlone = article('Acorn Walnut', '', 'en', '2026-03-01T00:00:00Z')
    const found = findOriginal(article('Acorn Walnut', '', 'zh', '2026-03-09T00:00:00Z'), [titleAlone])
    expect(found).toMatchObject({ accepted: false, signals: { wordsNeeded: 6 } })
    expect(found?.score).toBeCloseTo(1)
  })

  it('may be the Chinese one: the earlier of the two', () => {
    const original = chinese('2026-02-27T00:00:00Z')
    expect(findOriginal(english(), [original])).toMatchObject({ candidate: original, accepted: true })
    expect(findOriginal(original, [english()])).toBeUndefined()
  })

  it('is the English one where both are of the same moment', () => {
    const at = '2026-03-01T00:00:00Z'
    expect(findOriginal(chinese(at), [english(at)])?.accepted).toBe(true)
    expect(findOriginal(english(at), [chinese(at)])).toBeUndefined()
  })

  it('is not older than 120 days and not in the same language', () => {
    expect(findOriginal(chinese(), [english('2025-10-01T00:00:00Z')])).toBeUndefined()
    expect(findOriginal(english('2026-03-02T00:00:00Z'), [english()])).toBeUndefined()
  })
})
