import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lengthOf } from '../../src/articles/length.ts'

it('counts the words of English, with what holds them together', () => {
  expect(lengthOf("It's node.js 24.1, e-mail and snake_case; don''t.").wordCount).toBe(8)
})

it('counts each character of Chinese and Japanese, and the words between them', () => {
  expect(lengthOf('苹果发布iPhone 17 Pro，カメラ。')).toEqual({ wordCount: 10, readingMinutes: 1 })
})

it('counts what the patterns of Unicode find in any text', () => {
  const signs = fc.constantFrom(
    ...[..."aÉ9'’.-_ \n中々カ한𠀀𝒳😀กำ١〇ーé\u0301\u3099\u{e0101}"],
    '\ud800',
    '\udc00',
  )
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(signs).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(anyText, (text) => {
      expect(lengthOf(text).wordCount).toBe(wordsByPattern(text))
    }),
    { numRuns: 2000 },
  )
})

function wordsByPattern(text: string): number {
  const ideograph = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu
  const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’.\-_][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu
  const ideographs = text.match(ideograph)?.length ?? 0
  return ideographs + (text.replace(ideograph, ' ').match(word)?.length ?? 0)
}
