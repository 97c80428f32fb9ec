import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/similarity/words.ts'

describe('the words of a text', () => {
  it('has the names that the dictionary does not know', () => {
    expect(wordsOf('谷歌的芯片')).toEqual(['谷歌', '芯片'])
  })

  it('leaves out single characters and letters', () => {
    expect(wordsOf('a 的 x')).toEqual([])
  })

  it('stems English words', () => {
    expect(wordsOf('Running engines')).toEqual(['run', 'engin'])
  })

  it('parts what stands between spaces by itself, with marks, numbers and names', () => {
    const text = "Ships, 1,200 of them: don't stop; v2.0 (beta) 谷歌 Mate70 node.js end."
    const words = wordsOf(text)
    expect(words).toEqual([
      'ship',
      '1,200',
      'of',
      'them',
      "don't",
      'stop',
      'v2.0',
      'beta',
      '谷歌',
      'mate70',
      'node.js',
      'end',
    ])
    expect(wordsOf(`${text} `.repeat(8))).toEqual(Array.from({ length: 8 }, () => words).flat())
  })

  it('leaves out what is too long for a word, and takes no word for the end of another', () => {
    expect(wordsOf(`${'a'.repeat(65)} river's x,y`)).toEqual(["river's"])
  })
})
