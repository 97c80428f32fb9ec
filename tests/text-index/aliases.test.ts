import { describe, expect, it } from 'vitest'
import groups from '../../src/text-index/aliases.json' with { type: 'json' }
import { aliasesOf } from '../../src/text-index/aliases.ts'
import { inOrder } from '../../src/text-index/query.ts'
import { termsOf } from '../../src/text-index/terms.ts'

const terms = (name: string) => inOrder(termsOf(name))

describe('the table of aliases', () => {
  it.each([
    ['英伟达', 'Nvidia'],
    ['輝達', 'nvidia'],
    ['台積電', 'TSMC'],
    ['特斯拉', 'Tesla'],
    ['芯片', 'chips'],
    ['晶片', '芯片'],
    ['超級電腦', 'supercomputers'],
    ['人工智慧', 'artificial intelligence'],
    ['开源', 'open-source'],
    ['漏洞', 'vulnerabilities'],
    ['雲端運算', 'cloud computing'],
    ['网络安全', 'cybersecurity'],
    ['电动汽车', 'electric vehicles'],
    ['馬斯克', 'Elon Musk'],
  ])('knows %s and %s as one, from either side', (one, other) => {
    expect(aliasesOf(terms(one))).toContainEqual(terms(other))
    expect(aliasesOf(terms(other))).toContainEqual(terms(one))
  })

  it('knows nothing of other words, and never gives a name itself back', () => {
    expect(aliasesOf(terms('塔恩维克'))).toEqual([])
    expect(aliasesOf(terms('apple'))).toEqual([])
    for (const name of groups.flat()) expect(aliasesOf(terms(name))).not.toContainEqual(terms(name))
  })

  it('has hundreds of groups, of names with terms, none of them a single character', () => {
    expect(groups.length).toBeGreaterThan(300)
    for (const name of groups.flat()) {
      expect(terms(name), name).not.toEqual([])
      expect([...name].length, name).toBeGreaterThan(1)
    }
  })

  it('has each name in one group, but for computers and computing, which are one term', () => {
    const owners = new Map<string, number>()
    const twice: string[] = []
    for (const [index, group] of groups.entries()) {
      for (const key of new Set(group.map((name) => terms(name).join(' ')))) {
        if (owners.has(key)) twice.push(key)
        owners.set(key, index)
      }
    }
    expect(twice).toEqual(['quantum comput'])
  })
})
