import fc from 'fast-check'
import { Parser } from 'htmlparser2'
import { describe, expect, it } from 'vitest'
import { escapeHtml } from '../../src/http/page.ts'
import { type Marked, markText, snippetOf } from '../../src/search/highlight.ts'
import { parseQuery } from '../../src/text-index/grammar.ts'
import { expand } from '../../src/text-index/query.ts'
import { fields, matches, queries } from '../text-index/documents.ts'

/** The text with brackets around what is marked. */
function shown(found: Marked | undefined): string | undefined {
  if (!found) return undefined
  let text = ''
  let at = 0
  for (const { start, end } of found.ranges) {
    text += `${found.text.slice(at, start)}[${found.text.slice(start, end)}]`
    at = end
  }
  return text + found.text.slice(at)
}

const inTitle = (text: string, q: string) => shown(markText(text, parseQuery(q), 'title'))
const inBody = (text: string, q: string) => shown(markText(text, parseQuery(q), 'body'))
const snippet = (text: string, q: string, length?: number) => shown(snippetOf(text, parseQuery(q), length))

describe('marking a title', () => {
  it('marks words as they stand', () => {
    expect(inTitle('Computing the gold', 'computer gold')).toBe('[Computing] the [gold]')
    expect(inTitle('Computing the gold', 'comp*')).toBe('[Computing] the gold')
    expect(inTitle('Köln', 'koln')).toBe('[Köln]')
    expect(inTitle('Gold', 'tin')).toBeUndefined()
  })

  it('marks a phrase only where it stands as one', () => {
    expect(inTitle('tin gold, gold tin', '"gold tin"')).toBe('tin gold, [gold tin]')
    expect(inTitle('gold lead tin', '"gold tin"')).toBeUndefined()
    expect(inTitle('超级计算机与计算', '超级计算')).toBe('[超级计算]机与计算')
  })

  it('marks single Han characters, and Traditional ones for Simplified', () => {
    expect(inTitle('雲計算與電腦', '云')).toBe('[雲]計算與電腦')
    expect(inTitle('雲計算與電腦', '云计算 电脑')).toBe('[雲計算]與[電腦]')
  })

  it('marks what was found, not what was excluded', () => {
    expect(inTitle('gold tin lead', 'gold -tin OR lead')).toBe('[gold] tin [lead]')
  })

  it('marks what is asked of the title in the title alone', () => {
    expect(inTitle('gold tin', 'title:gold tin')).toBe('[gold tin]'.replace(' ', '] ['))
    expect(inBody('gold tin', 'title:gold tin')).toBe('gold [tin]')
    expect(inBody('gold tin', 'title:gold')).toBeUndefined()
  })

  it('marks overlapping words once', () => {
    expect(inTitle('超级计算机', '超级计算 计算机 级')).toBe('[超级计算机]')
  })

  it('marks the other names of a thing', () => {
    const query = expand(parseQuery('nvidia'), () => [['英伟', '伟达']])
    expect(shown(markText('英伟达 Nvidia', query, 'title'))).toBe('[英伟达] [Nvidia]')
  })

  it('escapes the text', () => {
    expect(markText('<b>gold</b> & "tin"', parseQuery('gold'), 'title')?.html).toBe(
      '&lt;b&gt;<mark>gold</mark>&lt;/b&gt; &amp; &quot;tin&quot;',
    )
  })
})

