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
})
