import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { termsOf } from '../../src/text-index/terms.ts'

const stream = (text: string) =>
  termsOf(text)
    .filter(({ loose }) => !loose)
    .map((term) => term.text)
const loose = (text: string) =>
  termsOf(text)
    .filter((term) => term.loose)
    .map((term) => term.text)

describe('the terms of a text', () => {
  it.each([
    ['words in any form', 'Computers computing', ['comput', 'comput'], []],
    [
      'letters without accents and case',
      'Café CAFÉ ﬁre İstanbul straße',
      ['cafe', 'cafe', 'fire', 'istanbul', 'strass'],
      [],
    ],
    ['wide letters', 'ＡＩ　Ｃｈｉｐ', ['ai', 'chip'], []],
    ['names with signs', 'C++ C# .NET g++', ['c++', 'c#', '.net', 'g++'], ['net']],
    ['names with dots, and their parts', 'Node.js', ['node.js'], ['node', 'js']],
    ['numbers', '4.5 3,000 26.10.0', ['4.5', '3000', '26.10.0'], ['26', '26.10']],
    [
      'words with hyphens, joined too',
      'GPT-4 open-source',
      ['gpt', '4', 'open', 'sourc'],
      ['gpt4', 'opensourc'],
    ],
    ['initials as one', 'U.S. and US', ['us', 'and', 'us'], []],
    ['no possessive', "Tesla's it’s", ['tesla', 'it'], []],
    ['the end of a sentence as none of its word', 'chips. Chips, (chips)', ['chip', 'chip', 'chip'], []],
    ['pairs of Han, and each character', '超级计算', ['超级', '级计', '计算'], ['超', '级', '计', '算']],
    ['a character by itself', '云 and 云', ['云', 'and', '云'], []],
    ['Traditional as Simplified', '電腦晶片', ['电脑', '脑晶', '晶片'], ['电', '脑', '晶', '片']],
    ['words next to Han apart', 'AI芯片', ['ai', '芯片'], ['芯', '片']],
    ['kana and Han in one run', '東京タワー', ['东京', '京タ', 'タワ', 'ワー'], ['东', '京', 'タ', 'ワ']],
    ['Hangul in pairs', '삼성전자', ['삼성', '성전', '전자'], ['삼', '성', '전', '자']],
    ['Han beyond the first plane', '𠮷野家', ['𠮷野', '野家'], ['𠮷', '野', '家']],
    ['nothing of signs and pictures', '!? — 👍 $ %', [], []],
  ])('are %s', (_, text, inOrder, apart) => {
    expect(stream(text)).toEqual(inOrder)
    expect(loose(text).sort()).toEqual(apart.sort())
  })

  it('say where they stand in the text as it was given', () => {
    const places = (text: string) => termsOf(text).map(({ start, end }) => text.slice(start, end))
    expect(places('ﬁre, İstanbul!')).toEqual(['ﬁre', 'İstanbul'])
    expect(places('a\u200bb e\u0301te\u0301')).toEqual(['a\u200bb', 'e\u0301te\u0301'])
    expect(places('𠮷野')).toEqual(['𠮷野', '𠮷', '野'])
  })

  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom(..."aZ9éß.+#-'’ ,云計計算機漢字タワーが゛ﾀ한글ᄒ\u0301\u200d👍İﬁ㎏Ⅷ\ud842\udfb7"),
      maxLength: 100,
    }),
  )
  const seeded = { seed: 26, numRuns: 2000 }

  it('are inside the text in the order of their starts, well formed, short, and without blanks', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let before = 0
        for (const { text: term, start, end } of termsOf(text)) {
          expect(start).toBeGreaterThanOrEqual(before)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          expect(term.isWellFormed()).toBe(true)
          expect(term).toMatch(/^[^\s"\0]+$/u)
          expect(term.length).toBeLessThanOrEqual(64)
          before = start
        }
      }),
      seeded,
    )
  })

  it('are the same whatever the width, the composition and the case', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const terms = stream(text.toWellFormed())
        expect(stream(text.toWellFormed().normalize('NFC'))).toEqual(terms)
        expect(stream(text.toWellFormed().normalize('NFD'))).toEqual(terms)
      }),
      seeded,
    )
  })

  it('of a part of a Han text stand one after another in those of the whole', () => {
    const han = fc.string({
      unit: fc.constantFrom(...'云计算机电脑芯片漢字國龍𠮷'),
      minLength: 2,
      maxLength: 30,
    })
    fc.assert(
      fc.property(han, fc.nat(), fc.nat(), (text, from, length) => {
        const characters = [...text]
        const start = from % (characters.length - 1)
        const part = characters.slice(start, start + 2 + (length % (characters.length - start - 1)))
        expect(` ${stream(text).join(' ')} `).toContain(` ${stream(part.join('')).join(' ')} `)
      }),
      seeded,
    )
  })
})
