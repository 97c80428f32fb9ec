import { beforeEach, expect, it } from 'vitest'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('what a search finds', (engine) => {
  let api: Api
  let source: string

  beforeEach(async () => {
    api = await startApi(await engine.open())
    source = await addSource(api)
  })

  async function first(parameters: Record<string, string>) {
    const { status, body } = await api.get(`/v1/articles?${new URLSearchParams(parameters)}`)
    expect(status).toBe(200)
    return body.data[0]
  }

  it('is marked in the title, the summary and a piece of the text, where it is asked for', async () => {
    const body = { html: '<p>Nothing.</p><p>A <b>chip</b> &amp; 晶片 of theirs.</p>' }
    await addArticle(api, source, { title: 'Chips <for> 芯片', summary: 'No such word', body })
    const { highlight } = await first({ q: 'chip OR 芯片 OR 晶片', highlight: 'true' })
    expect(highlight).toEqual({
      title: {
        text: 'Chips <for> 芯片',
        html: '<mark>Chips</mark> &lt;for&gt; <mark>芯片</mark>',
        ranges: [
          { start: 0, end: 5 },
          { start: 12, end: 14 },
        ],
      },
      summary: null,
      body: {
        text: expect.stringContaining('A chip & 晶片 of theirs.'),
        html: expect.stringContaining('A <mark>chip</mark> &amp; <mark>晶片</mark> of theirs.'),
        ranges: expect.any(Array),
      },
    })
    for (const { start, end } of highlight.body.ranges)
      expect(['chip', '晶片']).toContain(highlight.body.text.slice(start, end))
    expect(await first({ q: 'chip' })).not.toHaveProperty('highlight')
  })

  it('is marked beside whatever fields were asked for', async () => {
    await addArticle(api, source, { title: 'Chips' })
    const article = await first({ q: 'chip', highlight: 'true', fields: 'title' })
    expect(Object.keys(article)).toEqual(['title', 'attribution', 'highlight'])
  })

  it('is found and marked under other names, where it is asked for', async () => {
    await addArticle(api, source, { title: 'Nvidia ships', publishedAt: '2026-11-01T00:00:00Z' })
    await addArticle(api, source, { title: '輝達出貨', publishedAt: '2026-11-02T00:00:00Z' })
    const titles = async (q: string, expand: string) => {
      const { data } = (await api.get(`/v1/articles?${new URLSearchParams({ q, expand })}`)).body
      return data.map(({ title }: { title: string }) => title)
    }
    expect(await titles('英伟达', 'true')).toEqual(['輝達出貨', 'Nvidia ships'])
    expect(await titles('nvidia', 'true')).toEqual(['輝達出貨', 'Nvidia ships'])
    expect(await titles('nvidia -辉达', 'true')).toEqual(['Nvidia ships'])
    expect(await titles('nvidia', 'false')).toEqual(['Nvidia ships'])
    const { highlight } = await first({ q: '英伟达', expand: 'true', highlight: 'true' })
    expect(highlight.title.html).toBe('<mark>輝達</mark>出貨')
  })
})