describe('a snippet', () => {
  const filler = (count: number) => 'Nothing of that is said in this sentence here. '.repeat(count)

  it('is the whole of a short text', () => {
    expect(snippet('All the gold\nin one line', 'gold')).toBe('All the [gold] in one line')
    expect(snippet('All the gold', 'tin')).toBeUndefined()
  })

  it('begins with the sentence and ends with a word', () => {
    const found = snippet(`${filler(20)}Then they found gold in the hills. ${filler(20)}`, 'gold', 100)
    expect(found).toMatch(/^…Then they found \[gold\] in the hills\. .*[\w.]…$/)
  })

  it('shows the piece that has most of the words', () => {
    const text = `${filler(5)}gold gold gold. ${filler(300)}Here is gold and tin. ${filler(5)}`
    expect(snippet(text, 'gold tin')).toContain('Here is [gold] and [tin].')
  })

  it('gives the room behind the end of the text to what stands before', () => {
    const found = snippetOf(`${filler(20)}There is gold.`, parseQuery('gold'), 120)
    expect(found?.text).toBe(
      '…Nothing of that is said in this sentence here. Nothing of that is said in this sentence here. There is gold.',
    )
  })

  it('cuts Chinese between sentences and words', () => {
    const text = `${'这里没有任何相关内容。'.repeat(50)}新的云计算中心今天开放了。${'这里没有任何相关内容。'.repeat(50)}`
    expect(snippet(text, '云计算', 40)).toMatch(/^…新的\[云计算\]中心今天开放了。.*…$/)
  })

  it('sees a phrase wherever its text is cut for reading', () => {
    for (let before = 7700; before < 8100; before += 7) {
      expect(
        snippet(`${'a '.repeat(before / 2)}gold tin lead${' a'.repeat(500)}`, '"gold tin lead"'),
        `${before}`,
      ).toContain('[gold tin lead]')
      expect(
        snippet(`${'一'.repeat(before)}云计算电脑${'一'.repeat(500)}`, '云计算电脑'),
        `${before}`,
      ).toContain('[云计算电脑]')
    }
  })

  it('cuts a match that is longer than itself', () => {
    const found = snippetOf('一二三四五'.repeat(100), parseQuery('一二三四五'.repeat(12)), 20)
    expect(found?.text.length).toBeLessThanOrEqual(22)
    expect(found?.ranges).toHaveLength(1)
    for (const length of [20, 21])
      expect(snippet('𠮷'.repeat(200), '𠮷'.repeat(40), length)).toBe(`[${'𠮷'.repeat(10)}]…`)
  })

  it('is found in a moment, also where nothing of it is there', () => {
    const bodies = [
      filler(4300),
      '这里没有任何相关内容，'.repeat(6000),
      'a '.repeat(100_000),
      'x'.repeat(200_000),
    ]
    const every = [...bodies, `${filler(4000)} gold ${filler(300)}`, filler(100_000)]
    for (const body of every) {
      // Time of this thread alone, since the machine may be busy. Quiet, it is 10 to 16 ms; a quadratic search takes seconds.
      const times = Array.from({ length: 10 }, () => {
        const before = process.threadCpuUsage()
        snippetOf(body, parseQuery('gold tin "云计算 gold" lead*'))
        return process.threadCpuUsage(before).user / 1000
      })
      expect(Math.min(...times), body.slice(0, 20)).toBeLessThan(200)
    }
  })
})

describe('whatever is marked', () => {
  const strange = fc.oneof(
    fields.map(({ title, body }) => `${title} ${body}`),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .array(
        fc.constantFrom('gold', '云计算', ' ', '<b>', '&', '"', '🍎', '\ud83c', 'ﬁ', '㍿', 'e\u0301', '𠮷'),
        { maxLength: 60 },
      )
      .map((parts) => parts.join('')),
  )

  function check(found: Marked | undefined) {
    if (!found) return
    const { text, html, ranges } = found
    expect(ranges.length).toBeGreaterThan(0)
    let last = -1
    for (const { start, end } of ranges) {
      expect(start).toBeGreaterThan(last)
      expect(end).toBeGreaterThan(start)
      expect(end).toBeLessThanOrEqual(text.length)
      for (const at of [start, end])
        expect(/[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(Math.max(0, at - 1), at + 1))).toBe(false)
      last = end
    }
    expect(html.replace(/<\/?mark>/g, '')).toBe(escapeHtml(text))
    expect(elementsOf(html)).toEqual({ read: text, names: ranges.map(() => 'mark'), open: 0 })
  }

  function elementsOf(html: string) {
    const seen = { read: '', names: [] as string[], open: 0 }
    const parser = new Parser({
      onopentag: (name) => {
        seen.names.push(name)
        seen.open += 1
      },
      onclosetag: () => {
        seen.open -= 1
      },
      ontext: (text) => {
        seen.read += text
      },
    })
    parser.end(html)
    return seen
  }

  function readable(q: string) {
    try {
      return parseQuery(q)
    } catch {
      return parseQuery('gold OR 云')
    }
  }

  it('has its ranges inside, between characters, and no elements but its marks', () => {
    fc.assert(
      fc.property(strange, queries, fc.integer({ min: 5, max: 60 }), (text, q, length) => {
        const query = readable(q)
        check(markText(text, query, 'title'))
        const piece = snippetOf(text, query, length)
        check(piece)
        if (piece) expect(piece.text.length).toBeLessThanOrEqual(length + 2)
        if (matches(query, { title: '', summary: '', body: text })) expect(piece).toBeDefined()
      }),
      { numRuns: 1000 },
    )
  })
})
