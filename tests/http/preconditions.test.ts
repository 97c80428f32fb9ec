import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { acceptedVersions, checkVersion, versionTag } from '../../src/http/preconditions.ts'

const accepted = (header?: string) =>
  acceptedVersions({ headers: { 'if-match': header } } as unknown as FastifyRequest)

describe('If-Match', () => {
  it.each([
    [undefined, undefined],
    ['*', undefined],
    [' * ', undefined],
    ['"v7"', [7]],
    ['"v7-Q0q8UDtBowRuD_6d"', [7]],
    ['"v7-Q0q8UDtBowRuD_6d-gzip"', [7]],
    ['"v7", "v8-x"', [7, 8]],
    ['"v7","v12"', [7, 12]],
    ['W/"v7"', []],
    ['W/"v7", "v8"', [8]],
    ['"7"', []],
    ['v7', []],
    ['"v"', []],
    ['"v7', []],
    ['"xv7"', []],
    ['"v7x"', []],
    ['"v-7"', []],
    ['', []],
  ])('%s accepts %s', (header, versions) => {
    expect(accepted(header)).toEqual(versions)
  })

  it('is met by the tag that a write answers', () => {
    expect(() => checkVersion(7, accepted(versionTag(7)))).not.toThrow()
    expect(() => checkVersion(7, accepted())).not.toThrow()
  })

  it('is 412 for any other version, and tells the present one', () => {
    for (const header of ['"v6"', '"v77"', 'W/"v7"', 'nonsense', '']) {
      expect(() => checkVersion(7, accepted(header)), header).toThrow(
        expect.objectContaining({
          code: 'precondition-failed',
          details: expect.objectContaining({ headers: { ETag: '"v7"' } }),
        }),
      )
    }
  })
})
