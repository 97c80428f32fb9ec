import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { eventually } from '../../support/standalone.ts'
import { type Form, fewForms, forms, publicForm } from '../forms.ts'
import { each, type Newsroom, publicUrl, publish, startNewsroom } from '../newsroom.ts'
import { type Cell, isHitOf, isOf, type Path, pageUrl, redirecting, refused, type World } from '../path.ts'
import { addSource, fetched } from './feeds.ts'

const feed = (links: string) =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Herons</title>${links}<item><guid>1</guid><title>A heron</title></item></channel></rss>`

/** A source whose feed names a hub, in the document or in a header. */
async function addSubscriber(newsroom: Newsroom, cell: Cell, hub: string, { web }: World): Promise<string> {
  const isByHeader = Number(cell.id.split('-').at(-1)) % 2 === 0 && !/[^\x20-\x7e]/.test(hub)
  const link = isByHeader ? { link: `<${hub}>; rel="hub"` } : undefined
  const body = feed(isByHeader ? '' : `<atom:link rel="hub" href="${hub}"/>`)
  const feedUrl = web.put(pageUrl(cell, '/feed.xml'), {
    headers: { 'content-type': 'text/xml', ...link },
    body,
  })
  const id = await addSource(newsroom, cell, feedUrl)
  await fetched(newsroom, id)
  return id
}

/** What the log of the program says of the hub of a source, or that it was asked, so many times by now. */
function toldOfHub(
  newsroom: Newsroom,
  { path, cell, sourceId, times = 1 }: { path: Path; cell: Cell; sourceId: string; times?: number },
  { web }: World,
): Promise<string> {
  const look = () => {
    const line = newsroom
      .log()
      .split('\n')
      .findLast((text) => text.includes(sourceId))
    return line ?? (timesAsked(web, path, cell) >= times ? 'The hub was asked.' : undefined)
  }
  return eventually(look, `The hub of ${cell.id} is not asked.`, 500)
}

const timesAsked = ({ visits, hits }: World['web'], path: Path, cell: Cell) =>
  visits.filter((visit) => isOf(path, cell, visit)).length +
  hits.filter((hit) => isHitOf(path, cell, hit)).length

const movedName: Form = {
  name: 'a name that has moved inside since it was subscribed to',
  host: (cell) => `moving-${cell}.example`,
}

const turningName: Form = {
  name: 'a name that since it was subscribed to leads outside, then inside',
  host: (cell) => `turning-${cell}.example`,
  first: 'outside',
}
/** No connection is kept for longer: the next one looks the name up again. */
const connectionKeptMs = 6000

const publishing: Path = {
  name: 'the hub that is told of what is new',
  key: 'publishing',
  forms: fewForms,
  tells: refused,
  ask: (newsroom, cells, world) => each(cells, 2, (cell) => toldByPublisher(newsroom.mode, cell, world)),
}

const named: Path = {
  name: 'the hub of a feed',
  key: 'hub',
  forms,
  tells: refused,
  ask: (newsroom, cells, world) =>
    each(cells, forms.length, async (cell) => {
      const sourceId = await addSubscriber(newsroom, cell, cell.url, world)
      return toldOfHub(newsroom, { path: named, cell, sourceId }, world)
    }),
}

const sentOn: Path = {
  name: 'the hub of a feed, which sends on to another',
  key: 'other',
  forms,
  tells: refused,
  ask: (newsroom, cells, world) =>
    each(cells, forms.length, async (cell) => {
      const hub = world.web.put(pageUrl(cell, '/hub'), redirecting(cell, 307))
      const sourceId = await addSubscriber(newsroom, cell, hub, world)
      return toldOfHub(newsroom, { path: sentOn, cell, sourceId }, world)
    }),
}

const renewal: Path = {
  name: 'the hub of a feed, at a renewal',
  key: 'renewal',
  forms: [publicForm, movedName, turningName],
  tells: refused,
  ask: (newsroom, cells, world) => each(cells, 3, (cell) => renewed(newsroom, cell, world)),
}

export const hubPaths: Path[] = [named, sentOn, renewal, publishing]

/** Subscribes, has the hub say yes, and lets an hour pass in the database, since the program renews no sooner. */
async function renewed(newsroom: Newsroom, cell: Cell, world: World): Promise<string> {
  const { hostname } = new URL(cell.url)
  const id = await addSubscriber(newsroom, cell, cell.url, world)
  const asked = await eventually(
    () => world.web.visits.find(({ method, host }) => method === 'POST' && host === hostname),
    `The hub of ${cell.id} is not asked.`,
  )
  const sent = new URLSearchParams(asked.body)
  const callback = String(sent.get('hub.callback')).replace(publicUrl, '')
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.topic': String(sent.get('hub.topic')),
    'hub.challenge': 'yes',
    'hub.lease_seconds': '60',
  })
  await newsroom.ask('GET', `${callback}?${query}`)
  world.names.moved.add(hostname)
  await sleep(connectionKeptMs)
  letAnHourPass(newsroom.databaseFile, id)
  await newsroom.ask('POST', `/v1/sources/${id}/fetches`)
  await fetched(newsroom, id, ({ cause }) => cause === 'request')
  return toldOfHub(newsroom, { path: renewal, cell, sourceId: id, times: 2 }, world)
}

function letAnHourPass(file: string, sourceId: string): void {
  const before = new Date(Date.now() - 2 * 60 * 60 * 1000).toISOString()
  const db = new Sqlite(file, { timeout: 10_000 })
  try {
    db.prepare('update feed_subscription set requested_at = ? where source_id = ?').run(before, sourceId)
  } finally {
    db.close()
  }
}

/** A program whose hub this is, with an article to tell of. */
async function toldByPublisher(mode: Newsroom['mode'], cell: Cell, { web }: World): Promise<string> {
  const newsroom = await startNewsroom(mode, { WEBSUB_HUB: cell.url, ROLES: 'api,webhooks' })
  try {
    // The log is followed from where it ends when the program looks first.
    return await eventually(
      async () => {
        await publish(newsroom, cell.id)
        const line = newsroom
          .log()
          .split('\n')
          .find((text) => text.includes('the hub could not be told'))
        return line ?? (timesAsked(web, publishing, cell) > 0 ? 'The hub was told.' : undefined)
      },
      `The hub of ${cell.id} is not told.`,
      1000,
    )
  } finally {
    await newsroom.stop()
  }
}
