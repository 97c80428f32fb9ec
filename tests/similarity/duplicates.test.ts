import { describe, expect, it } from 'vitest'
import { judgeDuplicate } from '../../src/similarity/duplicates.ts'
import { type Comparable, readArticle } from '../../src/similarity/reading.ts'
import { shinglesOf } from '../../src/similarity/shingles.ts'
import { article, chip, heron } from './texts.ts'

type Given = Partial<Comparable> & { text: string }

/** Of two articles by different outlets, unless said otherwise. */
function judge(a: Given, b: Given, common?: ReadonlySet<number>) {
  const left = readArticle(article(a))
  const right = readArticle(article({ sourceId: 'harbour', url: 'https://harbour.example/heron', ...b }))
  const judgement = judgeDuplicate(left, right, common)
  expect(judgeDuplicate(right, left, common)).toEqual(judgement)
  return judgement
}

const same = { duplicate: true }
const refused = (refusedBy: string) => ({ duplicate: false, refusedBy })
const dayBefore = '2026-11-22T06:00:00.000Z'

describe('a duplicate', () => {
  it('is the same text at another outlet, with a byline and in the other script', () => {
    expect(judge({ text: heron }, { text: heron })).toMatchObject({ ...same, jaccard: 1 })
    expect(
      judge({ text: heron }, { text: `By Mara Quill\n${heron}\nReprinted with permission.` }),
    ).toMatchObject(same)
    const script = {
      title: '苍鹭芯片功耗减半',
      text: '灯塔实验室宣布苍鹭芯片功耗减半，订单于明年春天开放。'.repeat(3),
    }
    const other = {
      title: '蒼鷺芯片功耗減半',
      text: '燈塔實驗室宣布蒼鷺芯片功耗減半，訂單於明年春天開放。'.repeat(3),
    }
    expect(judge(script, other)).toMatchObject(same)
  })

  it('is a third of the text under the same title', () => {
    expect(judge({ text: chip }, { text: chip.slice(0, chip.length / 3) })).toMatchObject(same)
  })

  it('is an edited text', () => {
    const edited = heron
      .replaceAll('boards', 'cards')
      .replaceAll('company', 'firm')
      .replace('finished', 'completed')
    expect(
      judge({ text: heron }, { text: edited, title: 'The chip that needs half the power' }),
    ).toMatchObject(same)
  })

  it('is not another text, which nothing refuses', () => {
    expect(judge({ text: heron }, { text: chip })).toEqual({ duplicate: false, jaccard: 0, containment: 0 })
  })

  it('is a page that names the other as its original, where the text bears it out', () => {
    const canonicalUrl = 'https://lighthouse.example/heron-2?utm_source=feed'
    const excerpt = {
      text: `${heron.slice(0, 220)} We think that this is a matter for the town as well.`,
      title: 'Ours',
    }
    expect(judge({ text: heron }, { ...excerpt, canonicalUrl })).toMatchObject(same)
    expect(judge({ text: heron }, { text: chip, canonicalUrl })).toMatchObject({ duplicate: false })
    expect(judge({ text: heron }, { text: 'A teaser.', canonicalUrl })).toMatchObject(same)
    // From one language to another it is a translation.
    expect(judge({ text: heron }, { text: '预告', canonicalUrl })).toMatchObject({ duplicate: false })
  })
})

