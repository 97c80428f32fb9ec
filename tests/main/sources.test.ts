import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { sql } from '../../src/database/sql.ts'
import { recordFetch } from '../../src/ingestion/fetch-log.ts'
import { parseOpml } from '../../src/ingestion/opml.ts'
import { statusText } from '../../src/main/source-status.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { fetchOf } from '../ingestion/fetches.ts'
import { heron, rssOf } from '../ingestion/newsroom.ts'
import { engines, onEveryEngine } from '../support/engines.ts'
import { startFeedServer } from '../support/feed-server.ts'
import { emptyFolder } from '../support/newsweave.ts'
import { runCommand as run } from '../support/run-command.ts'

const feedUrl = 'https://lighthouse.example/feed.xml'

onEveryEngine('newsweave sources', (engine) => {
  let url: string

  beforeEach(async () => {
    url = await engine.create()
  })

  const sources = async () =>
    (await run(url, 'sources', 'list', '--json')).out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))

  it('finds the feed of a site from its home page, and adds it where that is asked for', async () => {
    const web = await startFeedServer(systemClock)
    const link = (path: string) => `<link rel="alternate" type="application/rss+xml" href="${path}">`
    const head = link('/gone.xml') + link('/news.xml')
    web.put('127.0.0.1', '/', { headers: { 'content-type': 'text/html' }, body: `<title>x</title>${head}` })
    web.put('127.0.0.1', '/news.xml', { body: rssOf([heron(1)]) })
    vi.stubEnv('OUTBOUND_ALLOW', '127.0.0.1')
    const home = web.url('127.0.0.1')
    const found = await run(url, 'sources', 'discover', home)
    expect(found).toMatchObject({ code: 0, out: expect.stringContaining(web.url('127.0.0.1', '/news.xml')) })
    const gone = `Named, but left out: ${web.url('127.0.0.1', '/gone.xml')}: The server answered 404.\n`
    expect(found.err).toBe(gone)
    expect(await sources()).toEqual([])
    vi.stubEnv('OUTBOUND_ALLOW', '127.0.0.1')
    const added = await run(url, 'sources', 'discover', home, '--add')
    expect(added.err).toBe(`${gone}Added Lighthouse Daily:\n`)
    expect(await sources()).toMatchObject([{ feedUrl: web.url('127.0.0.1', '/news.xml') }])
    const refused = await run(url, 'sources', 'discover', home)
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/refused-address/) })
  })

  it('adds a source with what the flags say, or what its feed says of it', async () => {
    const flags = [
      '--name',
      '青檐科技',
      '--home',
      'https://qingyan.example/news',
      '--language',
      'zh',
      '--tag',
      'chips',
      '--tag',
      'ai',
    ]
    const more = ['--extraction', 'always', '--interval', '30', '--time-zone', 'Asia/Shanghai']
    const added = await run(url, 'sources', 'add', 'https://qingyan.example/feed', ...flags, ...more)
    expect(added).toMatchObject({ code: 0, err: 'Added 青檐科技:\n' })
    await run(url, 'sources', 'add', 'https://www.lighthouse.example/feed.xml')
    const [first, second] = await sources()
    expect(added.out.trim()).toBe(first.id)
    expect(first).toMatchObject({
      name: '青檐科技',
      homeUrl: 'https://qingyan.example/news',
      language: 'zh',
      tags: ['chips', 'ai'],
      extraction: 'always',
      fetchIntervalMinutes: 30,
      timeZone: 'Asia/Shanghai',
      health: { nextFetchAt: first.createdAt },
    })
    expect(second).toMatchObject({
      name: 'lighthouse.example',
      homeUrl: 'https://www.lighthouse.example/',
      tags: [],
    })
    const { out } = await run(url, 'sources', 'list')
    expect(out).toMatch(/^ID +NAME +STATE +ARTICLES +TAGS +FEED\n/)
    expect(out).toMatch(/青檐科技 +active +0 +chips,ai +https:\/\/qingyan\.example\/feed\n/)
  })

  it('names the flag that cannot be used, and a feed that is taken', async () => {
    const wrong = async (...args: string[]) => (await run(url, 'sources', 'add', ...args)).err
    expect(await wrong('nowhere')).toMatch(/^<feed-url>: Expected an absolute/)
    expect(await wrong(feedUrl, '--interval', 'soon')).toMatch(/^--interval: /)
    expect(await wrong(feedUrl, '--interval', '1')).toMatch(/^--interval: /)
    expect(await wrong(feedUrl, '--tag', '!')).toMatch(/^--tag: /)
    expect(await wrong(feedUrl, '--time-zone', 'Mars')).toMatch(/^--time-zone: /)
    expect(await sources()).toEqual([])
    await run(url, 'sources', 'add', feedUrl)
    expect(await run(url, 'sources', 'add', feedUrl)).toMatchObject({
      code: 1,
      err: 'Another source has this feed.',
    })
  })

  it('pauses and resumes a source by its name or id, and makes its feed due', async () => {
    const id = (await run(url, 'sources', 'add', feedUrl, '--name', 'Lighthouse Daily')).out.trim()
    expect(await run(url, 'sources', 'pause', 'Lighthouse Daily')).toEqual({
      code: 0,
      out: '',
      err: 'Paused.\n',
    })
    expect((await sources())[0]).toMatchObject({ state: 'paused', health: { nextFetchAt: null } })
    expect((await run(url, 'sources', 'fetch', id)).err).toMatch(/^The source is paused/)
    expect((await run(url, 'sources', 'resume', id)).err).toBe('Resumed.\n')
    expect((await run(url, 'sources', 'fetch', id)).err).toBe('Due now.\n')
    const database = engine.connect(url)
    const feed = await database.one<{ requested_at: string | null }>(sql`select requested_at from feed`)
    expect(feed?.requested_at).toMatch(/Z$/)
    const unknown = await run(url, 'sources', 'pause', 'Nobody')
    expect(unknown).toEqual({ code: 1, out: '', err: 'There is no source with this id or name.' })
    await run(url, 'sources', 'add', `${feedUrl}?2`, '--name', 'Lighthouse Daily')
    expect((await run(url, 'sources', 'log', 'Lighthouse Daily')).err).toMatch(
      /^Several sources have this name/,
    )
  })

  it('shows the fetches of a source, and how all of them go', async () => {
    const id = (await run(url, 'sources', 'add', feedUrl, '--name', 'Lighthouse Daily')).out.trim()
    expect((await run(url, 'sources', 'log', id)).err).toBe('It was not fetched yet.\n')
    const database = engine.connect(url)
    await database.write(async (tx) => {
      await recordFetch(tx, fetchOf(id, { at: new Date(Date.now() - 90_000).toISOString() }))
      await tx.run(
        sql`update source set state = 'failing', consecutive_failures = 3, last_error = 'timed out'`,
      )
    })
    const { out } = await run(url, 'sources', 'log', 'Lighthouse Daily')
    expect(out).toMatch(
      / {2}schedule {2}read {2}200 {2}412 ms {2}48211 bytes {2}20 items: 2 created, 1 updated, 16 unchanged\n/,
    )
    expect(out).toContain('\n  identify: Item 20: It has no address.\n')
    const status = (await run(url, 'sources', 'status', '--once')).out
    expect(status).toContain('Feeds: 1 (1 failing)\nDue now: 1, the first for ')
    expect(status).toContain('Fetches of the last hour: 1 read\n')
    expect(status).toMatch(/\nLighthouse Daily +failing 3× +for \d+ s +1 min ago +read 200 +2 +timed out\n/)
  })

  it('takes an OPML list, and writes one that says the same', async () => {
    const folder = emptyFolder()
    const file = join(folder, 'list.opml')
    const out = join(folder, 'out.opml')
    writeFileSync(
      file,
      `<opml><body><outline text="Chips"><outline text="Heron" xmlUrl="https://heron.example/feed"/></outline>\n<outline text="Bare"/></body></opml>`,
    )
    expect(await run(url, 'sources', 'import', file)).toEqual({
      code: 1,
      out: '1 created, 0 existing, 1 failed; 1 tags made\n',
      err: 'Line 2: Bare: Has neither the address of a feed (`xmlUrl`) nor outlines inside.\n',
    })
    expect(await run(url, 'sources', 'export', out)).toEqual({ code: 0, out: '', err: '' })
    expect(parseOpml(readFileSync(out, 'utf8')).feeds).toMatchObject([
      { title: 'Heron', feedUrl: 'https://heron.example/feed', folders: [{ title: 'Chips' }] },
    ])
    expect((await run(url, 'sources', 'export')).out).toBe(readFileSync(out, 'utf8'))
    expect((await run(url, 'sources', 'import', join(folder, 'none'))).err).toMatch(/^There is no file/)
  })

  it('adds the list that comes with it, whole, and once', async () => {
    expect((await run(url, 'sources', 'import', '--defaults')).out).toMatch(
      /^(5\d) created, 0 existing, 0 failed; \d+ tags made\n$/,
    )
    expect(await run(url, 'sources', 'import', '--defaults')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^0 created, 5\d existing, 0 failed; 0 tags made\n$/),
    })
  })
})

