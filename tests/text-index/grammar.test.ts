import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/shared/failure.ts'
import { parseQuery } from '../../src/text-index/grammar.ts'
import { expand, type TextQuery, termsIn } from '../../src/text-index/query.ts'

/** A query in one line: brackets around what is ANDed, bars between what is ORed, title leaves behind `t:`. */
function shown(query: TextQuery): string {
  switch (query.type) {
    case 'phrase':
      return `${query.inTitle ? 't:' : ''}${query.terms.join('_')}`
    case 'prefix':
      return `${query.inTitle ? 't:' : ''}${query.prefix}*`
    case 'without':
      return `(${shown(query.part)} - ${shown(query.except)})`
    default:
      return `(${query.parts.map(shown).join(query.type === 'all' ? ' & ' : ' | ')})`
  }
}

const read = (q: string) => shown(parseQuery(q))

function failureOf(q: string): Failure {
  try {
    parseQuery(q)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error(`${q} can be read.`)
}

/** Where a query cannot be read. */
const faultIn = (q: string) => failureOf(q).details.extensions?.position

describe('a query', () => {
  it('ANDs words', () => {
    expect(read('gold')).toBe('gold')
    expect(read('gold lead tin')).toBe('(gold & lead & tin)')
    expect(read('gold AND lead tin')).toBe('(gold & lead & tin)')
  })

  it('binds NOT before AND before OR', () => {
    expect(read('gold tin OR lead -iron')).toBe('((gold & tin) | (lead - iron))')
    expect(read('gold AND tin OR lead NOT iron')).toBe('((gold & tin) | (lead - iron))')
    expect(read('gold (tin OR lead)')).toBe('(gold & (tin | lead))')
    expect(read('-iron gold -tin')).toBe('(gold - (iron | tin))')
    expect(read('gold -(iron tin)')).toBe('(gold - (iron & tin))')
    expect(read('gold -(iron -tin)')).toBe('(gold - (iron - tin))')
    expect(read('gold (-tin -lead)')).toBe('(gold - (tin | lead))')
    expect(read('gold -(-tin)')).toBe('(gold & tin)')
  })

  it('takes operators in upper case only, and by themselves', () => {
    expect(read('gold or tin')).toBe('(gold & or & tin)')
    expect(read('"AND" -OR title:NOT')).toBe('((and & t:not) - or)')
    expect(read('ANDROID ORBIT')).toBe('(android & orbit)')
  })

  it('reads phrases and words of several terms as neighbours', () => {
    expect(read('"gold tin" lead')).toBe('(gold_tin & lead)')
    expect(read('GPT-4')).toBe('gpt_4')
    expect(read('超级计算机')).toBe('超级_级计_计算_算机')
    expect(read('gold -"tin lead"')).toBe('(gold - tin_lead)')
  })

  it('cuts a phrase at a lone Han character', () => {
    expect(read('"gold 云 tin lead"')).toBe('(gold & 云 & tin_lead)')
    expect(read('云')).toBe('云')
  })

  it('looks at the title alone where it is asked to', () => {
    expect(read('title:gold tin')).toBe('(t:gold & tin)')
    expect(read('title:"gold tin"')).toBe('t:gold_tin')
    expect(read('title:(gold OR tin -lead)')).toBe('(t:gold | (t:tin - t:lead))')
    expect(read('gold -title:tin')).toBe('(gold - t:tin)')
    expect(read('gold title:-tin')).toBe('(gold - t:tin)')
    expect(read('Title: gold')).toBe('t:gold')
  })

  it('searches what is no field as words', () => {
    expect(read('gold:tin')).toBe('(gold & tin)')
    expect(read('12:30')).toBe('(12 & 30)')
    expect(read('a title:b:-c')).toBe('(a & t:b & c)')
    expect(read('ftp://gold/tin')).toBe('(ftp & gold_tin)')
  })

  it('knows the beginning of a word, also where its stem is shorter', () => {
    const leaf = parseQuery('computing*')
    expect(leaf).toMatchObject({
      type: 'prefix',
      prefix: 'computing',
      stems: expect.arrayContaining(['comput']),
    })
    expect(parseQuery('computi*')).toMatchObject({ stems: expect.arrayContaining(['comput']) })
    expect(read('云*')).toBe('云')
    expect(read('超级*')).toBe('超级')
    expect(read('title:gol*')).toBe('t:gol*')
    expect(faultIn('gold c*')).toBe(6)
  })

  it('takes what Chinese keyboards give', () => {
    expect(read('（gold　OR　tin）　－lead')).toBe('((gold | tin) - lead)')
    expect(read('title：gold com＊')).toBe('(t:gold & com*)')
    expect(read('“gold tin” 「tin lead」 ”lead gold“')).toBe('(gold_tin & tin_lead & lead_gold)')
    expect(read('苹果发布“最强”芯片')).toBe('(苹果_果发_发布 & 最强 & 芯片)')
  })

  it('leaves out what has no term', () => {
    expect(read('gold 🍎 ! - – ()')).toBe('gold')
    expect(read('gold OR 🍎')).toBe('gold')
    expect(read('--gold')).toBe('gold')
  })

  it('says so where nothing is left', () => {
    for (const q of ['', ' ', '🍎', '""', '(( ))', '* :', '-🍎']) {
      expect(faultIn(q), q).toBe(1)
      expect(failureOf(q).message).toContain('no word here to search for')
    }
  })

  it('points at what is only excluded', () => {
    expect(faultIn('-gold')).toBe(1)
    expect(faultIn('🍎 -gold')).toBe(3)
    expect(faultIn('gold OR -tin')).toBe(9)
    expect(faultIn('(gold OR NOT tin) lead')).toBe(10)
    expect(failureOf('-gold').details.errors?.[0]?.message).toContain('chips -gold')
  })

  it('points at what is not closed, or opened', () => {
    expect(faultIn('🍎 "gold tin')).toBe(3)
    expect(faultIn('「gold"')).toBe(1)
    expect(faultIn('gold (tin (lead)')).toBe(6)
    expect(faultIn('gold)')).toBe(5)
  })

  it('points at an operator without a side', () => {
    expect(faultIn('OR gold')).toBe(1)
    expect(faultIn('gold AND')).toBe(6)
    expect(faultIn('gold OR OR tin')).toBe(6)
    expect(faultIn('(gold OR) tin')).toBe(7)
    expect(faultIn('gold NOT')).toBe(6)
    expect(faultIn('gold title:')).toBe(6)
  })

  it('names the limit that it breaks', () => {
    expect(failureOf('金'.repeat(1001)).message).toContain('1000 characters')
    expect(faultIn('🍎'.repeat(1001))).toBe(1001)
    expect(failureOf('金'.repeat(66)).message).toContain('64 terms')
    expect(faultIn(Array(65).fill('gold').join(' '))).toBe(64 * 5 + 1)
    expect(failureOf(`${'('.repeat(21)}gold${')'.repeat(21)}`).message).toContain('20 deep')
    expect(faultIn('('.repeat(21))).toBe(21)
    expect(read(`${'('.repeat(20)}gold${')'.repeat(20)}`)).toBe('gold')
  })

  it('answers a failure in the form of a problem', () => {
    const failure = failureOf('gold OR')
    const [error] = failure.details.errors ?? []
    expect(failure.code).toBe('bad-request')
    expect(failure.message).toBe(`q: ${error?.message}`)
    expect(error).toEqual({
      in: 'query',
      path: 'q',
      message: expect.stringMatching(/^Character 6: OR needs /),
    })
  })

  it('keeps where a leaf stands', () => {
    const q = 'gold -tin title:“lead ore” com*'
    expect(termsIn(parseQuery(q)).map(({ start, end }) => q.slice(start, end))).toEqual([
      'gold',
      '“lead ore”',
      'com*',
    ])
  })
})

describe('expanding', () => {
  const aliases: Record<string, string[][]> = {
    nvidia: [
      ['英伟', '伟达'],
      ['green', 'team'],
    ],
    gold: [['金']],
  }
  const expanded = (q: string) => expand(parseQuery(q), (terms) => aliases[terms.join(' ')] ?? [])

  it('adds the other names of what is to be found, and of nothing that is excluded', () => {
    expect(shown(expanded('nvidia'))).toBe('(nvidia | 英伟_伟达 | green_team)')
    expect(shown(expanded('title:nvidia tin'))).toBe('((t:nvidia | t:英伟_伟达 | t:green_team) & tin)')
    expect(shown(expanded('gold OR tin -nvidia'))).toBe('(gold | 金 | (tin - nvidia))')
    expect(shown(expanded('nvi* tin'))).toBe('(nvi* & tin)')
  })

  it('keeps where the name stood', () => {
    expect(termsIn(expanded('tin nvidia')).map(({ start, end }) => [start, end])).toEqual([
      [0, 3],
      [4, 10],
      [4, 10],
      [4, 10],
    ])
  })
})
