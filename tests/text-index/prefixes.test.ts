import { describe, expect, it } from 'vitest'
import { prefixOfWord } from '../../src/text-index/prefixes.ts'
import { termsOf } from '../../src/text-index/terms.ts'

const words =
  'computing computers computation setting settings committed stripping tagged overlapping added relative representatives vulnerability ability availability nullability security securely technologies studies relational organization publisher withdrawn headlines happiness nervousness'.split(
    ' ',
  )

describe('a prefix', () => {
  it('finds every word that begins with it, whatever its stem is', () => {
    for (const word of words) {
      const [term] = termsOf(word)
      for (let length = 2; length <= word.length; length++) {
        const asked = prefixOfWord(word.slice(0, length))
        const found = term?.text.startsWith(asked?.prefix ?? ' ') || asked?.stems.includes(term?.text ?? '')
        expect(found, `${word.slice(0, length)}* for ${word}`).toBe(true)
      }
    }
  })

  it('finds little else', () => {
    expect(prefixOfWord('comput')?.stems).toEqual([])
    expect(prefixOfWord('gold')?.stems).toEqual([])
    expect(prefixOfWord('computing')?.stems).toEqual(['comput'])
  })
})