describe('two articles are no duplicates', () => {
  it('where one is a page that refuses', () => {
    const wall = 'Please enable JavaScript to continue using this site. '.repeat(4)
    expect(judge({ text: wall }, { text: wall })).toMatchObject(refused('wall'))
    expect(judge({ text: heron, title: 'Just a moment...' }, { text: heron })).toMatchObject(refused('wall'))
  })

  it('where the numbers of their titles disagree, and are where one leaves a number out', () => {
    const titled = (title: string) => ({ text: heron, title })
    const [second, third] = [titled('Heron 2 leaves the lab'), titled('Heron 3 leaves the lab')]
    expect(judge(second, third)).toMatchObject(refused('numbers'))
    expect(judge(second, titled('Heron leaves the lab'))).toMatchObject(same)
    // Two headlines may each take another number from one text.
    const text = `${heron} Heron 2 comes in 3 sizes.`
    expect(judge({ ...second, text }, { ...third, text })).toMatchObject(same)
  })

  it('where one form is filled in with other numbers', () => {
    const notice = (a: number, b: number, c: number) => ({
      title: '港口粮食市场今日行情通报',
      text: `港口粮食市场今日行情：开盘价每吨${a}元，收盘价每吨${b}元，成交${c}吨，市场交投活跃，业内人士预计后市将以平稳运行为主，请各位会员注意风险，谨慎操作。`,
    })
    expect(judge(notice(3120, 3155, 870), notice(2980, 2941, 640))).toMatchObject(refused('numbers'))
    expect(judge(notice(3120, 3155, 870), notice(3120, 3155, 870))).toMatchObject(same)
  })

  it('where one collects many news, unless both are one collection', () => {
    const roundup = { title: '8点1氪丨灯塔实验室完成苍鹭芯片', text: `${chip}\n${heron}` }
    expect(judge({ text: chip, title: '灯塔实验室完成苍鹭芯片' }, roundup)).toMatchObject(refused('roundup'))
    expect(judge(roundup, roundup)).toMatchObject(same)
    const another = { title: '氪星晚报', text: chip.slice(0, 120) }
    expect(judge(roundup, another)).toMatchObject(refused('roundup'))
  })

  it('where an outlet writes on, and are where it sends one article twice', () => {
    const ours = { sourceId: 'lighthouse' }
    const first = { ...ours, text: heron, title: 'Heron needs half the power of the chip before' }
    const later = { ...ours, text: `The first boards were sold out on Friday within minutes. ${heron}` }
    expect(judge(first, { ...later, title: 'Heron boards sold out', publishedAt: dayBefore })).toMatchObject(
      refused('followUp'),
    )
    expect(judge(first, { ...first, publishedAt: '2026-11-23T06:20:00.000Z' })).toMatchObject(same)
    expect(judge(first, { ...first, publishedAt: dayBefore })).toMatchObject(refused('followUp'))
  })

  it('where a later article takes up a notice of the day before', () => {
    const notice = { text: heron.slice(0, 260), title: 'Heron needs half the power', publishedAt: dayBefore }
    const longer = {
      text: `${chip}\n${heron}\n${chip.slice(50)}`,
      title: 'What Heron with half the power means',
    }
    expect(judge(notice, longer)).toMatchObject(refused('followUp'))
    expect(judge({ ...notice, publishedAt: '2026-11-23T07:00:00.000Z' }, longer)).toMatchObject(same)
  })

  it('where an article about something else retells the other', () => {
    const retold = { title: 'Libraries ask for money', text: `${heron.slice(0, 450)} ${chip.slice(0, 60)}` }
    expect(judge({ text: heron }, retold)).toMatchObject(refused('title'))
  })

  it('where many have what they share', () => {
    const foot = heron.slice(0, 330)
    const a = { text: `${foot} Boats leave the harbour at seven on Sundays, and nobody waits for the late.` }
    const b = { text: `${foot} Two of the bridges are painted again before winter by those who live near.` }
    expect(judge(a, b)).toMatchObject(same)
    expect(judge(a, b, new Set(shinglesOf(foot)))).toMatchObject(refused('boilerplate'))
  })
})

describe('a headline alone', () => {
  const headline = { text: 'A teaser.', title: 'Heron needs half the power of the chip before it' }

  it('is a duplicate of what has the same title within days', () => {
    expect(judge(headline, { text: heron })).toMatchObject(same)
    expect(judge(headline, { text: '', publishedAt: '2026-11-25T06:00:00.000Z' })).toMatchObject(same)
  })

  it('is none a week later, by the same outlet, or under a title that tells nothing', () => {
    expect(judge(headline, { text: '', publishedAt: '2026-11-30T06:00:00.000Z' })).toMatchObject(
      refused('short'),
    )
    const before = { sourceId: 'lighthouse', text: '', publishedAt: dayBefore }
    expect(judge(headline, before)).toMatchObject(refused('followUp'))
    const market = '今日港口粮食市场成交活跃，价格以稳为主。'
    expect(judge({ title: '今日行情', text: market }, { title: '今日行情', text: market })).toMatchObject(
      refused('short'),
    )
  })

  it('is none where the numbers of the notices disagree', () => {
    const notice = (price: number) => ({ title: '港口粮食市场行情', text: `今日收盘价每吨${price}元` })
    expect(judge(notice(3120), notice(2980))).toMatchObject(refused('numbers'))
  })
})
