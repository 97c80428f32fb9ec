import { beforeEach, describe, expect, it } from 'vitest'
import { archiveSize } from '../../src/syndication/archives.ts'
import { periodNamed, periodsAround } from '../../src/syndication/periods.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { idsOf, linksOf, walk } from './documents.ts'

const feed = '/v1/feeds/articles.atom'

onEveryEngine('the archives of a feed', (engine) => {
  let api: Api
  let sourceId: string
  let filled = 0
  const publish = async (publishedAt: string, members = {}): Promise<string> =>
    (await addArticle(api, sourceId, { publishedAt, ...members })).id
  const listed = async (query = '') => {
    const ids: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await api.get(`/v1/articles?limit=100${query}${cursor && `&cursor=${cursor}`}`)
      ids.push(...body.data.map(({ id }: { id: string }) => id))
      cursor = body.page.next
    }
    return ids
  }

  beforeEach(async () => {
    api = await startApi(await engine.open())
    sourceId = await addSource(api)
  })

  /** Three months: a few articles, more than a document holds on one day, and more than that in one hour. */
  async function fill(): Promise<void> {
    const minute = (count: number) => String(count % 60).padStart(2, '0')
    const many = Array.from({ length: archiveSize + 7 }, (_, count) => count)
    const times = [
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((day) => `2026-08-0${day}T10:00:00Z`),
      ...many.map((count) => `2026-09-11T0${count % 8}:${minute(count)}:00Z`),
      ...many.map((count) => `2026-10-20T17:${minute(count % 10)}:00Z`),
      ...[1, 2, 3, 4, 5].map((day) => `2026-11-0${day}T10:00:00Z`),
    ]
    await importAt(times)
  }

  async function importAt(times: string[]): Promise<void> {
    const lines = times.map((publishedAt) => {
      const url = `https://lighthouse.example/filled/${++filled}`
      return JSON.stringify({ sourceId, url, title: `Story ${filled}`, publishedAt })
    })
    const headers = { 'content-type': 'application/x-ndjson' }
    await api.post('/v1/articles/import', { body: `${lines.join('\n')}\n`, headers })
  }

  it('have each article once, the newest first, as the list has them', async () => {
    await fill()
    for (const limit of [1, 3, 100]) {
      const documents = await walk(api, `${feed}?limit=${limit}`, 'prev-archive')
      expect(documents.flatMap(idsOf)).toEqual(await listed())
      expect(documents.length).toBeGreaterThan(4)
      for (const document of documents) expect(idsOf(document).length).toBeLessThanOrEqual(archiveSize)
    }
  })

  it('have each article once that was there, while others are published above, below and in between', async () => {
    await fill()
    const before = await listed()
    const times = [
      '2026-11-30T00:00:00Z',
      '2026-10-20T17:05:00Z',
      '2026-09-11T03:00:00Z',
      '2026-08-05T00:00:00Z',
    ]
    let turn = 0
    const documents = await walk(api, `${feed}?limit=4`, 'prev-archive', async () => {
      for (const time of times) await publish(time)
      turn++
    })
    expect(turn).toBeGreaterThan(4)
    const met = documents.flatMap(idsOf)
    expect(new Set(met).size).toBe(met.length)
    expect(met.filter((id) => before.includes(id))).toEqual(before)
  })

  it('lose what is withdrawn meanwhile, and nothing else', async () => {
    await fill()
    const before = await listed()
    const victim = before.at(-3) as string
    const documents = await walk(api, `${feed}?limit=4`, 'prev-archive', async () => {
      await api.put(`/v1/articles/${victim}/withdrawal`, { body: { reason: 'copyright' } })
    })
    expect(documents.flatMap(idsOf)).toEqual(before.filter((id) => id !== victim))
  })

  it('keep to the filters of the feed', async () => {
    await fill()
    const zh = [await publish('2026-08-02T00:00:00Z', { language: 'zh' })]
    zh.unshift(await publish('2026-10-02T00:00:00Z', { language: 'zh' }))
    zh.unshift(await publish('2026-11-02T00:00:00Z', { language: 'zh' }))
    const documents = await walk(api, `${feed}?language=zh&limit=1`, 'prev-archive')
    expect(documents.map(idsOf)).toEqual(zh.map((id) => [id]))
    const since = '&publishedAfter=2026-08-04T00:00:00Z&publishedBefore=2026-09-11T02:00:00Z'
    const some = await walk(api, `${feed}?limit=2${since}`, 'prev-archive')
    expect(some.flatMap(idsOf)).toEqual(await listed(since))
  })

  it('lead forth as they lead back, from the oldest month to the one that is still written', async () => {
    for (let month = 1; month <= 5; month++)
      for (let day = 1; day <= 3; day++) await publish(`2026-0${month}-0${day}T00:00:00Z`)
    const oldest = `${feed}?archive=2026-01`
    const forth = await walk(api, oldest, 'next-archive')
    expect(forth.map((answer) => new URL(linksOf(answer).self ?? '').searchParams.get('archive'))).toEqual([
      '2026-01',
      '2026-02',
      '2026-03',
      '2026-04',
    ])
    for (const answer of forth) {
      expect(String(answer.body)).toContain('<fh:archive/>')
      expect(linksOf(answer).current).toBe(`http://newsweave.test${feed}`)
    }
    const { body } = await api.get(feed)
    expect(String(body)).not.toContain('<fh:archive/>')
  })

  it('stay byte for byte what they were, while the newsroom goes on above them', async () => {
    await fill()
    const archives = (await walk(api, `${feed}?limit=100`, 'prev-archive')).slice(3)
    const addresses = archives.map((answer) => linksOf(answer).self as string)
    for (let day = 10; day < 20; day++) await publish(`2026-11-${day}T00:00:00Z`)
    for (const [index, address] of addresses.entries())
      expect((await api.get(address)).bytes.equals((archives[index] as (typeof archives)[0]).bytes)).toBe(
        true,
      )
  })

  it('take what arrives late, and divide where it is too much for one document', async () => {
    await fill()
    await importAt(Array.from({ length: archiveSize }, (_, count) => `2026-08-0${(count % 9) + 1}T11:00:00Z`))
    const documents = await walk(api, `${feed}?archive=2026-08`, 'prev-archive')
    expect(documents.length).toBeGreaterThan(1)
    expect(new Set(documents.flatMap(idsOf))).toEqual(new Set((await listed()).slice(-archiveSize - 9)))
  })

  it('are none for what is found by words, which has pages', async () => {
    for (let day = 1; day <= 7; day++)
      await publish(`2026-0${day}-01T00:00:00Z`, { title: `Heron ${day}`, summary: 'About a chip.' })
    const found = `${feed}?q=heron&limit=2`
    expect(linksOf(await api.get(found))['prev-archive']).toBeUndefined()
    const documents = await walk(api, found, 'next')
    expect(documents.flatMap(idsOf)).toEqual(await listed('&q=heron&sort=newest'))
    const refused = await api.get(`${feed}?q=heron&archive=2026-01`)
    expect(refused.status).toBe(400)
    expect(refused.body.errors).toMatchObject([{ in: 'query', path: 'q' }])
  })

  it('are refused where no period has the name, and by a limit, which they do not have', async () => {
    await publish('2026-01-01T00:00:00Z')
    for (const name of [
      '',
      '2026',
      '2026-13',
      '2026-02-30',
      '2026-01-01T24',
      '2026-1',
      'x',
      '2026-01-01T00:00',
    ]) {
      const answer = await api.get(`${feed}?archive=${name}`)
      expect(answer.status, name).toBe(400)
      expect(answer.body.errors).toMatchObject([{ in: 'query', path: 'archive' }])
    }
    expect((await api.get(`${feed}?archive=2026-01&limit=5`)).body.errors).toMatchObject([{ path: 'limit' }])
    for (const name of ['0000-01', '9999-12', '1970-01-01', '2026-01-01T00'])
      expect((await api.get(`${feed}?archive=${name}`)).status, name).toBe(200)
  })

  it('are behind pages that lead on and back', async () => {
    for (let day = 1; day <= 7; day++) await publish(`2026-01-0${day}T00:00:00Z`)
    const pages = await walk(api, `${feed}?limit=2`, 'next')
    expect(pages.flatMap(idsOf)).toEqual(await listed())
    const [first, second, third] = pages.map(linksOf)
    expect(third?.previous).toBe(second?.self)
    expect(third?.first).toBe(first?.self)
    expect(second?.previous).toBe(first?.self)
    expect(first?.previous).toBeUndefined()
    const forged = await api.get(`${feed}?limit=2&cursor=WyJ4Il0.x`)
    expect(forged.body.errors).toMatchObject([{ in: 'query', path: 'cursor' }])
  })
})

describe('a period', () => {
  it('holds from its first millisecond to before the first of the next one', () => {
    expect(periodNamed('2026-12')).toMatchObject({
      start: '2026-12-01T00:00:00.000Z',
      end: '2027-01-01T00:00:00.000Z',
    })
    expect(periodNamed('2024-02-29T23')).toMatchObject({ end: '2024-03-01T00:00:00.000Z' })
    expect(periodsAround('2026-11-23T06:08:00.000Z').map(({ name }) => name)).toEqual([
      '2026-11',
      '2026-11-23',
      '2026-11-23T06',
    ])
  })
})
