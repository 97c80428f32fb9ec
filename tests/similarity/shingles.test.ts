import { describe, expect, it } from 'vitest'
import {
  estimateOverlap,
  overlapOf,
  shinglesOf,
  sketchOf,
  sketchOfShingles,
  sketchSize,
} from '../../src/similarity/shingles.ts'
import { chip, heron } from './texts.ts'

const overlap = (a: string, b: string) => overlapOf(shinglesOf(a), shinglesOf(b))

describe('shingles', () => {
  it('are ascending, different, and fit the integers of either engine', () => {
    for (const text of [heron, chip, `${heron}\n${heron}`]) {
      const shingles = [...shinglesOf(text)]
      expect(shingles).toEqual([...new Set(shingles)].sort((a, b) => a - b))
      expect(Math.max(...shingles)).toBeLessThan(2 ** 31)
    }
  })

  it('are runs of four Han characters or words, whatever stands between', () => {
    expect(shinglesOf('苍鹭芯片').length).toBe(1)
    expect(shinglesOf('the Heron 2 chip').length).toBe(1)
    expect(shinglesOf('苍鹭 2 代')).toEqual(shinglesOf('苍鹭2代'))
    expect(shinglesOf('“苍鹭”——芯片。')).toEqual(shinglesOf('苍鹭芯片'))
    expect(shinglesOf('three words only').length).toBe(0)
    expect(shinglesOf('').length).toBe(0)
  })

  it('are the same in either script, width and case', () => {
    expect(overlap('燈塔實驗室宣佈第二代晶片', '灯塔实验室宣布第二代晶片').jaccard).toBe(1)
    expect(overlap('ＨＥＲＯＮ ２ LEAVES the lab', 'Heron 2 leaves the lab').jaccard).toBe(1)
  })

  it('tell what two texts have of both and of the shorter', () => {
    const half = chip.slice(0, chip.length / 2)
    expect(overlap(chip, half).containment).toBe(1)
    expect(overlap(chip, half).jaccard).toBeCloseTo(0.5, 1)
    expect(overlap(chip, heron)).toEqual({ jaccard: 0, containment: 0 })
    expect(overlap('', '')).toEqual({ jaccard: 0, containment: 0 })
  })
})

describe('a sketch', () => {
  it('has the smallest shingles of a text, or all where there are few', () => {
    for (const text of [heron, chip, heron.repeat(40), '苍鹭芯片流片', '', '的'.repeat(3000)]) {
      expect(sketchOf(text)).toEqual(shinglesOf(text).slice(0, sketchSize))
      expect(sketchOf(text)).toEqual(sketchOfShingles(shinglesOf(text)))
    }
  })

  it('reads the beginning of a huge text alone', () => {
    const huge = heron.repeat(200)
    expect(sketchOf(`${huge}${chip}`)).toEqual(sketchOf(huge))
  })

  it('shares hashes with a part of the text', () => {
    const shared = new Set(sketchOf(heron)).intersection(new Set(sketchOf(heron.slice(200, 500))))
    expect(shared.size).toBeGreaterThanOrEqual(4)
  })

  it('estimates the overlap without what many articles have', () => {
    const foot = 'Subscribe to the letter of our newsroom and read more of what happened today in town.'
    const [a, b] = [
      sketchOf(`${heron} ${foot}`),
      sketchOf(`${foot} ${foot.toUpperCase()} Quite another matter.`),
    ]
    expect(estimateOverlap(a, b, new Set()).containment).toBeGreaterThan(0.5)
    expect(estimateOverlap(a, b, new Set(shinglesOf(foot))).containment).toBe(0)
  })
})
