import { beforeEach, expect, it } from 'vitest'
import { readSeedPage } from '../stories/seed-page.ts'
import { feed } from '../support/bad-answers.ts'
import { onEveryEngine } from '../support/engines.ts'
import { portalPage } from './extraction/portal-page.ts'
import { type Reading, rssOf, startReading } from './newsroom.ts'

const host = 'portal.example'
const path = '/post/8999.html'

onEveryEngine('the page that started the project, read from a feed with a summary', (engine) => {
  let reading: Reading
  let seed: Awaited<ReturnType<typeof readSeedPage>>
  let id: string

  beforeEach(async () => {
    seed = await readSeedPage()
    reading = await startReading(engine)
    const { web } = reading
    const item = { guid: 'dojo', link: web.url(host, path), title: seed.title, html: seed.text.slice(0, 60) }
    web.put(host, '/feed.xml', feed(rssOf([item])))
    web.put(host, path, {
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: portalPage(seed),
    })
    await reading.add(host, '/feed.xml', { name: seed.source, timeZone: 'Asia/Shanghai' })
    await reading.read()
    const { data } = (await reading.api.get('/v1/articles')).body
    expect(data).toHaveLength(1)
    id = data[0].id
  })

  it('has its text in the body and the credit line in the attribution', async () => {
    const { body } = await reading.api.get(`/v1/articles/${id}`)
    expect(body).toMatchObject({ title: seed.title, language: 'zh' })
    expect(body.attribution.text).toBe(seed.credit)
    for (const paragraph of seed.text.split('\n\n')) expect(body.body.text).toContain(paragraph.slice(0, 40))
    expect(body.body.html).not.toContain('版权声明')
    expect(body.body.text).not.toContain(seed.headlines[0])
  })

  it('replays the forty headlines verbatim and in order, and relates none of them', async () => {
    const { data } = (await reading.api.get(`/v1/articles/${id}/related?origin=sourcePage&limit=100`)).body
    const targets = data.map(({ target }: { target: { title: string; url: string } }) => target)
    expect(seed.headlines).toHaveLength(40)
    expect(targets.map(({ title }: { title: string }) => title)).toEqual(seed.headlines)
    expect(targets[39].url).toBe(reading.web.url(host, '/post/9039.html'))
    expect((await reading.api.get(`/v1/articles/${id}/related`)).body.data).toEqual([])
  })

  it('is found by its own words and by none of the headlines', async () => {
    const find = async (words: string) =>
      (await reading.api.get(`/v1/articles?q=${encodeURIComponent(`"${words}"`)}`)).body.data
    expect(await find('进化死胡同')).toHaveLength(1)
    for (const headline of seed.headlines) expect(await find(headline.replaceAll('"', ''))).toEqual([])
  })

  it('is shown by extraction as it would be kept, without being kept', async () => {
    const kept = (await reading.api.get(`/v1/articles/${id}`)).body
    const url = reading.web.url('elsewhere.example', path)
    const shown = await reading.api.post('/v1/articles/extract', { body: { url, html: portalPage(seed) } })
    expect(shown.status).toBe(200)
    expect(shown.body).toMatchObject({ title: seed.title, body: { text: kept.body.text } })
    expect(shown.body.attribution.text).toBe(seed.credit)
    expect(shown.body.relatedLinks.map(({ title }: { title: string }) => title)).toEqual(seed.headlines)
    expect((await reading.api.get('/v1/articles')).body.data).toHaveLength(1)
  })
})
