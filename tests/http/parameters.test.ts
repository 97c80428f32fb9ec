import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { integerParameter, language, listParameter, moment, webUrl } from '../../src/http/parameters.ts'

describe('a whole number in a query', () => {
  const parameter = integerParameter(1, 100)

  it.each([
    ['1', 1],
    ['100', 100],
    ['007', 7],
  ])('reads %s', (text, number) => {
    expect(parameter.parse(text)).toBe(number)
  })

  it.each([
    '',
    ' 5',
    '5 ',
    '+5',
    '-5',
    '5.0',
    '1e1',
    '0x10',
    '1_0',
    '٥',
    '５',
    '0',
    '101',
    'NaN',
    'Infinity',
    '9'.repeat(400),
  ])('refuses "%s"', (text) => {
    expect(parameter.safeParse(text).success).toBe(false)
  })

  it('refuses a repeated parameter', () => {
    expect(parameter.safeParse(['1', '2']).success).toBe(false)
  })
})

describe('a list in a query', () => {
  const parameter = listParameter(z.enum(['a', 'b', 'c']), 3)

  it.each([
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [
      ['a', 'b,c'],
      ['a', 'b', 'c'],
    ],
  ])('reads %s', (sent, list) => {
    expect(parameter.parse(sent)).toEqual(list)
  })

  it.each(['', ',', 'a,', 'a,,b', ' a', 'd', 'A', 'a,b,c,a'])('refuses "%s"', (text) => {
    expect(parameter.safeParse(text).success).toBe(false)
  })
})

describe('a moment', () => {
  it.each([
    ['2026-11-23T06:08:00Z', '2026-11-23T06:08:00.000Z'],
    ['2026-11-23T14:08:00+08:00', '2026-11-23T06:08:00.000Z'],
    ['2026-11-23T06:08:00.123456Z', '2026-11-23T06:08:00.123Z'],
    ['2024-02-29T00:00:00-00:30', '2024-02-29T00:30:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is kept as %s', (sent, stored) => {
    expect(moment.parse(sent)).toBe(stored)
  })

  it.each([
    '2026-11-23',
    '2026-11-23T06:08:00',
    '2026-11-23 06:08:00Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T06:60:00Z',
    '2026-11-23T06:08:60Z',
    '0000-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '+010000-01-01T00:00:00Z',
    '1732341600',
    'yesterday',
    '',
  ])('%s is none', (sent) => {
    expect(moment.safeParse(sent).success).toBe(false)
  })
})

describe('the address of a page', () => {
  it.each([
    'https://example.com/story/1',
    'http://example.com',
    'HTTPS://EXAMPLE.COM/A?b=c#d',
    'https://例子.测试/新闻',
    'https://example.com:8443/%E4%B8%AD?a=%zz',
    'http://127.0.0.1:3000/a',
    'http://[::1]/a',
  ])('%s is kept as it is', (sent) => {
    expect(webUrl.parse(sent)).toBe(sent)
  })

  it('is taken without the blanks around it and the line breaks inside, as browsers take it', () => {
    expect(webUrl.parse('  https://exam\tple.com/a\r\nb ')).toBe('https://example.com/ab')
  })

  it.each([
    '',
    'example.com/story',
    '//example.com/story',
    '/story',
    'ftp://example.com/a',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://',
    'https://exa mple.com/',
    'https://example.com/a b',
    'https://example.com/\u0000',
    'https://user@example.com/',
    'https://user:secret@example.com/',
    'https://:secret@example.com/',
    'https://example.com:99999/',
    `https://example.com/${'x'.repeat(2000)}`,
  ])('%j is none', (sent) => {
    expect(webUrl.safeParse(sent).success).toBe(false)
  })
})

describe('a language', () => {
  it('is kept in its canonical form', () => {
    expect(['EN', 'zh-hans-cn'].map((tag) => language.parse(tag))).toEqual(['en', 'zh-Hans-CN'])
  })

  it.each(['', 'the english', 'en_US', 'x', 'e'.repeat(36)])('"%s" is none', (tag) => {
    expect(language.safeParse(tag).success).toBe(false)
  })
})
