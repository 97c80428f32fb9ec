import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { hashOf, isHash, makeKey, readPublicId } from '../../src/partners/key.ts'

describe('the form of keys', () => {
  it('is one word of letters, digits and underscores, with the public id in it', () => {
    const { key, publicId } = makeKey()
    expect(key).toMatch(/^nw_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/)
    expect(key).toContain(`nw_${publicId}_`)
    expect(readPublicId(key)).toBe(publicId)
  })

  it('is another one each time', () => {
    const made = Array.from({ length: 1000 }, makeKey)
    expect(new Set(made.map(({ key }) => key)).size).toBe(1000)
    expect(new Set(made.map(({ publicId }) => publicId)).size).toBe(1000)
    expect(new Set(made.map(({ key }) => key.slice(16, 59))).size).toBe(1000)
  })

  it('tells every wrong, missing and swapped character by its checksum', () => {
    const { key } = makeKey()
    for (let place = 0; place < key.length; place++) {
      const other = key[place] === 'x' ? 'y' : 'x'
      expect(readPublicId(key.slice(0, place) + other + key.slice(place + 1))).toBeUndefined()
      expect(readPublicId(key.slice(0, place) + key.slice(place + 1))).toBeUndefined()
      const swapped =
        key.slice(0, place) +
        key
          .slice(place, place + 2)
          .split('')
          .reverse()
          .join('') +
        key.slice(place + 2)
      if (swapped !== key) expect(readPublicId(swapped)).toBeUndefined()
    }
  })

  it('refuses what is no key at all', () => {
    const { key } = makeKey()
    const others = ['', 'nw_', 'nw__', `${key}0`, ` ${key}`, key.toLowerCase(), key.replace('nw_', 'gh_')]
    for (const text of [...others, 'x'.repeat(100_000)]) expect(readPublicId(text)).toBeUndefined()
  })

  it('reads a checksum made from the CRC-32 of what is before it', () => {
    const body = `nw_${'0'.repeat(12)}_${'0'.repeat(43)}`
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    let sum = ''
    for (let rest = crc32(body); sum.length < 6; rest = Math.floor(rest / 62)) sum = digits[rest % 62] + sum
    expect(readPublicId(body + sum)).toBe('0'.repeat(12))
  })
})

describe('comparing hashes', () => {
  it('finds a key equal to its own hash only', () => {
    const { key } = makeKey()
    expect(hashOf(key)).toMatch(/^[0-9a-f]{64}$/)
    expect(isHash(hashOf(key), hashOf(key))).toBe(true)
    expect(isHash(hashOf(key), hashOf(makeKey().key))).toBe(false)
  })

  it('finds no key equal to that of nobody', () => {
    expect(isHash(hashOf(makeKey().key), undefined)).toBe(false)
  })
})
