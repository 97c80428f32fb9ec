import type { Asked } from '../../support/standalone.ts'
import { forms } from '../forms.ts'
import { each, type Newsroom, publish } from '../newsroom.ts'
import { type Cell, type Path, pageUrl, redirecting, refused } from '../path.ts'

/** All of them, since the program pauses between requests to one host. */
const atOnce = forms.length
/** A problem names the member of the body that is wrong. */
const namesUrl = /"(?:field|path|name|pointer)":"[/#]*url"/

function toldIn({ status, text }: Asked): string {
  return status >= 400 && !(status === 422 && namesUrl.test(text))
    ? `${status} without a field: ${text}`
    : text
}

const extract = async (newsroom: Newsroom, url: string) =>
  toldIn(await newsroom.ask('POST', '/v1/articles/extract', { url }))
const discover = async (newsroom: Newsroom, url: string) =>
  toldIn(await newsroom.ask('POST', '/v1/sources/discoveries', { url }))

const tells = new RegExp(`^(?!\\d{3} without).*(?:${refused.source})`)

/** Where who asks is answered with what came of it. */
export const answerPaths: Path[] = [
  {
    name: 'discovery of feeds',
    key: 'discovery',
    forms,
    tells,
    ask: (newsroom, cells) => each(cells, atOnce, ({ url }) => discover(newsroom, url)),
  },
  {
    name: 'discovery, redirected',
    key: 'rediscovery',
    forms,
    tells,
    ask: (newsroom, cells, { web }) =>
      each(cells, atOnce, (cell) => discover(newsroom, web.put(pageUrl(cell), redirecting(cell)))),
  },
  {
    name: 'discovery, by a page that names a feed',
    key: 'alternate',
    forms,
    tells: /"data":\[\]/,
    ask: (newsroom, cells, { web }) =>
      each(cells, atOnce, (cell) => {
        const body = `<!doctype html><title>A site</title><link rel="alternate" type="application/rss+xml" href="${cell.url}"><p>A site.</p>`
        return discover(newsroom, web.put(pageUrl(cell), { body }))
      }),
  },
  {
    name: 'extraction of a page',
    key: 'extraction',
    forms,
    tells,
    ask: (newsroom, cells) => each(cells, atOnce, ({ url }) => extract(newsroom, url)),
  },
  {
    name: 'extraction, redirected',
    key: 'moved',
    forms,
    tells,
    ask: (newsroom, cells, { web }) =>
      each(cells, atOnce, (cell) => extract(newsroom, web.put(pageUrl(cell), redirecting(cell)))),
  },
  {
    name: 'robots.txt',
    key: 'robots',
    forms,
    tells,
    belongs: ({ url }, { host, path }) =>
      path === '/robots.txt'
        ? new URL(url).host === host
        : new URL(url).protocol === 'https:' && new URL(url).host === host,
    ask: (newsroom, cells) => each(cells, atOnce, ({ url }) => extract(newsroom, url)),
  },
  {
    name: 'robots.txt, redirected',
    key: 'rules',
    forms,
    ask: (newsroom, cells, { web }) =>
      each(cells, atOnce, (cell) => {
        web.put(pageUrl(cell, '/robots.txt'), redirecting(cell))
        return extract(newsroom, pageUrl(cell))
      }),
  },
  {
    name: 'what a page only mentions: a refresh, its canonical address, pictures, frames, styles',
    key: 'mention',
    forms,
    isNeverAsked: true,
    ask: (newsroom, cells, { web }) =>
      each(cells, atOnce, (cell) => extract(newsroom, web.put(pageUrl(cell), { body: mentioning(cell) }))),
  },
  {
    name: 'GET /v1/related and an article that names addresses',
    key: 'related',
    forms,
    isNeverAsked: true,
    ask: (newsroom, cells) =>
      each(cells, atOnce, async ({ id, url }) => {
        await publish(newsroom, id, {
          url,
          canonicalUrl: url,
          imageUrl: url,
          body: { html: `<img src="${url}">` },
        })
        return (await newsroom.ask('GET', `/v1/related?url=${encodeURIComponent(url)}`)).text
      }),
  },
]

const mentioning = ({ url }: Cell) => `<!doctype html><title>The heron</title>
<meta http-equiv="refresh" content="0;url=${url}"><link rel="canonical" href="${url}"><link rel="stylesheet" href="${url}">
<link rel="icon" href="${url}"><link rel="amphtml" href="${url}"><meta property="og:image" content="${url}">
<article><h1>The heron</h1><p>It left in the morning, and was back before noon.</p><img src="${url}"><iframe src="${url}"></iframe></article>`
