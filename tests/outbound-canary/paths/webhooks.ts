import { eventually } from '../../support/standalone.ts'
import { forms } from '../forms.ts'
import { each, made, type Newsroom, publish } from '../newsroom.ts'
import { type Cell, type Path, pageUrl, redirecting, refused } from '../path.ts'

const atOnce = 8
const types = ['article.published']

const addWebhook = async (newsroom: Newsroom, url: string): Promise<string> =>
  (await made(newsroom.ask('POST', '/v1/webhooks', { url, types }))).id

/** What came back; the webhook is gone then, since nobody may have more than a hundred. */
async function ping(newsroom: Newsroom, id: string): Promise<string> {
  const { text } = await newsroom.ask('POST', `/v1/webhooks/${id}/pings`)
  await newsroom.ask('DELETE', `/v1/webhooks/${id}`)
  return text
}

/** What the log has of the first attempt, after an article was published. */
async function delivered(newsroom: Newsroom, cells: Cell[], urlOf = ({ url }: Cell) => url) {
  const ids = await each(cells, atOnce, (cell) => addWebhook(newsroom, urlOf(cell)))
  await publish(newsroom, String(cells[0]?.id))
  return each(cells, atOnce, async ({ id }) => {
    const path = `/v1/webhooks/${ids.get(id)}`
    const told = await eventually(() => firstAttempt(newsroom, path), `Nothing is delivered to ${id}.`, 500)
    await newsroom.ask('DELETE', path)
    return told
  })
}

type Delivery = { attempts: object[] }

async function firstAttempt(newsroom: Newsroom, path: string): Promise<string | undefined> {
  const { body } = await newsroom.ask('GET', `${path}/deliveries`)
  const [attempt] = (body.data as Delivery[]).flatMap(({ attempts }) => attempts)
  return attempt && JSON.stringify(attempt)
}

export const webhookPaths: Path[] = [
  {
    name: 'a webhook, tested',
    key: 'ping',
    forms,
    tells: refused,
    ask: (newsroom, cells) =>
      each(cells, atOnce, async ({ url }) => ping(newsroom, await addWebhook(newsroom, url))),
  },
  {
    name: 'a webhook that is changed to another address',
    key: 'rehook',
    forms,
    tells: refused,
    ask: (newsroom, cells) =>
      each(cells, atOnce, async (cell) => {
        const id = await addWebhook(newsroom, pageUrl(cell))
        await newsroom.ask('PATCH', `/v1/webhooks/${id}`, { url: cell.url })
        return ping(newsroom, id)
      }),
  },
  {
    name: 'a webhook, delivered to',
    key: 'delivery',
    forms,
    tells: refused,
    ask: (newsroom, cells) => delivered(newsroom, cells),
  },
  {
    name: 'a webhook that redirects',
    key: 'redelivery',
    forms,
    tells: /redirects are not followed/,
    isNeverAsked: true,
    ask: (newsroom, cells, { web }) =>
      delivered(newsroom, cells, (cell) => web.put(pageUrl(cell), redirecting(cell))),
  },
]
