import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/shared/failure.ts'
import { parseQuery } from '../../src/text-index/grammar.ts'
import { termsIn } from '../../src/text-index/query.ts'
import { queries } from './documents.ts'

describe('any string', () => {
  const signs = fc.constantFrom(
    ...'()"“”「」『』:：*-－ 　'.split(''),
    'AND',
    'OR',
    ' NOT ',
    'title:',
    'a',
    '云',
    '🍎',
    '\ud83c',
  )
  const anyString = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(signs, { maxLength: 40 }).map((parts) => parts.join('')),
    queries,
  )

  it('is a query, or fails at a character of it', () => {
    fc.assert(
      fc.property(anyString, (q) => {
        try {
          expect(termsIn(parseQuery(q)).length).toBeGreaterThan(0)
        } catch (error) {
          if (!(error instanceof Failure)) throw error
          const { errors, extensions } = error.details
          expect(error.code).toBe('bad-request')
          expect(errors).toHaveLength(1)
          expect(errors?.[0]).toMatchObject({ in: 'query', path: 'q' })
          const position = Number(/^Character (\d+): /.exec(errors?.[0]?.message ?? '')?.[1])
          expect(position).toBe(extensions?.position)
          expect(position).toBeGreaterThanOrEqual(1)
          expect(position).toBeLessThanOrEqual(Math.max(1, [...q].length))
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is read in a moment', () => {
    const hostile = [
      '(',
      ')',
      '"',
      '“',
      '-',
      '- ',
      'title:',
      '*',
      'a*',
      'ab* ',
      '云',
      'a.',
      'NOT ',
      '(a OR ',
      '"" ',
      ':-',
      '(-a ',
    ]
    for (const piece of hostile) {
      const q = piece.repeat(1000).slice(0, 1000)
      const times = Array.from({ length: 30 }, () => {
        const before = process.threadCpuUsage()
        try {
          parseQuery(q)
        } catch (error) {
          if (!(error instanceof Failure)) throw error
        }
        return process.threadCpuUsage(before).user / 1000
      })
      expect(Math.min(...times), piece).toBeLessThan(5)
    }
    expect(() => parseQuery('('.repeat(10_000_000))).toThrow(Failure)
  })
})
