import type { Change, ChangeType } from '../changes/change.ts'
import { endOfLog, readChanges } from '../changes/changes.ts'
import type { Transaction } from '../database/database.ts'
import { newId } from '../shared/ids.ts'
import { turns } from '../shared/turns.ts'
import type { Delivering, FindMatching } from './delivering.ts'
import {
  findNextReplay,
  insertDeliveries,
  insertTold,
  listTold,
  type NewDelivery,
  type ReplayRow,
  removeReplay,
  removeTold,
  updateReplay,
} from './outbox-store.ts'
import {
  findAny,
  findPlace,
  findWebhook,
  listListening,
  takeTurn,
  updatePlace,
  type WebhookRow,
} from './store.ts'
import type { WebhookQuery } from './webhook.ts'

type Dispatching = Pick<Delivering, 'database' | 'findMatching'>

/** Other writers wait meanwhile: after so long the rest is left to the next transaction. */
const sliceMs = 50
const rowsPerRound = 1000
const changesPerRound = 32
const changesPerReplay = 200

/**
 * Follows the change log from where it was last left, and writes a delivery for each webhook that a change concerns. Deliveries and
 * how far the log was followed are one transaction, so none is lost or made twice by whoever is killed. Answers whether something
 * was done; where there is no webhook there never is.
 */
export async function dispatchNext({ database, findMatching }: Dispatching): Promise<boolean> {
  // A look that finds nothing is no commit, which would cost every answer that is kept ready.
  if (!(await findAny(database))) return false
  const last = await endOfLog(database)
  if (last > (await findPlace(database))) return database.write((tx) => dispatchSlice(tx, findMatching))
  if (!(await findNextReplay(database))) return false
  return database.write((tx) => replaySlice(tx, findMatching))
}

/** Makes all deliveries that there are to make. For tests; answers how many transactions it took. */
export async function dispatchAll(dispatching: Dispatching): Promise<number> {
  let slices = 0
  while (await dispatchNext(dispatching)) slices++
  return slices
}

async function dispatchSlice(tx: Transaction, findMatching: FindMatching): Promise<boolean> {
  const place = await takeTurn(tx, 'dispatch')
  // Another process is at it.
  if (place === undefined) return false
  const webhooks = await listListening(tx)
  const limit = Math.max(1, Math.min(changesPerRound, Math.floor(rowsPerRound / (webhooks.length || 1))))
  const end = performance.now() + sliceMs
  for (let after = place; ; ) {
    const { changes, lastSeq, more } = await readChanges(tx, { after, limit, skipRemoved: true })
    await makeDeliveries(tx, { webhooks, changes, cause: 'change', findMatching })
    await updatePlace(tx, lastSeq)
    if (!more || performance.now() > end) return lastSeq > place
    after = lastSeq
  }
}

async function replaySlice(tx: Transaction, findMatching: FindMatching): Promise<boolean> {
  if ((await takeTurn(tx, 'dispatch')) === undefined) return false
  const replay = await findNextReplay(tx)
  const webhook = replay && (await findWebhook(tx, replay.webhook_id, 'everybody'))
  if (!webhook) return false
  const page = await readChanges(tx, {
    after: replay.next_seq - 1,
    limit: changesPerReplay,
    skipRemoved: true,
  })
  const changes = page.changes.filter(({ seq }) => seq <= replay.to_seq)
  await makeDeliveries(tx, {
    webhooks: [{ ...webhook, after_seq: 0 }],
    changes,
    cause: 'replay',
    findMatching,
  })
  await moveReplay(tx, replay, page.lastSeq)
  return true
}

async function moveReplay(tx: Transaction, { id, to_seq }: ReplayRow, reached: number): Promise<void> {
  if (reached >= to_seq) await removeReplay(tx, id)
  else await updateReplay(tx, id, reached + 1)
}

type Making = {
  webhooks: WebhookRow[]
  changes: Change[]
  cause: NewDelivery['cause']
  findMatching: FindMatching
}

async function makeDeliveries(tx: Transaction, { webhooks, changes, cause, findMatching }: Making) {
  if (changes.length === 0) return
  const articleIds = [...new Set(changes.filter(isOfArticle).map(({ resource }) => resource.id))]
  const matching = oncePerQuery((query) => findMatching(tx, query, articleIds))
  const turn = turns()
  for (const webhook of webhooks) {
    const asked = changes.filter((change) => isAsked(webhook, change))
    const told = webhook.query === null ? asked : await toldOf(tx, webhook, asked, matching)
    await insertDeliveries(
      tx,
      told.map((change) => deliveryOf(webhook, change, cause)),
    )
    await turn()
  }
}

const isOfArticle = ({ resource }: Change) => resource.type === 'article'

/** By its types and its place alone. A query has nothing to say of other things than articles, which so have to be asked for. */
function isAsked({ types, query, after_seq }: WebhookRow, change: Change): boolean {
  if (change.seq <= after_seq) return false
  const wanted: ChangeType[] | null = types === null ? null : JSON.parse(types)
  return wanted ? wanted.includes(change.type) : query === null || isOfArticle(change)
}

/** Keeps in mind of which articles a webhook with a query is told, since it has to hear when they leave the query. */
async function toldOf(
  tx: Transaction,
  { id, query }: WebhookRow,
  asked: Change[],
  matching: (query: string) => Promise<Set<string>>,
): Promise<Change[]> {
  const ids = [...new Set(asked.filter(isOfArticle).map(({ resource }) => resource.id))]
  if (ids.length === 0) return asked
  const matched = await matching(query ?? '')
  const known = new Set(await listTold(tx, id, ids))
  await insertTold(
    tx,
    id,
    ids.filter((articleId) => matched.has(articleId) && !known.has(articleId)),
  )
  // A deleted article never comes back.
  const deleted = asked.filter(({ type }) => type === 'article.deleted').map(({ resource }) => resource.id)
  await removeTold(
    tx,
    id,
    deleted.filter((articleId) => known.has(articleId)),
  )
  return asked.filter(
    (change) => !isOfArticle(change) || matched.has(change.resource.id) || known.has(change.resource.id),
  )
}

/** Many webhooks may have the same query. */
function oncePerQuery(find: (query: WebhookQuery) => Promise<Set<string>>) {
  const found = new Map<string, Promise<Set<string>>>()
  return (query: string) => {
    const known = found.get(query) ?? find(JSON.parse(query))
    found.set(query, known)
    return known
  }
}

function deliveryOf(webhook: WebhookRow, change: Change, cause: NewDelivery['cause']): NewDelivery {
  const { seq, at, type, resource, revision } = change
  return {
    id: newId(),
    webhook_id: webhook.id,
    cause,
    seq,
    at,
    type,
    resource_type: resource.type,
    resource_id: resource.id,
    revision,
  }
}
