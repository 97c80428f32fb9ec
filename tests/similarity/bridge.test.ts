import { describe, expect, it } from 'vitest'
import { bridgedCounts } from '../../src/similarity/bridge.ts'
import { cosine, weigh } from '../../src/similarity/vector.ts'
import { wordsOf } from '../../src/similarity/words.ts'

const chinese = (text: string) => [...bridgedCounts('', text, 'zh').keys()]
const alone = { documents: 1000, of: () => 1 }
const vector = (title: string, lead: string, language: string) =>
  weigh(bridgedCounts(title, lead, language), alone)

describe('the bridge', () => {
  it('reads Chinese as the stems of English words', () => {
    expect(chinese('漏洞')).toEqual(expect.arrayContaining([...wordsOf('vulnerability')]))
    expect(chinese('数据')).toEqual(wordsOf('data'))
  })

  it('knows names of its own, and those that search knows', () => {
    expect(chinese('宇树')).toEqual(wordsOf('unitree'))
    expect(chinese('英伟达')).toEqual(wordsOf('nvidia'))
  })

  it('takes the longest word', () => {
    expect(chinese('量子计算')).toEqual(wordsOf('quantum computing'))
  })

  it('reads Traditional script as Simplified', () => {
    expect(chinese('開源晶片')).toEqual(chinese('开源晶片'))
  })

  it('leaves out what says nothing, in both languages', () => {
    expect(chinese('如果我们已经可以')).toEqual([])
    expect([...bridgedCounts('', 'what it is about', 'en')]).toEqual([])
  })

  it('counts a title three times and Latin letters in Chinese half more', () => {
    expect(bridgedCounts('数据', 'Kubernetes', 'zh-Hant')).toEqual(
      new Map([
        ['data', 3],
        [wordsOf('kubernetes')[0], 1.5],
      ]),
    )
  })

  it('weighs a word of several meanings like one of a single meaning', () => {
    const squares = [...bridgedCounts('', '版本', 'zh').values()].map((count) => count * count)
    expect(squares.length).toBeGreaterThan(1)
    expect(squares.reduce((sum, square) => sum + square)).toBeCloseTo(1)
  })

  it('brings a text nearer to its translation than to another text', () => {
    const original = vector(
      'Acorn buys the chip maker Walnut for $3 billion',
      'The deal needs approval in Europe.',
      'en',
    )
    const translation = vector('Acorn 以 30 亿美元收购芯片制造商 Walnut', '交易需要欧洲批准。', 'zh')
    const other = vector('Acorn 发布新款笔记本电脑', '售价 3000 元，下月上市。', 'zh')
    expect(cosine(original, translation)).toBeGreaterThan(0.5)
    expect(cosine(original, other)).toBeLessThan(0.2)
  })

  it('reads a text that has neither', () => {
    expect([...bridgedCounts('', '', 'zh'), ...bridgedCounts('！？', '…', 'zh')]).toEqual([])
  })
})