describe('newsweave sources import', () => {
  it('wants a file or the list that comes with it, one of them', async () => {
    const url = (await engines[0]?.create()) as string
    for (const args of [[], ['list.opml', '--defaults']]) {
      expect(await run(url, 'sources', 'import', ...args)).toMatchObject({
        code: 2,
        err: 'Name a file, or say --defaults.',
      })
    }
  })
})

describe('the table of how fetching goes', () => {
  const now = '2026-11-23T06:00:00.000Z'
  const feed = {
    name: 'Lighthouse Daily',
    state: 'active',
    consecutive_failures: 0,
    last_error: null,
    due_at: '2026-11-23T08:30:00.000Z',
    leased_until: null,
    fetched_at: null,
    outcome: null,
    http_status: null,
    created: null,
  } as const
  const status = { states: [{ state: 'active', count: 3 } as const], due: 0, lagMs: 0, outcomes: [] }

  it('tells what is under way, what is due, and what is never fetched, in aligned columns', () => {
    const text = statusText(
      {
        ...status,
        feeds: [
          feed,
          { ...feed, name: '青檐科技', leased_until: '2026-11-23T06:01:00.000Z' },
          { ...feed, name: 'Quarry', state: 'gone', last_error: 'It is\ngone.' },
        ],
      },
      { now, columns: 200 },
    )
    expect(text).toBe(
      `Feeds: 3 (3 active)
Due now: 0
Fetches of the last hour: none

SOURCE            STATE   DUE       FETCHED  OUTCOME  NEW  LAST ERROR
Lighthouse Daily  active  in 2 h    never    -        -    -
青檐科技          active  fetching  never    -        -    -
Quarry            gone    -         never    -        -    It is gone.`,
    )
  })

  it('fits the terminal, and says how many feeds it leaves out', () => {
    const name = '很长的名字'.repeat(20)
    const lines = statusText({ ...status, feeds: [{ ...feed, name }] }, { now, columns: 40 }).split('\n')
    expect(lines[5]).toBe(`${'很长的名字'.repeat(3)}…  active…`)
    expect(lines.at(-1)).toBe('and 2 more.')
  })
})
