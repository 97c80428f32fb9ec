import { describe, expect, it } from 'vitest'
import { leadOf } from '../../src/similarity/lead.ts'

describe('the lead of a text', () => {
  it.each([
    ['某某之家 4 月 5 日消息，云雀科技今日发布新芯片。', '云雀科技今日发布新芯片。'],
    ['某社北京4月5日电（记者 张三）云雀科技发布新芯片。', '云雀科技发布新芯片。'],
    ['12氪获悉，云雀科技发布新芯片。', '云雀科技发布新芯片。'],
    ['某某之家 4 月 5 日消息，据某报今日报道，云雀科技发布新芯片。', '云雀科技发布新芯片。'],
  ])('leaves out what a Chinese outlet begins every text with: %s', (text, lead) => {
    expect(leadOf(text, 'zh', '')).toBe(lead)
  })

  it.each([
    ['LONDON (Wire) — Lark opened a plant.', 'Lark opened a plant.'],
    ['SAN FRANCISCO, April 5 — Lark opened a plant.', 'Lark opened a plant.'],
    ['(Wire) - Lark opened a plant.', 'Lark opened a plant.'],
  ])('leaves out a dateline: %s', (text, lead) => {
    expect(leadOf(text, 'en', '')).toBe(lead)
  })

  it('leaves out the title where the text says it again', () => {
    expect(leadOf('# Lark opens a plant\nIt makes chips.', 'en', 'Lark opens a plant')).toBe(
      'It makes chips.',
    )
  })

  it('takes 400 characters of Chinese and 1,000 of English', () => {
    expect(leadOf('芯'.repeat(2000), 'zh', '')).toHaveLength(400)
    expect(leadOf('a'.repeat(2000), 'en', '')).toHaveLength(1000)
  })

  it('keeps a text that only mentions a date', () => {
    expect(leadOf('云雀科技的工厂，4 月 5 日开工。', 'zh', '')).toBe('云雀科技的工厂，4 月 5 日开工。')
  })
})
