import { describe, expect, it } from 'vitest'
import { genreOf } from '../../src/similarity/genre.ts'

describe('the genre of an article', () => {
  it.each([
    ['notice', '云雀科技：股东拟减持不超过3%公司股份', 'zh'],
    ['notice', '*ST云雀：股票可能被终止上市', 'zh'],
    ['notice', '云雀科技2025年度净利润1.2亿元，同比增长3%', 'zh'],
    ['notice', 'Lark raises $20M in a new round', 'en'],
    ['market', '恒指收跌1.2%，科技股走弱', 'zh'],
    ['market', '现货黄金向下跌破4650美元', 'zh'],
    ['market', 'Gold prices hit a record as the yen falls', 'en'],
    ['digest', '8点1氪丨云雀发布新芯片；某市下雨', 'zh'],
    ['digest', 'The morning briefing: chips, ships and snow', 'en'],
    ['promotion', '云雀 X1 耳机 399 → 199 元新低', 'zh'],
    ['promotion', 'Lark earbuds are 40% off today', 'en'],
    ['pastime', '中央气象台：明日大部有雨，天气转凉', 'zh'],
    ['news', '云雀发布第二代芯片 X1', 'zh'],
    ['news', 'Lark ships its second chip', 'en'],
  ])('is %s of %s', (genre, title, language) => {
    expect(genreOf(title, '', language)).toBe(genre)
  })

  it('is told by the first words of the text where the title does not tell', () => {
    expect(genreOf('云雀科技：与白鹭公司合作', '云雀科技公告，公司近日与白鹭公司合作。', 'zh')).toBe('notice')
  })

  it('is a wall where the text is that of the defences of a site', () => {
    expect(genreOf('Lark buys Heron', 'You need to enable JavaScript to run this app.', 'en')).toBe('wall')
    expect(genreOf('Just a moment...', '', 'en')).toBe('wall')
    expect(genreOf("Making sure you're not a bot!", '', 'en')).toBe('wall')
    expect(genreOf('', 'A text without a title.', 'en')).toBe('wall')
  })

  it('is no wall where a long article is about such pages', () => {
    expect(
      genreOf(
        'Robots and the web',
        `Please enable JavaScript, they said. ${'It was long. '.repeat(60)}`,
        'en',
      ),
    ).toBe('news')
  })
})
