import { describe, expect, it } from 'vitest'
import { parseDate } from '../../../src/ingestion/parsing/dates.ts'

const now = new Date('2026-11-26T12:00:00Z')
const read = (text: string, zone?: string) => parseDate(text, { zone, now })

describe('a date', () => {
  it.each([
    ['Thu, 01 Jan 2004 19:48:21 GMT', '2004-01-01T19:48:21.000Z'],
    ['Thu, 01 Jan 04 19:48 EST', '2004-01-02T00:48:00.000Z'],
    ['Mon, 5 September 2016 10:00:00 +0000', '2016-09-05T10:00:00.000Z'],
    ['Sun Jan  4 16:29:06 PST 2004', '2004-01-05T00:29:06.000Z'],
    ['23-Nov-2026 14:08:00 GMT', '2026-11-23T14:08:00.000Z'],
    ['03 Apr 02 1500 GMT', '2002-04-03T15:00:00.000Z'],
    ['January 5th, 2016 3:04 PM', '2016-01-05T15:04:00.000Z'],
    ['Fri, 2006/09/15 08:19:53 EDT', '2006-09-15T12:19:53.000Z'],
    ['Mon Nov 23 2026 14:08:00 GMT+0800 (China Standard Time)', '2026-11-23T06:08:00.000Z'],
  ])('of RFC 822 is read in spite of its sins: %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each([
    ['2003-12-31T10:14:55.25-05:00', '2003-12-31T15:14:55.250Z'],
    ['2003-12-31T10:14Z', '2003-12-31T10:14:00.000Z'],
    ['20040105T101455Z', '2004-01-05T10:14:55.000Z'],
    ['2003', '2003-01-01T00:00:00.000Z'],
    ['2003-335', '2003-12-01T00:00:00.000Z'],
    ['2026-11-23T24:00:00Z', '2026-11-24T00:00:00.000Z'],
    ['1456789012', '2016-02-29T23:36:52.000Z'],
  ])('of ISO 8601 is read, also a part of one: %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each([
    ['2026年11月23日 14:08', '2026-11-23T14:08:00.000Z'],
    ['２０２６年１１月２３日　下午３：０５', '2026-11-23T15:05:00.000Z'],
    ['昨天 14:08', '2026-11-25T14:08:00.000Z'],
    ['3小时前', '2026-11-26T09:00:00.000Z'],
    ['12月3日', '2025-12-03T00:00:00.000Z'],
    ['2004년 05월 28일  오후 01:31:15', '2004-05-28T13:31:15.000Z'],
    ['2004-július-13T9:15-05:00', '2004-07-13T14:15:00.000Z'],
    ['Κυρ, 11 Ιούλ 2004 12:00:00 EST', '2004-07-11T17:00:00.000Z'],
    ['Seg, 22 Set 2014 12:15:02 -0300', '2014-09-22T15:15:02.000Z'],
    ['14.09.2026 15:04', '2026-09-14T15:04:00.000Z'],
  ])('of other languages is read: %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it('without a zone is that of its source', () => {
    expect(read('2026-11-23 14:08', 'Asia/Shanghai')).toBe('2026-11-23T06:08:00.000Z')
    expect(read('2026-07-23 14:08', 'America/New_York')).toBe('2026-07-23T18:08:00.000Z')
    expect(read('昨天 01:00', '+08:00')).toBe('2026-11-24T17:00:00.000Z')
    expect(read('2026-11-23 14:08 CST', 'Asia/Shanghai')).toBe('2026-11-23T06:08:00.000Z')
    expect(read('2026-11-23 14:08 CST')).toBe('2026-11-23T20:08:00.000Z')
  })

  it.each(['', 'soon', '0000-00-00 00:00:00', '0001-01-01T00:00:00Z', '31 Feb 2026', '2026-13-01', '99:99'])(
    'that is none is not made up: "%s"',
    (text) => {
      expect(read(text)).toBeUndefined()
    },
  )
})
