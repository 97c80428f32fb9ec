import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isSlug, normaliseSlug } from '../../src/shared/slug.ts'

it.each([
  ['AI', 'ai'],
  ['ＡＩ', 'ai'],
  ['Machine Learning', 'machine-learning'],
  ['  machine_learning - ', 'machine-learning'],
  ['large–language—models', 'large-language-models'],
  ['人工智能', '人工智能'],
  ['大模型 2026', '大模型-2026'],
  ['C++', 'c++'],
  ['C#', 'c#'],
  ['Node.js', 'node.js'],
  ['Сбербанк', 'сбербанк'],
  ['हिन्दी', 'हिन्दी'],
  ['a\u200bi', 'ai'],
  ['\u202eai\u2069', 'ai'],
  ['芯片\ufe00', '芯片'],
  ['ｶﾞ', 'ガ'],
  ['e\u0301toile', 'étoile'],
])('%j is the slug %s', (sent, slug) => {
  expect(normaliseSlug(sent)).toBe(slug)
  expect(isSlug(slug)).toBe(true)
})

it.each([
  '',
  '-',
  ' ',
  '.',
  '..',
  '.net',
  '#ai',
  '++',
  'a/b',
  'a,b',
  'a?b',
  'a&b',
  '🚀',
  'a:b',
  '\u200b',
  'x'.repeat(81),
])('%j is no slug', (sent) => {
  expect(isSlug(normaliseSlug(sent))).toBe(false)
})

it('80 characters are not too many, whatever planes they come from', () => {
  expect(isSlug('x'.repeat(80))).toBe(true)
  expect(isSlug('𠮷'.repeat(80))).toBe(true)
})

it('normalising twice is normalising once, and a slug names one thing in any case, form or width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const slug = normaliseSlug(text)
      expect(normaliseSlug(slug)).toBe(slug)
      expect(slug).toBe(normaliseSlug(text.normalize('NFD')))
      if (isSlug(slug)) expect(slug).not.toMatch(/[\p{Cf}\p{Cc}\p{Lu}\s/?%]/u)
    }),
    { numRuns: 5000, seed: 20261123 },
  )
})
