import { describe, expect, it } from 'vitest'
import { type Genre, genreOf } from '../../src/similarity/genre.ts'
import { chooseRelated, decay, type RelatedArticle, relatedScore } from '../../src/similarity/related.ts'
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

  it('are not shown where each title names a product of its own, of one brand or not', () => {
    expect(pair('云雀 LX90 键盘发布', '云雀 BK71 键盘发布', { alike: 0.4 }).shown).toBe(false)
    expect(pair('云雀科技 LX90 键盘发布', '云雀科技 BK71 鼠标发布', { alike: 0.4 }).shown).toBe(false)
  })

  it('need more where only one title names a product', () => {
    const neither = pair('白鹭键盘', '白鹭键盘发布')
    expect(pair('白鹭键盘', '白鹭键盘 LX90').needed).toBeGreaterThan(neither.needed)
  })

  it('are not shown for two notices of companies that only begin alike', () => {
    expect(pair('东云电气：股东拟减持3%股份', '东云环宇：股东拟减持2%股份', { alike: 0.6 }).shown).toBe(false)
  })
})

describe('the list of related articles', () => {
  const candidate = (score: number, { needed = 0.12, story = '', text = '', isSameStory = false } = {}) => ({
    relation: { score, needed, reasons: [], shown: score >= needed },
    isSameStory,
    story,
    text,
  })
  const choose = (...candidates: ReturnType<typeof candidate>[]) =>
    chooseRelated(candidates, {
      areOneText: (a, b) => a.text !== '' && a.text === b.text,
      areOneStory: (a, b) => a.story !== '' && a.story === b.story,
    }).map(({ relation }) => relation.score)

  it('begins with the best and has at most six', () => {
    expect(choose(...[0.3, 0.5, 0.4, 0.45, 0.35, 0.42, 0.41].map((score) => candidate(score)))).toEqual([
      0.5, 0.45, 0.42, 0.41, 0.4, 0.35,
    ])
  })

  it('has nothing that is far weaker than the best', () => {
    expect(choose(candidate(0.8), candidate(0.5), candidate(0.3))).toEqual([0.8, 0.5])
  })

  it('has one link that is just sure enough, and no further ones', () => {
    expect(choose(candidate(0.13), candidate(0.125))).toEqual([0.13])
    expect(choose(candidate(0.11))).toEqual([])
  })

  it('has each text once, and two of a story', () => {
    expect(choose(candidate(0.3, { text: 'a' }), candidate(0.29, { text: 'a' }))).toEqual([0.3])
    expect(
      choose(...[0.3, 0.29, 0.28].map((score) => candidate(score, { story: 'a' })), candidate(0.2)),
    ).toEqual([0.3, 0.29, 0.2])
  })

  it('has what tells the same story without a tie, but no wall', () => {
    expect(choose(candidate(0.2, { needed: 0.5, isSameStory: true }))).toEqual([0.2])
    expect(choose(candidate(0.2, { needed: Number.POSITIVE_INFINITY, isSameStory: true }))).toEqual([])
  })
})
