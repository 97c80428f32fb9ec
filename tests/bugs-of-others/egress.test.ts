import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startReading } from '../ingestion/newsroom.ts'
import { type Engine, engines } from '../support/engines.ts'

const [sqlite] = engines as [Engine]
const inside = [
  'http://169.254.169.254/latest/meta-data/',
  'http://[::ffff:10.0.0.1]/feed.xml',
  'http://2852039166/',
]
const root = join(import.meta.dirname, '../../src')
const sources = globSync('**/*.ts', { cwd: root }).map((file) => ({
  file,
  text: readFileSync(join(root, file), 'utf8'),
}))

describe('what leaves the machine', () => {
  it('nothing but the guarded client opens connections', () => {
    const opens =
      /from '(undici|(node:)?(https?|http2|net|tls|dgram|dns)(\/promises)?)'|\bfetch\(|\bnew WebSocket\b|\bEventSource\b/
    const opening = sources
      .filter(({ text }) => opens.test(text.replaceAll(/import type .*/g, '')))
      .map(({ file }) => file)
    // The commands of `main/` speak to the server that their user names; `net` tells what an address is, and listens.
    const rest = opening.filter((file) => !/^(outbound|main)\//.test(file))
    const allowed = rest.filter((file) => {
      const text = sources.find((source) => source.file === file)?.text ?? ''
      return /\bfetch\(|from '(undici|(node:)?(https|http2|tls|dgram|dns))|\b(connect|createConnection)\(/.test(
        text.replaceAll(/import type .*/g, ''),
      )
    })
    expect(opening).toContain('outbound/client.ts')
    expect(allowed).toEqual([])
  })

  it('no address is read by another parser than that of WHATWG', () => {
    const others = sources.filter(({ text }) =>
      /from '(node:)?url'|\burl\.parse\(|require\('url'\)/.test(text),
    )
    const foreign = others.filter(({ text }) =>
      /import \{[^}]*\b(parse|resolve|Url)\b[^}]*\} from '(node:)?url'|\burl\.parse\(/.test(text),
    )
    expect(foreign.map(({ file }) => file)).toEqual([])
  })

  it('a feed at an address of the inside is never asked, whether it was added, changed, imported or polled', async () => {
    const reading = await startReading(sqlite)
    const { api, web } = reading
    for (const [index, feedUrl] of inside.entries()) {
      await api.post('/v1/sources', { body: { name: `Added ${index}`, homeUrl: feedUrl, feedUrl } })
    }
    const changed = await reading.add('lighthouse.example')
    await api.patch(`/v1/sources/${changed}`, { body: { feedUrl: 'http://192.168.0.1/feed.xml' } })
    const opml =
      '<opml version="2.0"><body><outline text="x" xmlUrl="http://10.0.0.7/feed.xml"/></body></opml>'
    await api.post('/v1/sources/opml', { body: opml, headers: { 'content-type': 'text/x-opml' } })
    web.put('moved.example', '/feed.xml', { status: 301, headers: { location: inside[0] as string } })
    await reading.add('moved.example')
    await reading.read()
    const { body } = await api.get('/v1/sources?limit=100')
    const asked = body.data.filter((source: { feedUrl: string | null }) => source.feedUrl !== null)
    expect(asked.length).toBe(inside.length + 3)
    for (const { feedUrl, health } of asked) expect(health.lastError, feedUrl).toMatch(/may not be reached/)
    expect(web.visits().map(({ host }) => host)).toEqual(['moved.example'])
  })

  it.each(inside)('no address that is asked for at once is one of the inside', async (url) => {
    const { api } = await startReading(sqlite)
    for (const path of ['/v1/articles/extract', '/v1/sources/discoveries']) {
      const { status, body } = await api.post(path, { body: { url } })
      expect(status, path).toBe(422)
      // The rules of a site that may not be reached are not known, and so its pages are not asked for.
      expect(body.detail, path).toMatch(/may not be reached|robots\.txt of its site/)
    }
    const related = await api.get(`/v1/related?url=${encodeURIComponent(url)}`)
    expect(related.status).toBeGreaterThanOrEqual(400)
    expect(related.body.detail).toMatch(/may not be reached|robots\.txt of its site/)
  })
})
