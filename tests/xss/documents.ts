import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { vectors } from '../../eval/inert/vectors.ts'
import type { Standalone } from '../support/standalone.ts'

/** What is sent with a link to a victim: short enough for an address. */
const echoed = [
  ...vectors.filter((vector) => vector.length < 120).filter((_, index) => index % 8 === 0),
  '"><script>alert(1)</script>',
  "';alert(1);//",
  '</title><script>alert(1)</script>',
  '</description></item></channel></rss><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
  ']]><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
  'javascript:alert(1)',
]
const formats = ['rss', 'atom', 'json']

/** Addresses of the program that a browser may be led to: what is stored, and what echoes its own address. */
export async function addressesOf({ address, ask }: Standalone): Promise<string[]> {
  const { body } = await ask('GET', '/v1/articles?limit=100&fields=id')
  const articles = (body.data as { id: string }[]).filter((_, index) => index % 5 === 0)
  const problems = (await ask('GET', '/problems')).text.matchAll(/href="(problems\/[\w-]+)"/g)
  const stored = [
    ...['', 'docs', 'docs/', 'openapi.json', 'problems', 'v1/tags', 'v1/sources', 'v1/stories', 'v1/changes'],
    ...[...problems].map(([, path = '']) => path),
    ...['v1/articles?limit=100', 'v1/articles?q=heron&highlight=true', 'v1/articles/export'],
    ...['v1/feeds/tags.opml', 'v1/sources/opml'],
    ...articles.map(({ id }) => `v1/articles/${id}`),
    ...formats.flatMap((format) => [
      `v1/feeds/articles.${format}?content=full&limit=100`,
      `v1/feeds/stories.${format}`,
    ]),
  ]
  return [...stored, ...echoed.flatMap(echoing)].map((path) => `${address}/${path}`)
}

function echoing(text: string): string[] {
  const sent = encodeURIComponent(text)
  return [
    `problems/${sent}`,
    sent,
    `v1/articles/${sent}`,
    `v1/articles?q=${sent}`,
    `v1/articles?sort=${sent}`,
    `v1/articles?${sent}=1`,
    `docs/${sent}`,
    `docs?url=${sent}&configUrl=${encodeURIComponent('https://evil.example/config.json')}`,
    `docs#/${sent}`,
    ...formats.map((format) => `v1/feeds/articles.${format}?author=${sent}`),
    `v1/feeds/articles.rss?q=${sent}`,
  ]
}

export type Copies = {
  /** Copies as HTML, with nothing escaped and no policy; and those with the policy of the original. */
  plain: string[]
  withPolicy: string[]
  close(): void
}

/** Each takes a browser of its own. */
const mostCopies = 60

/**
 * The same documents without protection, as the control: nothing in them is escaped, and they are pages. Only those that
 * hold such a text, and do not link to it.
 */
export async function unprotected(urls: string[]): Promise<Copies> {
  const copies: { html: string; policy: string | null }[] = []
  for (const url of urls) {
    if (copies.length === mostCopies) break
    const answer = await fetch(url, { headers: { accept: 'text/html, */*' } })
    const html = unescaped(await answer.text())
    if (/<script[^>]*>alert\(1\)|onerror=["']?alert\(1\)/.test(html) && !/<script src=/.test(html))
      copies.push({ html, policy: answer.headers.get('content-security-policy') })
  }
  const server = createServer(({ url = '' }, response) => {
    const [, kind, index] = url.split('/')
    const { html = '', policy = null } = copies[Number(index)] ?? {}
    const sent = kind === 'policy' && policy !== null ? { 'content-security-policy': policy } : {}
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...sent }).end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    plain: copies.map((_, index) => `${origin}/plain/${index}`),
    withPolicy: copies.flatMap(({ policy }, index) => (policy === null ? [] : [`${origin}/policy/${index}`])),
    close: () => server.close(),
  }
}

function unescaped(text: string): string {
  return text
    .replace(/\\u003c/gi, '<')
    .replaceAll('\\"', '"')
    .replace(/&amp;/g, '&')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&(?:quot|#34|#39);/g, '"')
}
