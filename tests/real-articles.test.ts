import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { expect, it } from 'vitest'
import { addSource, allIds } from './articles/newsroom.ts'
import { type Api, adminKey, startApi } from './support/api.ts'
import { onEveryEngine } from './support/engines.ts'
import { describeWithSharedData, sharedData } from './support/shared-data.ts'

const file = 'relevance/zh-articles.jsonl'
const allCount = 12_046
/** All of them take minutes: `npm run test:articles`. */
const count = process.env.ARTICLES === 'all' ? allCount : 500

type Captured = { id: string; title: string; url: string; ts: number; body: string }

/** The first captures as lines of an import. */
async function importLines(sourceId: string | undefined): Promise<string[]> {
  const lines = (await readFile(sharedData(file), 'utf8')).trim().split('\n')
  expect(lines).toHaveLength(allCount)
  return lines.slice(0, count).map((line) => {
    const { id, title, url, ts, body }: Captured = JSON.parse(line)
    const publishedAt = new Date(ts * 1000).toISOString()
    return JSON.stringify({ sourceId, externalId: id, url, title, publishedAt, body: { text: body } })
  })
}

async function importAll(address: string, lines: string[]): Promise<Record<string, number>> {
  const response = await fetch(`${address}/v1/articles/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/x-ndjson' },
    body: Readable.from(lines.map((line) => `${line}\n`)),
    duplex: 'half',
  } as RequestInit)
  const results = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(results.map((result) => result.line)).toEqual(lines.map((_, index) => index + 1))
  return Object.fromEntries(
    Object.entries(Object.groupBy(results, (result) => result.status)).map(([status, group]) => [
      status,
      group?.length ?? 0,
    ]),
  )
}

describeWithSharedData('real articles', [file], () => {
  onEveryEngine('come in by the command line', (engine) => {
    it('into an empty database, under a source that is made for them', { timeout: 300_000 }, async () => {
      const url = await engine.create('empty')
      const lines = await importLines(undefined)
      const { code, stdout } = await newsweave(
        [
          'import',
          '-',
          '--database-url',
          url,
          '--source',
          'IT之家',
          '--source-home',
          'https://www.ithome.com/',
        ],
        lines,
      )
      expect(code).toBe(0)
      expect(stdout).toContain(`${count} created, 0 updated, 0 unchanged, 0 gone, 0 failed`)
      const api = await startApi(engine.connect(url))
      const [source] = (await api.get('/v1/sources')).body.data
      expect(source).toMatchObject({ name: 'IT之家', articleCount: count })
      expect((await api.get('/v1/changes?limit=1')).body.lastSeq).toBe(1)
      expect((await api.get(`/v1/changes?after=${count}`)).body.lastSeq).toBe(count + 1)
    })
  })

  onEveryEngine('come in over HTTP', (engine) => {
    it('once, however often they are sent, and are paged to the end while others come in', {
      timeout: 300_000,
    }, async () => {
      const api = await startApi(await engine.open())
      const sourceId = await addSource(api, {
        name: 'IT之家',
        homeUrl: 'https://www.ithome.com/',
        language: 'zh',
      })
      const address = await api.listen()
      const lines = await importLines(sourceId)
      expect(await importAll(address, lines)).toEqual({ created: count })
      expect((await api.get(`/v1/sources/${sourceId}`)).body.articleCount).toBe(count)
      expect((await api.get('/v1/articles?total=exact&limit=1')).body.page.total).toBe(count)

      const reader = readerAt(address)
      const before = new Set(await allIds(reader, '/v1/articles?limit=100'))
      expect(before.size).toBe(count)
      const inserting = insertAlongside(api, sourceId)
      const paged = await allIds(reader, '/v1/articles?limit=10')
      const inserted = await inserting.stop()
      expect(inserted.length).toBeGreaterThan(10)
      expect(new Set(paged).size, 'an article was repeated').toBe(paged.length)
      const seen = new Set(paged)
      expect(
        [...before].filter((id) => !seen.has(id)),
        'an article was skipped',
      ).toEqual([])
      const strangers = new Set(inserted)
      expect(paged.filter((id) => !before.has(id) && !strangers.has(id))).toEqual([])

      const again = lines.slice(0, 400)
      expect(await importAll(address, again)).toEqual({
        unchanged: 400,
      })
    })
  })
})

const readerAt = (address: string) => ({
  async get(url: string) {
    const response = await fetch(address + url)
    return { status: response.status, body: await response.json() }
  },
})

/** Runs the command line, given these lines. */
async function newsweave(args: string[], lines: string[]): Promise<{ code: number; stdout: string }> {
  const child = spawn(process.execPath, ['src/main/cli.js', ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [stdout, [code]] = await Promise.all([
    text(child.stdout),
    once(child, 'exit'),
    pipeline(Readable.from(lines.map((line) => `${line}\n`)), child.stdin),
  ])
  return { code, stdout }
}

/** Another client that adds articles all over the time line until it is told to stop. */
function insertAlongside(api: Api, sourceId: string) {
  const ids: string[] = []
  let going = true
  const running = (async () => {
    for (let index = 0; going; index++) {
      const publishedAt = new Date(Date.UTC(2026, 2, 1) + ((index * 7919) % 90) * 86_400_000).toISOString()
      const body = {
        sourceId,
        url: `https://alongside.example/${index}`,
        title: `旁边 ${index}`,
        publishedAt,
      }
      ids.push((await api.post('/v1/articles', { body })).body.id)
    }
  })()
  return {
    async stop() {
      going = false
      await running
      return ids
    },
  }
}
