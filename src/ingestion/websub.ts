import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { OutboundError, outboundReason } from '../outbound/outbound-error.ts'
import { redirectTarget, requestTarget } from '../outbound/redirects.ts'
import { Failure } from '../shared/failure.ts'
import { type ClaimedFeed, claimPushed } from '../sources/polling.ts'
import { type Ingestion, leaseMs } from './ingestion.ts'
import { readPushed } from './poll.ts'
import { findSubscription, type SubscriptionRow, upsertSubscription } from './subscription-store.ts'

const day = 24 * 60 * 60 * 1000
/** Hubs may give less. It is renewed at the first poll of its last two days: beside a hub there is one a day. */
const leaseSeconds = 10 * 24 * 60 * 60
const renewedBefore = 2 * day
/** However long a hub gives: once in a while it is asked anew. */
const longestLeaseSeconds = 30 * 24 * 60 * 60
/** A hub may send us on to another one (WebSub, section 5.2). */
const hubsFollowed = 3
/** Hubs sign with what they know; MD5 and the like are in no list of WebSub. */
const algorithms = ['sha1', 'sha256', 'sha384', 'sha512']

type Hub = { hubUrl: string | null; topicUrl: string | null }

/**
 * Subscribes to the hub that a feed names, or renews that (WebSub, W3C Recommendation). Where it fails, polling goes on as it
 * did, and a day later it is tried again.
 */
export async function subscribe(
  { database, client, clock, publicUrl, logger }: Ingestion,
  { source_id, feed_url }: Pick<ClaimedFeed, 'source_id' | 'feed_url'>,
  { hubUrl, topicUrl }: Hub,
): Promise<void> {
  const callbackBase = publicUrl()
  if (!hubUrl || !callbackBase) return
  const topic = topicUrl ?? feed_url
  const known = await findSubscription(database, source_id)
  if (known && isEnough(known, { hubUrl, topicUrl: topic }, clock())) return
  const kept = known?.hub_url === hubUrl && known.topic_url === topic
  const row: SubscriptionRow = {
    source_id,
    hub_url: hubUrl,
    topic_url: topic,
    secret: kept ? known.secret : randomBytes(32).toString('hex'),
    state: kept && known.state === 'active' ? 'active' : 'requested',
    requested_at: clock().toISOString(),
    expires_at: kept ? known.expires_at : null,
  }
  // Written before it is asked for, since the hub may verify before it answers.
  await database.write((tx) => upsertSubscription(tx, row))
  const problem = await ask({ client }, row, `${callbackBase}${callbackPath(row)}`)
  if (problem === undefined) return
  await database.write((tx) => upsertSubscription(tx, { ...row, state: 'refused' }))
  logger.warn({ sourceId: source_id, hub: hubUrl, problem }, 'the hub of a feed gave no subscription')
}

/** An address that only the hub knows, since whoever knows it could tell us that we are subscribed. */
export function callbackPath({ source_id, secret }: Pick<SubscriptionRow, 'source_id' | 'secret'>): string {
  return `/v1/websub/${source_id}/${tokenOf(secret)}`
}

const tokenOf = (secret: string) => createHmac('sha256', secret).update('callback').digest('base64url')

function isEnough(row: SubscriptionRow, { hubUrl, topicUrl }: Hub, now: Date): boolean {
  if (row.hub_url !== hubUrl || row.topic_url !== topicUrl) return false
  const sinceAsked = now.getTime() - Date.parse(row.requested_at)
  if (row.state !== 'active' || row.expires_at === null) return sinceAsked < day
  return Date.parse(row.expires_at) - now.getTime() > renewedBefore || sinceAsked < day / 24
}

/** What was wrong, if something was. */
async function ask(
  { client }: Pick<Ingestion, 'client'>,
  row: SubscriptionRow,
  callback: string,
): Promise<string | undefined> {
  const body = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.topic': row.topic_url,
    'hub.callback': callback,
    'hub.secret': row.secret,
    'hub.lease_seconds': String(leaseSeconds),
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  let url = row.hub_url
  try {
    for (let asked = 0; asked <= hubsFollowed; asked++) {
      const { status, headers: answered } = await client.request({ url, method: 'POST', headers, body })
      const isSentOn = status === 307 || status === 308
      if (!isSentOn) return status >= 200 && status < 300 ? undefined : `The hub answered ${status}.`
      url = redirectTarget(requestTarget(url), answered.location ?? '').href
    }
    return 'The hub sends on to others without end.'
  } catch (error) {
    if (error instanceof OutboundError) return outboundReason(error)
    throw error
  }
}

/** The address at which a hub reached us. */
export type Callback = { id: string; token: string }

async function subscriptionAt(
  { database }: Pick<Ingestion, 'database'>,
  { id, token }: Callback,
): Promise<SubscriptionRow> {
  const row = await findSubscription(database, id)
  if (!row || !isEqual(Buffer.from(token), Buffer.from(tokenOf(row.secret))))
    throw new Failure('not-found', 'There is no subscription for this address.')
  return row
}

const isEqual = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b)

export type Verification = { mode: string; topic?: string; challenge?: string; leaseSeconds?: number }

/** What a hub is answered that asks whether we meant it: its challenge. Throws `not-found` where we did not. */
export async function verify(
  { database, clock }: Pick<Ingestion, 'database' | 'clock'>,
  callback: Callback,
  { mode, topic, challenge, leaseSeconds: seconds }: Verification,
): Promise<string> {
  const row = await subscriptionAt({ database }, callback)
  if (row.topic_url !== topic) throw new Failure('not-found', 'Nobody here asked for that.')
  if (mode === 'denied') {
    await database.write((tx) => upsertSubscription(tx, { ...row, state: 'refused' }))
    return ''
  }
  if (mode !== 'subscribe' || challenge === undefined)
    throw new Failure('not-found', 'Nobody here asked for that.')
  const lease = Math.min(seconds ?? leaseSeconds, longestLeaseSeconds)
  const expiresAt = new Date(clock().getTime() + lease * 1000).toISOString()
  await database.write((tx) => upsertSubscription(tx, { ...row, state: 'active', expires_at: expiresAt }))
  return challenge
}

/** Reads what a hub has pushed. Throws `not-found` without a subscription, `forbidden` where its signature is not ours. */
export async function acceptPush(
  ingestion: Ingestion,
  callback: Callback,
  pushed: { body: Uint8Array; contentType: string | null; signature: string | undefined },
): Promise<void> {
  const row = await subscriptionAt(ingestion, callback)
  if (!isSigned(row.secret, pushed.body, pushed.signature))
    throw new Failure(
      'forbidden',
      'X-Hub-Signature is missing, or not made with the secret of the subscription.',
    )
  const feed = await ingestion.database.write((tx) => claimPushed(tx, row.source_id, leaseMs))
  if (feed) await readPushed(ingestion, feed, pushed)
}

function isSigned(secret: string, body: Uint8Array, signature = ''): boolean {
  const [algorithm = '', sent = ''] = signature.split('=')
  if (!algorithms.includes(algorithm)) return false
  const made = createHmac(algorithm, secret).update(body).digest()
  return isEqual(Buffer.from(sent, 'hex'), made)
}
