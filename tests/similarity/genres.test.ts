import { describe, expect, it } from 'vitest'
import { disagree, numbersIn, sharedNumbers } from '../../src/similarity/numbers.ts'
import { plainTitle } from '../../src/similarity/reading.ts'
import { isRoundup } from '../../src/similarity/roundups.ts'
import { isWall } from '../../src/similarity/unreadable.ts'
import { heron } from './texts.ts'

describe('a collection of many news', () => {
  it.each([
    '8点1氪丨苍鹭芯片完成流片；港口扩建',
    '９點１氪｜蒼鷺晶片完成',
    '氪星晚报｜港口扩建',
    'IT早報 0315：港口擴建',
    '一周科技要闻',
    '本周新品汇总',
    'Daily Briefing: chips and harbours',
    'Weekly Round-up',
    'This Week in Databases',
    "The Harbour Newsletter #12: today's headlines",
  ])('is known by its title: %s', (title) => expect(isRoundup(plainTitle(title))).toBe(true))

  it.each([
    '苍鹭芯片完成流片',
    '早报道一天的代价',
    'Heron 2 leaves the lab',
    'Ten ways to brief a harbour master',
    'Week-long outage ends',
  ])('is not any article: %s', (title) => expect(isRoundup(plainTitle(title))).toBe(false))
})

describe('a page that stands in the place of an article', () => {
  it.each([
    ['', 'JavaScript is disabled in your browser. Please enable JavaScript to proceed.'],
    ['Harbour', 'Checking if you are a human. This may take a moment.'],
    ['Harbour', 'Access to this page has been denied. Ray ID: 12ab'],
    ['Harbour', 'We and our partners use cookies. Accept all cookies'],
    ['港口', '请完成安全验证后继续访问'],
    ["Making sure you're not a bot!", heron],
    ['Just a moment...', heron],
  ])('is known by what it asks for: %s %s', (title, text) => expect(isWall({ title, text })).toBe(true))

  it('is not an article about such pages', () => {
    const text = `${heron} ${heron} Access denied, said the captcha, and asked whether we accept all cookies.`
    expect(isWall({ title: 'A captcha for libraries', text })).toBe(false)
    expect(isWall({ title: 'Heron', text: heron })).toBe(false)
  })
})

describe('numbers', () => {
  it('are read in any way of writing', () => {
    expect(numbersIn('１,２００ boards, 1200.0 of them on 7 May')).toEqual(new Set(['1200', '7']))
    expect(numbersIn('iPhone17 和 5.70 亿，第 03 批')).toEqual(new Set(['17', '5.7', '3']))
    expect(numbersIn('2, 4 或 12,34')).toEqual(new Set(['2', '4', '12', '34']))
    expect(numbersIn('1.7.21')).toEqual(new Set(['1.7.21']))
    expect(numbersIn('none')).toEqual(new Set())
  })

  it('disagree where each text has one of its own', () => {
    expect(disagree(new Set(['17']), new Set(['18']))).toBe(true)
    expect(disagree(new Set(['17']), new Set(['17', '2026']))).toBe(false)
    expect(disagree(new Set(), new Set(['18']))).toBe(false)
    expect(sharedNumbers(new Set(['1', '2']), new Set(['2', '3', '4']))).toBe(0.5)
    expect(sharedNumbers(new Set(), new Set(['2']))).toBe(1)
  })
})
