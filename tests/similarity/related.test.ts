import { describe, expect, it } from 'vitest'
import { type Genre, genreOf } from '../../src/similarity/genre.ts'
import { decay, type RelatedArticle, relatedScore } from '../../src/similarity/related.ts'
import { titleOf } from '../../src/similarity/title.ts'

const day = 86_400_000
const frequencies = {
  documents: 10_000,
  of: (word: string) => ({ 手机: 900, 电脑: 900, 笔记: 800, 新款: 900, 键盘: 150 })[word] ?? 3,
}

/** Articles whose texts are this much alike: what their titles are is then what decides. */
function pair(
  a: string,
  b: string,
  { alike = 0.2, genres }: { alike?: number; genres?: [Genre, Genre] } = {},
) {
  const rest = Math.sqrt(1 - alike)
  const article = (title: string, own: string, genre?: Genre): RelatedArticle => ({
    vector: new Map([
      ['same', Math.sqrt(alike)],
      [own, rest],
    ]),
    title: titleOf(title, '', frequencies),
    genre: genre ?? genreOf(title, '', 'zh'),
    publishedAt: 0,
  })
  return relatedScore(article(a, 'a', genres?.[0]), article(b, 'b', genres?.[1]))
}

describe('related articles', () => {
  it('are shown where both titles have a rare name', () => {
    const relation = pair('云雀发布 LX90 手机', '云雀 LX90 手机开售')
    expect(relation.shown).toBe(true)
    expect(relation.reasons).toContainEqual(expect.objectContaining({ kind: 'name', text: 'lx90' }))
  })

  it('are not shown where only the kind of product is the same', () => {
    expect(pair('云雀 LX90 键盘发布', '白鹭 BK71 键盘发布').shown).toBe(false)
  })

  it('are not shown for the part that two products have in common', () => {
    expect(
      pair('云雀新款笔记本电脑发布，搭载 ZX900 处理器', '白鹭新款笔记本电脑上架，搭载 ZX900 处理器').shown,
    ).toBe(false)
  })

  it('are shown where two notices are of one company, and not where they are alike otherwise', () => {
    expect(pair('云雀科技：股东拟减持3%股份', '云雀科技：收到立案告知书').shown).toBe(true)
    expect(pair('云雀科技：股东拟减持3%股份', '白鹭股份：股东拟减持2%股份', { alike: 0.6 }).shown).toBe(false)
  })

  it('are not shown for the name of the outlet behind both titles', () => {
    expect(pair('A quiet comic strip : WQRX', 'Chips cost more : WQRX').shown).toBe(false)
  })

  it('are never two notices of prices', () => {
    expect(pair('现货黄金跌破4650美元', '现货黄金跌破4600美元', { alike: 0.9 }).shown).toBe(false)
  })

  it('are never those of a wall', () => {
    expect(pair('云雀发布 LX90 手机', '云雀 LX90 手机开售', { genres: ['news', 'wall'] }).shown).toBe(false)
  })

  it('are never shown below the least score', () => {
    expect(pair('云雀发布 LX90 手机', '云雀 LX90 手机开售', { alike: 0.1 }).shown).toBe(false)
  })

  it('are half as much related after 60 days, in either direction', () => {
    expect(decay(60 * day)).toBeCloseTo(0.5)
    expect(decay(-60 * day)).toBeCloseTo(0.5)
  })
})
