import { beforeEach, describe, expect, it, vi } from 'vitest'
import { addArticle, addSource, addTag, allIds } from '../articles/newsroom.ts'
import { readSeedPage } from '../stories/seed-page.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

const q = (text: string, more = '') => `/v1/articles?q=${encodeURIComponent(text)}${more}`

onEveryEngine('a search', (engine) => {
  let api: Api
  let source: string

  beforeEach(async () => {
    api = await startApi(await engine.open())
    source = await addSource(api, { name: 'Lighthouse Daily' })
  })

  async function found(text: string, more = ''): Promise<string[]> {
    const { status, body } = await api.get(q(text, more))
    expect(status, JSON.stringify(body)).toBe(200)
    return body.data.map(({ title }: { title: string }) => title)
  }

  describe('by words', () => {
    beforeEach(async () => {
      const articles = [
        { title: '塔恩维克推出超级计算机', body: { text: '这台机器用阿里云的芯片。' } },
        { title: 'A supercomputer for Tarnwick', body: { text: 'The cluster computes in a cave.' } },
        { title: 'Gold prices fall', summary: 'Chips do not', body: { text: 'Nothing of computers here.' } },
        { title: '輝光電腦的晶片', language: 'zh', body: { text: '雲端' } },
        { title: 'Writing C++ and Node.js', body: { text: 'Cafés of GPT-4, with .NET' } },
      ]
      for (const [index, article] of articles.entries()) {
        await addArticle(api, source, { ...article, publishedAt: `2026-11-0${index + 1}T00:00:00Z` })
      }
    })

    it.each([
      ['a Chinese word of any length', '计算机', ['塔恩维克推出超级计算机']],
      ['a word of two characters', '芯片', ['塔恩维克推出超级计算机']],
      ['one character', '云', ['輝光電腦的晶片', '塔恩维克推出超级计算机']],
      ['Traditional by Simplified', '电脑', ['輝光電腦的晶片']],
      ['Simplified by Traditional', '超級計算機', ['塔恩维克推出超级计算机']],
      ['every form of an English word', 'computing', ['Gold prices fall', 'A supercomputer for Tarnwick']],
      ['all words', 'supercomputer cave', ['A supercomputer for Tarnwick']],
      ['any of two', 'cave OR 芯片', ['A supercomputer for Tarnwick', '塔恩维克推出超级计算机']],
      ['a phrase', '"gold prices"', ['Gold prices fall']],
      ['no phrase that is not there', '"prices gold"', []],
      ['what is not excluded', 'computer -gold', ['A supercomputer for Tarnwick']],
      ['in titles', 'title:computer', []],
      ['beginnings of words', 'supercom*', ['A supercomputer for Tarnwick']],
      ['names with signs', 'c++ node.js', ['Writing C++ and Node.js']],
      ['names of several parts', 'gpt4 .net', ['Writing C++ and Node.js']],
      ['words without their accents', 'cafe', ['Writing C++ and Node.js']],
      ['wide letters', 'ＧＯＬＤ', ['Gold prices fall']],
    ])('finds %s', async (_, text, titles) => {
      expect(await found(text, '&sort=newest')).toEqual(titles)
      expect(new Set(await found(text))).toEqual(new Set(titles))
    })

    it('finds nothing of what is not there', async () => {
      expect(await found('zeppelin')).toEqual([])
    })

    it('counts what it finds', async () => {
      expect((await api.get(q('computer', '&total=exact&limit=1'))).body.page).toMatchObject({ total: 2 })
    })

    it('says at which character a query cannot be read', async () => {
      const { status, body } = await api.get(q('chips "gold'))
      expect(status).toBe(400)
      expect(body.errors).toEqual([{ in: 'query', path: 'q', message: expect.stringContaining('7') }])
    })
  })

  it('puts what matches in the title first, and among equals the newest', async () => {
    await addArticle(api, source, { title: 'Title heron', publishedAt: '2026-01-01T00:00:00Z' })
    await addArticle(api, source, {
      title: 'New',
      body: { text: 'heron' },
      publishedAt: '2026-03-01T00:00:00Z',
    })
    await addArticle(api, source, {
      title: 'Old',
      body: { text: 'heron' },
      publishedAt: '2026-02-01T00:00:00Z',
    })
    expect(await found('heron')).toEqual(['Title heron', 'New', 'Old'])
    expect(await found('heron', '&sort=newest')).toEqual(['New', 'Old', 'Title heron'])
    expect(await found('heron', '&sort=oldest')).toEqual(['Title heron', 'Old', 'New'])
  })

  it('puts rare words before common ones', async () => {
    for (let day = 10; day < 20; day++)
      await addArticle(api, source, { title: 'Plover', publishedAt: `2026-03-${day}T00:00:00Z` })
    await addArticle(api, source, { title: 'Avocet', publishedAt: '2026-01-01T00:00:00Z' })
    expect((await found('plover OR avocet'))[0]).toBe('Avocet')
  })

  it('goes with every filter', async () => {
    const other = await addSource(api, { name: 'Other', homeUrl: 'https://other.example/' })
    await addTag(api, 'chips')
    const heron = { body: { text: 'heron' } }
    await addArticle(api, source, { ...heron, title: 'Tagged', tags: ['chips'], language: 'en' })
    await addArticle(api, source, {
      ...heron,
      title: 'Late',
      publishedAt: '2026-12-01T00:00:00Z',
      language: 'de',
    })
    await addArticle(api, other, {
      ...heron,
      title: 'Other',
      authors: [{ name: 'Mara Quill' }],
      language: 'en',
    })
    for (const sort of ['relevance', 'newest', 'oldest']) {
      const only = (more: string) => found('heron', `&sort=${sort}${more}`)
      expect(await only('&tagsAll=chips')).toEqual(['Tagged'])
      expect(new Set(await only('&tagsNone=chips'))).toEqual(new Set(['Late', 'Other']))
      expect(await only(`&source=${other}`)).toEqual(['Other'])
      expect(await only('&author=mara quill')).toEqual(['Other'])
      expect(await only('&language=de')).toEqual(['Late'])
      expect(await only('&publishedAfter=2026-11-15T00:00:00Z')).toEqual(['Late'])
      expect(new Set(await only('&publishedBefore=2026-11-15T00:00:00Z'))).toEqual(
        new Set(['Tagged', 'Other']),
      )
      expect(await only('&tagsAll=nothing')).toEqual([])
    }
    expect((await api.get(q('heron', '&sort=contentChanged'))).status).toBe(400)
  })

  it('follows what is written', async () => {
    const { id } = await addArticle(api, source, { title: 'Heron', body: { text: 'first words' } })
    await api.patch(`/v1/articles/${id}`, { body: { title: 'Curlew' } })
    expect([await found('heron'), await found('curlew'), await found('first')]).toEqual([
      [],
      ['Curlew'],
      ['Curlew'],
    ])
    await api.patch(`/v1/articles/${id}`, { body: { body: { text: 'other words' } } })
    expect([await found('first'), await found('other')]).toEqual([[], ['Curlew']])
    await addArticle(api, source, { title: 'Later curlew', publishedAt: '2026-11-02T00:00:00Z' })
    await api.patch(`/v1/articles/${id}`, { body: { publishedAt: '2026-11-03T00:00:00Z' } })
    expect(await found('curlew', '&sort=newest')).toEqual(['Curlew', 'Later curlew'])
    await api.put(`/v1/articles/${id}/withdrawal`, { body: { reason: 'wrong' } })
    expect(await found('curlew')).toEqual(['Later curlew'])
    await api.delete(`/v1/articles/${id}/withdrawal`)
    expect(await found('curlew')).toHaveLength(2)
    await api.delete(`/v1/articles/${id}`)
    expect(await found('curlew')).toEqual(['Later curlew'])
  })

  it('shows drafts to those alone who ask for them with a key', async () => {
    await addArticle(api, source, { title: 'Heron', state: 'draft' })
    expect(await found('heron')).toEqual([])
    expect(await found('heron', '&state=draft')).toEqual(['Heron'])
    expect((await api.get(q('heron', '&state=draft'), { key: null })).status).toBe(401)
  })

  it('finds no headline that a page merely lists', async () => {
    const { title, text, headlines } = await readSeedPage()
    const { id } = await addArticle(api, source, { title, body: { text } })
    for (const headline of headlines) {
      const target = { title: headline }
      await api.post(`/v1/articles/${id}/related`, {
        body: { kind: 'related', origin: 'sourcePage', target },
      })
    }
    expect(headlines.filter((headline) => headline.includes('黄金'))).not.toEqual([])
    expect(await found('黄金')).toEqual([])
    expect(await found('Dojo')).toEqual([title])
    for (const headline of headlines)
      expect(await found(`"${headline.replaceAll(/["“”]/g, ' ')}"`)).toEqual([])
  })

  it('is paged to its end by cursor in every order, each article once, while others are written', async () => {
    const days = Array.from({ length: 47 }, (_, index) => new Date(Date.UTC(2026, 0, 1 + (index % 9))))
    const ids = new Set<string>()
    for (const [index, day] of days.entries()) {
      const title = index % 5 === 0 ? 'heron' : 'plover'
      const text = index % 3 === 0 ? 'plover curlew' : 'heron'
      const article = { title, body: { text }, publishedAt: day.toISOString() }
      ids.add((await addArticle(api, source, article)).id)
    }
    for (const text of ['heron OR plover', 'heron OR curlew OR plover', 'her*']) {
      for (const sort of ['relevance', 'newest', 'oldest']) {
        const known = new Set([...(await allIds(api, q(text, `&sort=${sort}&limit=100`)))])
        let writes = 0
        const writing = {
          async get(url: string) {
            const at = new Date(Date.UTC(2026, 0, 1 + (writes++ % 9)))
            await addArticle(api, source, { title: 'heron plover', publishedAt: at.toISOString() })
            return api.get(url)
          },
        }
        const walked = await allIds(writing, q(text, `&sort=${sort}&limit=7`))
        expect(walked.length, `${text} ${sort}`).toBe(new Set(walked).size)
        expect([...known].filter((id) => !walked.includes(id))).toEqual([])
      }
    }
  })

  it('finds all in every order when each look takes its time', async () => {
    const start = Date.UTC(2026, 0, 1)
    for (let index = 0; index < 70; index++) {
      const title = index % 3 === 0 ? 'heron' : 'plover'
      const publishedAt = new Date(start + index * 86_400_000).toISOString()
      await addArticle(api, source, { title, publishedAt, body: { text: 'heron curlew' } })
    }
    // Time passes at each look at the clock, as on a machine that is busy: the index is read in many small parts.
    let clock = 0
    const spy = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 10))
    try {
      for (const text of ['heron', 'title:heron', 'heron plover', '"heron curlew"', 'her* OR plover']) {
        const newest = await allIds(api, q(text, '&sort=newest&limit=10'))
        expect(newest.length, text).toBe(text === 'title:heron' ? 24 : text === 'heron plover' ? 46 : 70)
        expect(await allIds(api, q(text, '&sort=oldest&limit=10'))).toEqual(newest.toReversed())
        const ranked = await allIds(api, q(text, '&limit=10'))
        expect(ranked.toSorted(), text).toEqual(newest.toSorted())
      }
    } finally {
      spy.mockRestore()
    }
  })

  it('finds the words that begin so, of very many the first that came, and says so', async () => {
    const letters = 'bcdfghjklmnpqrst'
    const words = [...letters].flatMap((a) => [...letters].map((b) => `qu${a}${b}`))
    await addArticle(api, source, { title: 'The first', body: { text: words.slice(0, 128).join(' ') } })
    const first = await api.get(q('qu*'))
    expect(first.body.data).toHaveLength(1)
    expect(first.body.page).not.toHaveProperty('approximate')
    await addArticle(api, source, { title: 'The second', body: { text: words.slice(128).join(' ') } })
    const { body } = await api.get(q('qu*'))
    expect(body.data.map(({ title }: { title: string }) => title)).toEqual(['The first'])
    expect(body.page.approximate).toBe(true)
    expect(await found('qut*')).toEqual(['The second'])
    expect(await found('title:se* -qub*')).toEqual(['The second'])
  })

  it('keeps articles of one moment apart', async () => {
    for (let count = 0; count < 25; count++) await addArticle(api, source, { title: `Heron ${count}` })
    const newest = await allIds(api, q('heron', '&sort=newest&limit=4'))
    expect(newest).toHaveLength(25)
    expect(await allIds(api, q('heron', '&sort=oldest&limit=4'))).toEqual(newest.toReversed())
    expect(await allIds(api, '/v1/articles?limit=100')).toEqual(newest)
  })

  it('has a relevance only with a query, and marks and expands only there', async () => {
    for (const more of ['sort=relevance', 'highlight=true', 'expand=true']) {
      const { status, body } = await api.get(`/v1/articles?${more}`)
      expect(status).toBe(400)
      expect(body.errors[0].path).toBe(more.split('=')[0])
    }
  })
})
