import { eventually } from '../../support/standalone.ts'
import { forms } from '../forms.ts'
import { each, made, type Newsroom } from '../newsroom.ts'
import { type Cell, type Path, pageUrl, redirecting, refused } from '../path.ts'

/** All at a time: the program itself takes one after another. */
const all = forms.length

type Fetch = { cause: string; error: string | null; dropped: { what: string; why: string }[] }

/** The id of a new source. */
export async function addSource(newsroom: Newsroom, cell: Cell, feedUrl: string, more = {}): Promise<string> {
  const source = { name: cell.id, homeUrl: 'http://public-home.example/', feedUrl, ...more }
  return (await made(newsroom.ask('POST', '/v1/sources', source))).id
}

/** The first fetch of a source of which this holds. */
export function fetched(newsroom: Newsroom, id: string, holds = (_: Fetch) => true): Promise<Fetch> {
  return eventually(
    async () => {
      const { body } = await newsroom.ask('GET', `/v1/sources/${id}/fetches`)
      return (body.data as Fetch[]).findLast(holds)
    },
    `The feed of ${id} is not fetched.`,
    1000,
  )
}

async function healthOf(newsroom: Newsroom, id: string): Promise<string> {
  await fetched(newsroom, id)
  return (await newsroom.ask('GET', `/v1/sources/${id}`)).body.health.lastError ?? 'It was read.'
}

const rss = (items: string) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Herons</title>${items}</channel></rss>`

export const feedPaths: Path[] = [
  {
    name: 'a feed, in its turn',
    key: 'poll',
    forms,
    tells: refused,
    ask: (newsroom, cells) =>
      each(cells, all, async (cell) => healthOf(newsroom, await addSource(newsroom, cell, cell.url))),
  },
  {
    name: 'a feed, fetched now',
    key: 'now',
    forms,
    tells: refused,
    times: 2,
    ask: (newsroom, cells) =>
      each(cells, all, async (cell) => {
        const id = await addSource(newsroom, cell, cell.url)
        await fetched(newsroom, id)
        await newsroom.ask('POST', `/v1/sources/${id}/fetches`)
        return (await fetched(newsroom, id, ({ cause }) => cause === 'request')).error ?? 'It was read.'
      }),
  },
  {
    name: 'a feed that is changed to another address',
    key: 'patched',
    forms,
    tells: refused,
    ask: (newsroom, cells) =>
      each(cells, all, async (cell) => {
        const id = await addSource(newsroom, cell, pageUrl(cell), { state: 'paused' })
        await newsroom.ask('PATCH', `/v1/sources/${id}`, { feedUrl: cell.url, state: 'active' })
        return healthOf(newsroom, id)
      }),
  },
  {
    name: 'a feed of an OPML list',
    key: 'opml',
    forms,
    tells: refused,
    async ask(newsroom, cells) {
      const outlines = cells.map(({ id, url }) => `<outline type="rss" text="${id}" xmlUrl="${url}"/>`)
      const list = `<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><body>${outlines.join('\n')}</body></opml>`
      const { text } = await newsroom.ask('POST', '/v1/sources/opml', list, 'text/x-opml')
      const sources = await idsByName(newsroom)
      return each(cells, all, async (cell) => {
        const id = sources.get(cell.id)
        return id === undefined ? `It is no source: ${text}` : healthOf(newsroom, String(id))
      })
    },
  },
  {
    name: 'a feed, redirected',
    key: 'led',
    forms,
    tells: refused,
    ask: (newsroom, cells, { web }) =>
      each(cells, all, async (cell) => {
        const feedUrl = web.put(pageUrl(cell), redirecting(cell))
        return healthOf(newsroom, await addSource(newsroom, cell, feedUrl))
      }),
  },
  {
    name: 'the page of an item',
    key: 'item',
    forms,
    tells: refused,
    ask: (newsroom, cells, { web }) =>
      each(cells, all, async (cell) => pageOf(newsroom, cell, cell.url, web.put)),
  },
  {
    name: 'the page of an item, redirected',
    key: 'page',
    forms,
    tells: refused,
    ask: (newsroom, cells, { web }) =>
      each(cells, all, async (cell) => {
        const target = web.put(pageUrl(cell, '/page'), redirecting(cell))
        return pageOf(newsroom, cell, target, web.put)
      }),
  },
]

async function idsByName({ ask }: Newsroom): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (let cursor = ''; ; ) {
    const { data, page } = (await ask('GET', `/v1/sources?limit=100${cursor}`)).body
    for (const { id, name } of data) ids.set(name, id)
    if (!page.next) return ids
    cursor = `&cursor=${encodeURIComponent(page.next)}`
  }
}

/** What the log says of the page of the one item that a feed has. */
async function pageOf(
  newsroom: Newsroom,
  cell: Cell,
  target: string,
  put: (url: string, page: object) => string,
): Promise<string> {
  const items = `<item><guid>${cell.id}</guid><title>Heron ${cell.id}</title><link>${target}</link><description>Short.</description></item>`
  const feedUrl = put(pageUrl(cell, '/feed.xml'), {
    headers: { 'content-type': 'text/xml' },
    body: rss(items),
  })
  const id = await addSource(newsroom, cell, feedUrl, { extraction: 'always' })
  const { dropped } = await fetched(newsroom, id)
  return dropped.map(({ what, why }) => `${what}: ${why}`).join('; ') || 'It was read.'
}
