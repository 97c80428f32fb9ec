import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { addArticle } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { type Engine, engines } from '../support/engines.ts'
import { emptyFolder } from '../support/newsweave.ts'
import { hasProgram } from '../support/programs.ts'
import { fillNewsroom } from './newsroom.ts'

type Kept = {
  guid: string
  title: string
  author: string
  url: string
  feedurl: string
  content: string
  pubDate: number
}

/** What newsboat keeps of a feed once it has read it, and how many items it calls unread. */
async function readByNewsboat(url: string): Promise<{ kept: Kept[]; unread: number }> {
  const folder = emptyFolder()
  const files = { config: 'download-retries 1\n', urls: `${url}\n` }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const cache = join(folder, 'cache.db')
  const run = async (command: string) => {
    const args = ['-C', join(folder, 'config'), '-u', join(folder, 'urls'), '-c', cache, '-x', command]
    const env = { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8' }
    return (await promisify(execFile)('newsboat', args, { env, timeout: 25_000 })).stdout
  }
  await run('reload')
  const unread = Number(/\d+/.exec(await run('print-unread'))?.[0])
  const database = new Sqlite(cache, { readonly: true })
  const kept = database.prepare('select * from rss_item order by pubDate desc').all() as Kept[]
  database.close()
  return { kept, unread }
}

describe.skipIf(!hasProgram('newsboat'))('newsboat (left out where it is not installed)', () => {
  let api: Api
  let address: string
  let room: Awaited<ReturnType<typeof fillNewsroom>>
  let storyId: string

  beforeAll(async () => {
    api = await startApi(await (engines[0] as Engine).open())
    address = await api.listen()
    room = await fillNewsroom(api)
    const articleIds = [room.open.id, room.closed.id]
    storyId = (await api.post('/v1/stories', { body: { articleIds, title: 'Heron & co' } })).body.id
  })

  it('reads every item of every feed, with its text, its author, its address and its credit', async () => {
    // One at a time: newsboat knows an item by its identity, in whichever feed it is.
    for (const feed of ['articles.rss', 'articles.atom']) {
      const { kept, unread } = await readByNewsboat(`${address}/v1/feeds/${feed}?content=full`)
      expect(unread).toBe(2)
      const [open, closed] = kept
      expect(open).toMatchObject({
        guid: `urn:uuid:${room.open.id}`,
        url: 'https://lighthouse.example/%E6%96%B0%E9%97%BB?a=1&b=%3C2%3E',
        // It shows one author of several.
        author: expect.stringMatching(/Mara Quill|Ivo <Renn>/),
        pubDate: Date.parse('2026-11-23T06:08:00Z') / 1000,
      })
      expect(open?.content).toContain('Half a <em>watt</em> &lt;&amp; less.')
      expect(open?.content).toContain('Mara Quill for Lighthouse')
      expect(closed).toMatchObject({ guid: `urn:uuid:${room.closed.id}`, title: '苍鹭二代' })
      expect(closed?.content).toContain('半瓦。')
      expect(closed?.content).toContain('编译自 Lighthouse')
    }
    for (const feed of ['stories.rss', 'stories.atom']) {
      const { kept, unread } = await readByNewsboat(`${address}/v1/feeds/${feed}`)
      expect(unread).toBe(1)
      expect(kept[0]).toMatchObject({ guid: `urn:uuid:${storyId}`, title: 'Heron & co' })
      expect(kept[0]?.content).toContain('https://qingyan.example/heron')
    }
  })

  it('follows the subscription that OPML leads to, and finds what is new', async () => {
    const opml = String((await api.get('/v1/feeds/tags.opml')).body)
    const url = /xmlUrl="([^"]+)"/.exec(opml)?.[1] ?? ''
    expect(url).toBe(`${address}/v1/feeds/articles.rss?tagsAll=chips`)
    expect((await readByNewsboat(url)).unread).toBe(1)
    await addArticle(api, room.lighthouse, { title: 'Heron 3', tags: ['chips'] })
    const { kept, unread } = await readByNewsboat(url)
    expect(unread).toBe(2)
    expect(kept.map(({ title }) => title)).toContain('Heron 3')
  })
})
