import { describe, expect, it } from 'vitest'
import { bCubed, overPairs } from '../../eval/stories.ts'
import { storiesOf } from '../../eval/story-stream.ts'
import { withBackground } from '../../src/similarity/background.ts'
import type { EventArticle } from '../../src/similarity/events.ts'
import { haveOneSubject, numbersDisagree, numbersOf } from '../../src/similarity/headlines.ts'
import { centroidOf, chooseStory } from '../../src/similarity/stories.ts'

const hour = 3_600_000
const english = (title: string, hours = 0, lead = '') => ({
  title,
  lead,
  language: 'en',
  publishedAt: hours * hour,
})
const chinese = (title: string, hours = 0, lead = '') => ({ ...english(title, hours, lead), language: 'zh' })

describe('stories', () => {
  it('puts two reports of one event together in a newsroom that begins empty, and a third one apart', () => {
    const { stories } = storiesOf([
      english('Heronworks recalls 40,000 Lantern routers over fire risk'),
      english('Millbrook opens a public library of seeds', 1),
      english('Lantern routers recalled by Heronworks after fires', 2),
    ])
    expect(stories).toEqual([0, 1, 0])
  })

  it('goes on for as long as each report comes within three days of the one before', () => {
    const title = 'Heronworks strike closes Lantern plant'
    const { stories } = storiesOf([0, 60, 120, 200].map((hours) => english(title, hours)))
    expect(stories).toEqual([0, 0, 0, 3])
  })

  it('lets no digest join', () => {
    const { stories } = storiesOf([
      chinese('鹭工召回四万台灯塔路由器'),
      chinese('晚报｜鹭工召回四万台灯塔路由器；磨溪镇开放种子图书馆', 1),
    ])
    expect(stories).toEqual([0, 1])
  })

  it('keeps the notices of two companies apart', () => {
    const { stories } = storiesOf([
      chinese('鹭工股份：2025年净利润3.1亿元，同比增长12%'),
      chinese('磨溪科技：2025年净利润1.4亿元，同比增长40%', 1),
    ])
    expect(stories).toEqual([0, 1])
  })
})

describe('a choice among stories', () => {
  const event = (vector: Record<string, number>): EventArticle => ({
    title: '',
    language: 'zh',
    publishedAt: 0,
    genre: 'news',
    vector: new Map(Object.entries(vector)),
    bridged: new Map(),
  })
  const frequencies = { documents: 100, of: () => 0 }
  const centroid = () => {
    throw new Error('It was asked for.')
  }

  it('compares an article with the closest members, in whatever order a look-up has found them', () => {
    const far = Array.from({ length: 20 }, () => event({ recall: 0.1, router: 0.1 }))
    const near = event({ recall: 0.7, router: 0.7 })
    const story = { id: 1, size: 22, latestAt: 0, centroid, closest: [...far, near, near] }
    expect(chooseStory(near, [story], frequencies)).toMatchObject({ join: 1, by: 'members' })
  })

  it('does not ask what a Chinese story is about as a whole', () => {
    const story = { id: 1, size: 9, latestAt: 0, centroid, closest: [event({ recall: 0.1, router: 0.1 })] }
    expect(chooseStory(event({ recall: 0.7, router: 0.7 }), [story], frequencies)).toBeUndefined()
  })

  it('asks for less where two of several members are close', () => {
    const member = event({ recall: 0.5, router: 0.5 })
    const almost = event({ recall: 0.31, router: 0.31 })
    const story = (size: number) => ({ id: 1, size, latestAt: 0, centroid, closest: [member, member] })
    expect(chooseStory(almost, [story(2)], frequencies)).toBeUndefined()
    expect(chooseStory(almost, [story(3)], frequencies)).toMatchObject({ join: 1 })
  })

  it('takes in what was alone when it came, and by now has the words of the story', () => {
    const title = 'Heronworks recalls Lantern routers'
    const vector = { heronwork: 0.4, recal: 0.4, lantern: 0.4, router: 0.4 }
    const told = { ...event({ ...vector, fire: 0.5 }), title, language: 'en' }
    const lone = {
      ...event({ heronwork: 0.15, recal: 0.15, lantern: 0.15, router: 0.15, lawyer: 0.9 }),
      title,
      language: 'en',
    }
    const story = {
      id: 1,
      size: 3,
      latestAt: 0,
      centroid: () => new Map(Object.entries(vector)),
      closest: [told, told],
    }
    const alone = (publishedAt: number) => ({
      id: 2,
      size: 1,
      latestAt: publishedAt,
      centroid,
      closest: [{ ...lone, publishedAt }],
    })
    expect(chooseStory(told, [story, alone(-hour)], frequencies)).toMatchObject({ join: 1, merge: [2] })
    expect(chooseStory(told, [story, alone(-73 * hour)], frequencies)).toMatchObject({ join: 1, merge: [] })
  })

  it('knows what a story is about from all the words of the members', () => {
    expect(centroidOf([new Map([['recall', 0.5]]), new Map([['recall', 0.25]])])).toEqual(
      new Map([['recall', 0.75]]),
    )
  })
})

describe('headlines', () => {
  it('disagree where both have numbers and share none; amounts are written in many ways', () => {
    const disagree = (one: string, other: string) => numbersDisagree(numbersOf(one), numbersOf(other))
    expect(disagree('Lantern 2 leaks', 'Lantern 3 leaks')).toBe(true)
    expect(disagree('Heron buys Mill for $60 Billion', 'Heron to buy Mill for $60B')).toBe(false)
    expect(disagree('Lantern leaks with 8GB', 'Lantern 3 leaks')).toBe(false)
  })

  it('have one subject where one names what the other begins with', () => {
    expect(haveOneSubject('鹭工股份：净利润增长', '一季度业绩出炉，鹭工股份净利润下降')).toBe(true)
    expect(haveOneSubject('鹭工股份：净利润增长', '磨溪科技：净利润增长')).toBe(false)
  })
})

describe('the background', () => {
  it('knows before the first article that some words are common', () => {
    const { of, documents } = withBackground({ documents: 0, of: () => 0 })
    expect(of('the')).toBeGreaterThan(of('heronwork') * 10)
    expect(documents).toBeGreaterThan(0)
  })
})

describe('the figures', () => {
  it('are those of their definitions', () => {
    expect(overPairs(['a', 'a', 'b'], [0, 0, 0])).toMatchObject({ precision: 1 / 3, recall: 1, f1: 0.5 })
    expect(bCubed(['a', 'a', 'b', 'b'], [0, 0, 1, 2])).toMatchObject({ precision: 1, recall: 0.75 })
  })
})
