import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseFragment } from 'parse5'
import { beforeAll, describe, expect, it } from 'vitest'
import { addSource } from '../articles/newsroom.ts'
import { heron, longText, type Reading, rssOf, startReading } from '../ingestion/newsroom.ts'
import { type Engine, engines } from '../support/engines.ts'

const [sqlite] = engines as [Engine]
const payloads = [
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href="java&#10;script:alert(1)">x</a>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<iframe src="JaVaScRiPt:alert(1)"></iframe>',
  '<form><button formaction="javascript:alert(1)">x</button></form>',
  '<xmp><img src=x onerror=alert(1)></xmp>',
  '<noembed><img src=x onerror=alert(1)></noembed><plaintext><script>alert(1)</script>',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<p onmouseover="alert(1)" style="background:url(javascript:alert(1))">x</p>',
  '<object data="data:text/html,<script>alert(1)</script>"></object><embed src="javascript:alert(1)">',
]
const elements = new Set(
  'a abbr article b blockquote br caption cite code dd del dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p picture pre q rp rt ruby s samp small source span strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr #text audio video'.split(
    ' ',
  ),
)

// biome-ignore lint/suspicious/noExplicitAny: a tree of parse5.
type Node = any

/** What a browser's parser finds in it that could run. */
function runnableIn(html: string): string[] {
  const found: string[] = []
  const walk = (node: Node) => {
    if (node.nodeName !== '#document-fragment' && !elements.has(node.nodeName))
      found.push(`<${node.nodeName}>`)
    for (const { name, value } of node.attrs ?? []) {
      if (/^(on|style|srcdoc|form)/.test(name)) found.push(name)
      if (/^(href|src|srcset|cite|poster)$/.test(name) && !/^(https?:|mailto:|#)/.test(value))
        found.push(`${name}=${value}`)
    }
    for (const child of node.childNodes ?? []) walk(child)
  }
  walk(parseFragment(html))
  return found
}

describe('hostile HTML', () => {
  let reading: Reading
  let sourceId: string
  let count = 0

  beforeAll(async () => {
    reading = await startReading(sqlite)
    sourceId = await addSource(reading.api)
  })

  const bodyOf = async (id: string) =>
    (await reading.api.get(`/v1/articles/${id}?include=body`)).body.body.html as string
  const content = (html: string) => ({
    url: `https://lighthouse.example/${++count}`,
    title: 'Heron',
    publishedAt: '2026-11-23T06:08:00Z',
    body: { html },
  })

  /** By each way in, what is shown of it. */
  async function everyWay(html: string): Promise<Record<string, string>> {
    const { api, web } = reading
    const posted = await api.post('/v1/articles', { body: { sourceId, ...content(html) } })
    const put = await api.put(`/v1/sources/${sourceId}/articles/item-${++count}`, { body: content(html) })
    const patched = await api.post('/v1/articles', { body: { sourceId, ...content('<p>x</p>') } })
    await api.patch(`/v1/articles/${patched.body.id}`, { body: { body: { html } } })
    const imported = await api.post('/v1/articles/import', {
      body: `${JSON.stringify({ sourceId, ...content(html) })}\n`,
      headers: { 'content-type': 'application/x-ndjson' },
    })
    const host = `site-${++count}.example`
    web.put(host, '/feed.xml', {
      body: rssOf([heron(1, { html: `${longText}${html.replaceAll(']]>', '')}` })]),
    })
    const feed = await reading.add(host, '/feed.xml', { extraction: 'never' })
    await reading.later(1)
    const read = (await api.get(`/v1/articles?source=${feed}`)).body.data[0]
    const page = `<html><head><title>Heron</title></head><body><article><h1>Heron</h1>${longText}${html}</article></body></html>`
    const extracted = await api.post('/v1/articles/extract', {
      body: { url: 'https://lighthouse.example/page', html: page },
    })
    return {
      POST: await bodyOf(posted.body.id),
      PUT: await bodyOf(put.body.id),
      PATCH: await bodyOf(patched.body.id),
      import: await bodyOf(JSON.parse(String(imported.body).trim()).id),
      feed: await bodyOf(read.id),
      extract: extracted.body.body.html,
      'JSON Feed out': (await api.get(`/v1/feeds/articles.json?source=${sourceId}&limit=100`)).body.items
        .map((item: { content_html?: string }) => item.content_html ?? '')
        .join(''),
    }
  }

  it.each(payloads)('by whichever way it came in, nothing of it runs: %s', async (html) => {
    expect(runnableIn(html)).not.toEqual([])
    for (const [way, shown] of Object.entries(await everyWay(html)))
      expect(runnableIn(shown), way).toEqual([])
  })

  it('there is one way to make the text of an article', () => {
    const root = join(import.meta.dirname, '../../src')
    const files = globSync('**/*.ts', { cwd: root }).filter((file) =>
      /from 'sanitize-html'/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(files).toHaveLength(1)
  })

  it('a page or problem that tells of an address cannot be made to run it', async () => {
    const script = '<script>alert(1)</script>'
    const paths = [
      `/problems/${encodeURIComponent(script)}`,
      `/${encodeURIComponent(script)}`,
      `/v1/articles/${encodeURIComponent(script)}`,
      `/v1/articles?q=${encodeURIComponent(`"${script}`)}`,
      `/docs/${encodeURIComponent(script)}`,
      `/v1/tags/${encodeURIComponent(script)}`,
    ]
    for (const path of paths) {
      const { status, headers, body } = await reading.api.get(path, { headers: { accept: 'text/html' } })
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      if (status >= 400) expect(headers['content-type'], path).toMatch(/^application\/problem\+json/)
      else expect(text, path).not.toContain(script)
      expect(headers['x-content-type-options'], path).toBe('nosniff')
    }
  })
})
