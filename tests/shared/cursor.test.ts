import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor, type Kind } from '../../src/shared/cursor.ts'

const list = '/v1/articles?language=zh'
const kinds: Kind[] = ['text', 'integer', 'real']
const badCursor = expect.objectContaining({
  code: 'bad-cursor',
  details: expect.objectContaining({ errors: [expect.objectContaining({ in: 'query', path: 'cursor' })] }),
})
const decode = (cursor: string, wanted = kinds) => decodeCursor(cursor, list, wanted)

describe('a cursor', () => {
  it('brings back any position, and may stand in a URL as it is', () => {
    const position = fc.tuple(
      fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
      fc.integer({ min: -(2 ** 31 - 1) }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    fc.assert(
      fc.property(position, (sent) => {
        const cursor = encodeCursor(sent, list)
        expect(cursor).toMatch(/^[\w.-]+$/)
        expect(JSON.stringify(decode(cursor))).toBe(JSON.stringify(sent))
      }),
    )
  })

  it('is refused with other filters', () => {
    const cursor = encodeCursor(['a', 1, 0.5], list)
    for (const other of ['/v1/articles', '/v1/articles?language=en', '/v1/tags?language=zh', '']) {
      expect(() => decodeCursor(cursor, other, kinds)).toThrow(badCursor)
    }
  })

  it('is refused when any character of it is changed, missing or added', () => {
    const cursor = encodeCursor(['2026-11-23T06:08:00.000Z', 1, 0.5], list)
    for (let at = 0; at < cursor.length; at++) {
      const other = cursor[at] === 'A' ? 'B' : 'A'
      const damaged = [
        cursor.slice(0, at) + other + cursor.slice(at + 1),
        cursor.slice(0, at) + cursor.slice(at + 1),
        cursor.slice(0, at) + other + cursor.slice(at),
      ]
      for (const text of damaged) expect(() => decode(text), text).toThrow(badCursor)
    }
  })

  it.each(['', '.', '..', 'x', 'x.y', '%00', '{}', 'null', '中', encodeCursor(['a', 1, 0.5], `${list}&x=1`)])(
    'is refused where it is none: %s',
    (text) => {
      expect(() => decode(text)).toThrow(badCursor)
    },
  )

  it.each([
    ['too few parts', ['a', 1]],
    ['too many parts', ['a', 1, 1, 1]],
    ['a number for a text', [1, 1, 1]],
    ['a text for a number', ['a', '1', 1]],
    ['a fraction for a whole number', ['a', 1.5, 1]],
    ['a number that no column holds', ['a', 2 ** 31, 1]],
    ['an object', ['a', 1, {}]],
    ['null', ['a', 1, null]],
    ['NUL', ['\0', 1, 1]],
    ['half of a surrogate pair', ['\ud800', 1, 1]],
    ['no list', { length: 3 }],
  ])('is refused where somebody made it with %s', (_what, position) => {
    expect(() => decode(encodeCursor(position as [], list))).toThrow(badCursor)
  })

  it('is refused where somebody made it of what is no JSON', () => {
    const parsed = JSON.stringify
    try {
      JSON.stringify = () => '{'
      const cursor = encodeCursor([], list)
      JSON.stringify = parsed
      expect(() => decode(cursor)).toThrow(badCursor)
    } finally {
      JSON.stringify = parsed
    }
  })
})
