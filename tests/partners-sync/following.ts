import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import { type Newsweave, unwrap, verifyWebhook, WebhookError } from '../../openapi/client/src/index.ts'
import type { Copy, Told, Written } from './copy.ts'

export type Following = {
  news: Newsweave
  copy: Copy
  /** What has to be written after these changes. */
  read: (changes: Told[]) => Promise<Written[]>
}

const changesAtOnce = 200

export async function followByPolling({ news, copy, read }: Following): Promise<void> {
  for (;;) {
    const query = { after: copy.position() ?? 0, limit: changesAtOnce, wait: 20 }
    const { data, lastSeq } = await unwrap(news.GET('/v1/changes', { params: { query } }))
    if (lastSeq > query.after) copy.advance(await read(data), lastSeq)
  }
}

/** One stream, from where the copy stands, to its end. */
export async function followStream(
  following: Following,
  { url, key }: { url: string; key: string },
): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'last-event-id': String(following.copy.position() ?? 0) }
  const answer = await fetch(`${url}/v1/changes/stream`, { headers })
  if (!answer.ok || !answer.body) throw new Error(`The stream answered ${answer.status}.`)
  await readStream(following, answer.body)
}

async function readStream({ copy, read }: Following, body: ReadableStream<Uint8Array>): Promise<void> {
  let events: { id: number; told?: Told }[] = []
  const parser = createParser({
    onEvent({ id, event, data }) {
      events.push({ id: Number(id), ...(event === 'change' && { told: JSON.parse(data) }) })
    },
  })
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    const position = events.at(-1)?.id
    if (position === undefined) continue
    copy.advance(await read(events.flatMap(({ told }) => told ?? [])), position)
    events = []
  }
}

export type Hook = { id: string; secret: string; port: number }

/** A message is answered once it is on disk. What is read after it comes later, so that nobody waits for that. */
export async function receiveWebhooks(copy: Copy, { secret, port }: Hook): Promise<void> {
  const server = createServer(async (request, response) => {
    try {
      const event = await verifyWebhook(await text(request), request.headers, secret)
      copy.receive(String(request.headers['webhook-id']), { type: event.type, resource: event.data.resource })
      response.writeHead(204).end()
    } catch (error) {
      response.writeHead(error instanceof WebhookError ? 400 : 500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
}

const lookEveryMs = 50

export async function followInbox({ copy, read }: Following): Promise<void> {
  for (;;) {
    const messages = copy.waiting(changesAtOnce)
    if (messages.length === 0) await sleep(lookEveryMs)
    else
      copy.finish(
        await read(messages.map(({ told }) => told)),
        messages.map(({ messageId }) => messageId),
      )
  }
}

/** A delivery that failed twice waits for five minutes: longer than a partner that is up again has to. */
const longWaitMs = 30_000
const askEveryMs = 3000

/** Has what waits long sent now, which a partner does after an outage of its own. */
export async function askForLate(news: Newsweave, { id }: Hook): Promise<void> {
  for (;;) {
    const query = { state: 'pending' as const, limit: 100 }
    const path = { id }
    for await (const delivery of news.items('/v1/webhooks/{id}/deliveries', { params: { path, query } })) {
      const { nextAttemptAt } = delivery
      if (nextAttemptAt === null || Date.parse(nextAttemptAt) - Date.now() < longWaitMs) continue
      const late = { id, deliveryId: delivery.id }
      await unwrap(news.POST('/v1/webhooks/{id}/deliveries/{deliveryId}/replay', { params: { path: late } }))
    }
    await sleep(askEveryMs)
  }
}
