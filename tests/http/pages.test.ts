import { beforeAll, describe, expect, it } from 'vitest'
import { escapeHtml, proseHtml } from '../../src/http/page.ts'
import { failureCodes } from '../../src/shared/failure.ts'
import { type Api, startApi } from '../support/api.ts'
import { type Engine, engines } from '../support/engines.ts'

let api: Api
const open = (url: string, accept = 'text/html') => api.get(url, { key: null, headers: { accept } })

beforeAll(async () => {
  const [engine] = engines as [Engine]
  api = await startApi(await engine.open(), { readAccess: 'key' })
})

/** Everything that a browser fetches for a page by itself. */
function assetsOf(page: string): string[] {
  return [...page.matchAll(/<(?:script|img|link|iframe|source)\b[^>]*\b(?:src|href)="([^"]+)"/g)].map(
    ([, url = '']) => url,
  )
}

describe('/docs', () => {
  it.each(['/docs', '/docs/'])(
    '%s has all its assets from us, and a policy that lets no other host in',
    async (url) => {
      const { status, headers, body } = await open(url)
      expect(status).toBe(200)
      const policy = headers['content-security-policy'] ?? ''
      expect(policy).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'",
      )
      expect(policy).not.toMatch(/https?:|unsafe|\*/)
      const assets = assetsOf(body)
      expect(assets.length).toBeGreaterThan(4)
      for (const asset of assets) {
        const address = new URL(asset, `http://newsweave.test${url}`)
        expect(address.host).toBe('newsweave.test')
        const answer = await open(address.pathname)
        expect(answer.status, asset).toBe(200)
        if (asset.endsWith('.css'))
          expect(String(answer.body)).not.toMatch(/@import|url\(\s*["']?(https?:)?\/\//)
      }
    },
  )

  it('asks no validator of another host about the document', async () => {
    const { body } = await open('/docs/static/swagger-initializer.js')
    expect(body).toMatch(/validatorUrl: null/)
    expect(body).toContain("url: resolveUrl('./json')")
  })

  it('shows the document that is served', async () => {
    const shown = await open('/docs/json', 'application/json')
    expect(shown.body).toEqual((await open('/openapi.json', 'application/json')).body)
  })
})

describe('/problems', () => {
  it.each(failureCodes)('%s is explained to people and to programs', async (code) => {
    const page = await open(`/problems/${code}`)
    expect(page.status).toBe(200)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+';/,
    )
    expect(page.body).toContain(`<code>${code}</code>`)
    const { body, headers } = await open(`/problems/${code}`, 'application/json')
    expect(body).toMatchObject({ code, type: `http://newsweave.test/problems/${code}` })
    expect(body.explanation.length).toBeGreaterThan(20)
    expect(headers.vary).toContain('Accept')
  })

  it('is where the type of a problem leads', async () => {
    const { body } = await api.get('/v1/nothing-here')
    expect((await open(body.type, 'application/problem+json, application/json')).body.title).toBe(body.title)
  })

  it('lists all kinds, each with a link', async () => {
    const { body } = await open('/problems')
    for (const code of failureCodes) expect(body).toContain(`<a href="problems/${code}">`)
    expect((await open('/problems', 'application/json')).body.data).toHaveLength(failureCodes.length)
  })

  it('is a problem itself for a kind that there is none of', async () => {
    const { status, body } = await open('/problems/%3Cscript%3E')
    expect(status).toBe(404)
    expect(body.detail).toContain('/problems lists them')
  })
})

describe('/', () => {
  it('leads to the documentation, the document and the problems', async () => {
    const { status, body } = await open('/')
    expect(status).toBe(200)
    const links = [...String(body).matchAll(/href="([^"]+)"/g)].map(([, link]) => link)
    expect(links).toEqual(['docs', 'openapi.json', 'v1/articles', 'problems'])
  })
})

describe('text in pages', () => {
  it('is escaped', () => {
    expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;')
  })

  it('has code where backticks mark it', () => {
    expect(proseHtml('Send `If-Match: <etag>` again')).toBe('Send <code>If-Match: &lt;etag&gt;</code> again')
  })
})
