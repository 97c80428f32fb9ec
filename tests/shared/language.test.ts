import { describe, expect, it } from 'vitest'
import { canonicalLanguage, languageOfScript } from '../../src/shared/language.ts'

describe('the language of a script', () => {
  it.each([
    ['苹果发布新款芯片', 'zh'],
    ['蘋果發佈新款晶片', 'zh'],
    ['OpenAI 发布 GPT 新模型', 'zh'],
    ['アップルが新型チップを発表', 'ja'],
    // One kana alone stands in Chinese names and brands too.
    ['東京の天気', 'zh'],
    ['東京での天気', 'ja'],
    ['애플 새로운 칩', 'ko'],
    ['삼성전자 新製品', 'ko'],
    ['Apple announces a new chip', undefined],
    ['一', undefined],
    ['', undefined],
    ['12:30 — 😀', undefined],
  ])('of "%s" is %s', (text, language) => {
    expect(languageOfScript(text)).toBe(language)
  })

  it('answers the same when it is asked again', () => {
    expect([1, 2, 3].map(() => languageOfScript('苹果发布'))).toEqual(['zh', 'zh', 'zh'])
  })
})

describe('a language tag', () => {
  it.each([
    ['zh-hans-cn', 'zh-Hans-CN'],
    ['EN', 'en'],
    ['en-us', 'en-US'],
    ['iw', 'he'],
    ['x', undefined],
    ['', undefined],
    ['en_US', undefined],
    ['english language', undefined],
    ['zh-', undefined],
    ['zh\0', undefined],
  ])('%s becomes %s', (tag, canonical) => {
    expect(canonicalLanguage(tag)).toBe(canonical)
  })
})
