import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { identify } from '../../src/ingestion/identity.ts'
import { ingest } from '../../src/ingestion/ingest.ts'
import { blankItem, type FeedItem } from '../../src/ingestion/item.ts'
import { readyItems } from '../../src/ingestion/ready-items.ts'
import { createWorkshop } from '../../src/ingestion/workshop.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import { testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'

function item(name: string, members: Partial<FeedItem> = {}): FeedItem {
  return {
    ...blankItem,
    guid: `guid-${name}`,
    url: `https://lighthouse.example/${name}`,
    title: `About ${name}`,
    contentHtml: `<p>All about ${name}.</p>`,
    publishedAt: '2026-11-22T10:00:00.000Z',
    ...members,
  }
}

const workshop = createWorkshop({ size: 1, timeoutMs: 20_000, maxMemoryMb: 512 })
atEnd(workshop.close)

onEveryEngine('items of a feed', (engine) => {
  let clock: ReturnType<typeof testClock>
  let database: Database
  let api: Api
  let sourceId: string

  beforeEach(async () => {
    clock = testClock()
    database = await engine.open(clock)
    api = await startApi(database)
    sourceId = await addSource(api, { name: 'Lighthouse Daily', homeUrl: 'https://lighthouse.example/' })
  })

  async function read(...items: FeedItem[]) {
    clock.advance(60_000)
    const known = await identify(database, sourceId, items)
    const changed = known.items.filter((one) => one.known?.content_hash !== one.contentHash)
    const source = {
      source_id: sourceId,
      name: 'Lighthouse Daily',
      home_url: 'https://lighthouse.example/',
      attribution_template: null,
      tags: '[]',
      extraction: 'never' as const,
    }
    const ready = await readyItems(source, changed, { pages: async () => 'later', workshop, now: clock() })
    const written = await ingest(database, sourceId, ready.items, async () => {})
    const { created, updated, unchanged, dropped } = written
    const all = [...known.dropped, ...ready.dropped, ...dropped]
    const same = known.items.length - changed.length + unchanged
    return { created, updated, unchanged: same, dropped: all.map(({ stage, why }) => `${stage}: ${why}`) }
  }

  const articles = async () => (await api.get('/v1/articles?limit=100&sort=oldest')).body.data
  const titles = async () => (await articles()).map(({ title }: { title: string }) => title)
  const nothing = { created: 0, updated: 0, unchanged: 0, dropped: [] }

  it('become articles with what they say', async () => {
    await addTag(api, 'chips', { name: 'Chips', aliases: ['半导体'] })
    const heron = item('heron', {
      title: 'Heron 2 &amp; the lab',
      summaryHtml: '<p>It <b>left</b> the lab.</p>',
      authors: [{ name: 'Mara Quill', url: null }],
      categories: ['半导体', 'Birds'],
      imageUrl: 'https://lighthouse.example/heron.jpg',
      origin: { name: 'Quarry & Loom', url: 'https://quarry.example/heron' },
    })
    expect(await read(heron)).toEqual({
      ...nothing,
      created: 1,
      dropped: ['tag: There is no tag for Birds.'],
    })
    expect(await articles()).toMatchObject([
      {
        externalId: 'guid-heron',
        url: 'https://lighthouse.example/heron',
        title: 'Heron 2 &amp; the lab',
        summary: 'It left the lab.',
        authors: [{ name: 'Mara Quill' }],
        tags: [{ slug: 'chips' }],
        imageUrl: 'https://lighthouse.example/heron.jpg',
        publishedAt: '2026-11-22T10:00:00.000Z',
        attribution: {
          text: 'Quarry & Loom',
          url: 'https://quarry.example/heron',
          rightsHolder: 'Quarry & Loom',
        },
      },
    ])
  })

  it('cost no write while they say the same', async () => {
    await read(item('heron'), item('plover'))
    const before = await database.all(sql`select * from feed_item order by number`)
    expect(await read(item('plover'), item('heron'))).toEqual({ ...nothing, unchanged: 2 })
    expect(await database.all(sql`select * from feed_item order by number`)).toEqual(before)
  })

  it('make a revision where they say something else, and keep what editors gave the article', async () => {
    await addTag(api, 'chips')
    await read(item('heron'))
    const [{ id }] = await articles()
    await api.patch(`/v1/articles/${id}`, { body: { tags: ['chips'] } })
    const changed = item('heron', { title: 'Heron corrected', publishedAt: '2026-11-23T01:00:00.000Z' })
    expect(await read(changed)).toEqual({ ...nothing, updated: 1 })
    expect(await articles()).toMatchObject([
      {
        id,
        title: 'Heron corrected',
        revision: 3,
        tags: [{ slug: 'chips' }],
        publishedAt: '2026-11-22T10:00:00.000Z',
      },
    ])
    const revisions = (await api.get(`/v1/articles/${id}/revisions`)).body.data
    expect(revisions.map(({ title }: { title: string }) => title)).toContain('About heron')
  })

  it('stay withdrawn or deleted, whatever they say and under which guid they come', async () => {
    await read(item('heron'), item('plover'))
    const [first, second] = await articles()
    await api.put(`/v1/articles/${first.id}/withdrawal`, { body: { reason: 'copyright' } })
    await api.delete(`/v1/articles/${second.id}`)
    const again = await read(
      item('heron', { title: 'Heron again' }),
      item('plover', { title: 'Plover again', guid: 'another' }),
    )
    expect(again).toMatchObject({ created: 0, updated: 0 })
    expect(again.dropped).toHaveLength(2)
    expect(await articles()).toEqual([])
    // Told once, and not at each poll.
    expect(
      await read(
        item('heron', { title: 'Heron again' }),
        item('plover', { title: 'Plover again', guid: 'another' }),
      ),
    ).toEqual({ ...nothing, unchanged: 2 })
  })

  it('are no others in another order, at another time, with another guid or at another address', async () => {
    await read(item('heron'), item('plover'), item('curlew'))
    await read(item('curlew'), item('heron'), item('plover'))
    await read(item('heron', { publishedAt: '2026-11-23T05:00:00.000Z' }))
    await read(item('heron', { guid: 'https://lighthouse.example/?p=1' }))
    await read(item('plover', { url: 'https://lighthouse.example/birds/plover' }))
    await read(item('curlew', { guid: 'x', url: 'https://lighthouse.example/birds/curlew' }))
    await read(item('heron', { url: 'https://www.lighthouse.example/heron?utm_source=feed' }))
    expect((await titles()).sort()).toEqual(['About curlew', 'About heron', 'About plover'])
  })

  it('are others where only their titles are alike', async () => {
    const digest = (name: string, publishedAt: string) =>
      item(name, { title: 'Deals of the day', publishedAt })
    await read(digest('monday', '2026-11-22T10:00:00.000Z'))
    await read(digest('tuesday', '2026-11-23T10:00:00.000Z'))
    await read(digest('a', '2026-11-21T10:00:00.000Z'), digest('b', '2026-11-21T10:00:00.000Z'))
    expect(await titles()).toHaveLength(4)
  })

  it('are one where the feed has them twice', async () => {
    const twice = await read(item('heron'), item('heron', { guid: 'other' }), item('heron', { url: null }))
    expect(twice).toEqual({
      ...nothing,
      created: 1,
      dropped: ['identify: The feed has it twice.', 'identify: The feed has it twice.'],
    })
  })

  it('are others at one address, where the feed says so of several', async () => {
    const home = 'https://lighthouse.example/'
    const episode = (name: string, members: Partial<FeedItem> = {}) => item(name, { url: home, ...members })
    expect(await read(episode('one'), episode('two'), episode('three'))).toMatchObject({ created: 3 })
    expect(await read(episode('four'), episode('two', { title: 'Two corrected' }))).toMatchObject({
      created: 1,
      updated: 1,
    })
    expect(await read(episode('four'))).toEqual({ ...nothing, unchanged: 1 })
    const urls = (await articles()).map(({ url }: { url: string }) => url)
    expect(new Set(urls).size).toBe(4)
    for (const url of urls) expect(url).toMatch(/^https:\/\/lighthouse\.example\/#\/item\//)
  })

  it('are known again although they have neither guid nor address', async () => {
    const bare = { ...blankItem, contentHtml: '<p>Only a text.</p>' }
    const dated = (day: string) => ({
      ...blankItem,
      title: 'Deals',
      publishedAt: `2026-11-${day}T10:00:00.000Z`,
    })
    const all = [
      bare,
      { ...bare, contentHtml: '<p>Another.</p>' },
      { ...bare, title: 'Undated' },
      dated('21'),
      dated('22'),
    ]
    expect(await read(...all)).toMatchObject({ created: 5 })
    expect(await read(...all)).toEqual({ ...nothing, unchanged: 5 })
    const rows = await database.all(sql`select number from feed_item`)
    expect(rows).toHaveLength(5)
  })

  it('take over what a partner pushed at their address before', async () => {
    await addArticle(api, sourceId, { url: 'https://lighthouse.example/heron', title: 'Pushed' })
    expect(await read(item('heron'))).toMatchObject({ created: 0, updated: 1 })
    expect(await titles()).toEqual(['About heron'])
  })

  it('are written although one among them cannot be', async () => {
    await addArticle(api, sourceId, {
      url: 'https://lighthouse.example/heron',
      externalId: 'of-a-partner',
      title: 'Pushed',
    })
    const deep = item('deep', { contentHtml: `${'<div>'.repeat(3000)}Words` })
    const all = await read(item('plover'), item('heron'), deep, item('curlew'))
    expect(all).toMatchObject({ created: 3, updated: 0 })
    expect(all.dropped).toEqual([
      expect.stringMatching(/^clean: .*nested/),
      expect.stringMatching(/^write: .*URL/),
    ])
    expect((await titles()).sort()).toEqual(['About curlew', 'About deep', 'About plover', 'Pushed'])
    const deepest = (await articles()).find(({ title }: { title: string }) => title === 'About deep')
    expect((await api.get(`/v1/articles/${deepest.id}`)).body.body.text).toBe('Words')
  })

  it('without a title or an address are kept, and without both and a text they are told of', async () => {
    const all = await read(
      item('a', { title: null, contentHtml: '<p>Only a text.</p>' }),
      item('b', { url: null }),
      item('c', { url: null, guid: 'https://lighthouse.example/by-guid' }),
      { ...blankItem, guid: 'empty' },
    )
    expect(all).toMatchObject({ created: 3, dropped: ['clean: It has neither a title nor a text.'] })
    expect((await titles()).sort()).toEqual(['About b', 'About c', 'Only a text.'])
  })

  it('have the time of their change where they tell no other, and nothing is told of that', async () => {
    const all = await read(
      item('a', {
        publishedAt: null,
        updatedAt: '2026-11-20T01:00:00.000Z',
        dateText: '2026-11-20T01:00:00Z',
      }),
    )
    expect(all.dropped).toEqual([])
    expect(await articles()).toMatchObject([{ publishedAt: '2026-11-20T01:00:00.000Z' }])
  })

  it('are of now where their time is missing, unreadable or in the future', async () => {
    const all = await read(
      item('a', { publishedAt: null }),
      item('b', { publishedAt: null, dateText: 'sometime' }),
      item('c', { publishedAt: '2031-01-01T00:00:00.000Z' }),
    )
    expect(all.dropped).toEqual([
      'identify: The date cannot be read: sometime',
      'identify: It is dated in the future: 2031-01-01T00:00:00.000Z',
    ])
    for (const { publishedAt } of await articles()) expect(publishedAt).toBe(clock().toISOString())
  })
})
