import { describe, expect, it } from 'vitest'
import { takeAmounts } from '../../src/similarity/amounts.ts'

const amountsOf = (text: string) => takeAmounts(text).amounts

describe('amounts', () => {
  it('are the same in both languages', () => {
    const same = ['57 亿美元', '57亿美元', '$5.7b', '$5.7 billion', '5.7 billion dollars', 'us$5,700,000,000']
    expect(new Set(same.flatMap(amountsOf))).toEqual(new Set(['usd5700000000']))
  })

  it.each([
    ['1.5万台', '15,000 units', '15000'],
    ['3.5%', '3.5 percent', '3.5%'],
    ['百分之 20', '20 per cent', '20%'],
    ['4 月 20 日', 'april 20', '4-20'],
    ['5月3日', '3rd of may', '5-3'],
    ['300 万欧元', '€3m', 'eur3000000'],
    ['3 億歐元', '€300M', 'eur300000000'],
    ['2.5亿元', '250 million yuan', 'cny250000000'],
  ])('say %s and %s in one way', (chinese, english, amount) => {
    expect([amountsOf(chinese), amountsOf(english)]).toEqual([[amount], [amount]])
  })

  it('leave small numbers, years and versions to the words', () => {
    const text = 'version 3.2 of 2024, 64 bit, 10.1.2.3'
    expect(takeAmounts(text)).toEqual({ amounts: [], rest: text })
  })

  it('are taken out of the text', () => {
    expect(takeAmounts('paid $3 million for it').rest.replace(/\s+/g, ' ')).toBe('paid for it')
  })

  it('are found in bounded time in a text of digits alone', () => {
    const start = performance.now()
    takeAmounts('1,'.repeat(50_000) + '9'.repeat(50_000))
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
