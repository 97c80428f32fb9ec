import { setTimeout as sleep } from 'node:timers/promises'
import { createNewsweave, unwrap } from '../../openapi/client/src/index.ts'
import { openCopy, type Told, type Written } from './copy.ts'
import { askForLate, followByPolling, followInbox, followStream, receiveWebhooks } from './following.ts'
import { readAgain, readEverything } from './reading.ts'

// A partner: keeps a copy of a newsroom in a file, and may be killed at any time. It has what any partner has: the API and its client.
const { NEWSROOM = '', KEY = '', COPY = '', WAY, PASSES_OVER, WEBHOOK } = process.env
const news = createNewsweave({ baseUrl: NEWSROOM, key: KEY })
const copy = openCopy(COPY)
const following = { news, copy, read }

/** `PASSES_OVER` makes a careless partner, to show that carelessness shows. */
function read(changes: Told[]): Promise<Written[]> {
  return readAgain(
    news,
    copy,
    changes.filter(({ type }) => type !== PASSES_OVER),
  )
}

/** The end of the log is asked for first: what changes while everything is read is then read once more. */
async function readFirst(): Promise<void> {
  if (copy.position() !== undefined) return
  const query = { after: 999_999_999_999_999, limit: 1 }
  const { lastSeq } = await unwrap(news.GET('/v1/changes', { params: { query } }))
  copy.begin(await readEverything(news), lastSeq)
}

/** What fails is begun anew from what the copy says, as after a restart. */
async function again(work: () => Promise<void>): Promise<never> {
  for (;;) {
    try {
      await work()
    } catch (error) {
      console.error(error)
    }
    await sleep(500)
  }
}

if (WAY === 'webhooks') {
  const hook = JSON.parse(WEBHOOK ?? '')
  await receiveWebhooks(copy, hook)
  // From here on messages are gathered, so nothing is between them and what is read first.
  await unwrap(
    news.PATCH('/v1/webhooks/{id}', { params: { path: { id: hook.id } }, body: { state: 'active' } }),
  )
  await readFirst()
  await Promise.all([again(() => followInbox(following)), again(() => askForLate(news, hook))])
}
await readFirst()
if (WAY === 'stream') await again(() => followStream(following, { url: NEWSROOM, key: KEY }))
await again(() => followByPolling(following))
