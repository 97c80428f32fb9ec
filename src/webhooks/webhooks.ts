import { endOfLog } from '../changes/changes.ts'
import type { Queries, Transaction } from '../database/database.ts'
import type { Actor } from '../http/access.ts'
import { checkVersion } from '../http/preconditions.ts'
import { Failure, invalidField } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import { mergePatch } from '../shared/merge-patch.ts'
import { findSource } from '../sources/sources.ts'
import { requireTagId } from '../tags/slugs.ts'
import { parseQuery } from '../text-index/grammar.ts'
import { firstSecret, makeSecret, withSecret } from './secrets.ts'
import {
  countWebhooks,
  findAny,
  findWebhookForUpdate,
  insertWebhook,
  type Owner,
  removeWebhook,
  untroubled,
  updatePlace,
  updateWebhook,
  type WebhookRow,
  waitForTurn,
} from './store.ts'
import { type NewWebhook, type WebhookPatch, WebhookQuery } from './webhook.ts'

/** Each costs a row of the outbox for every change, so that nobody has them without end. */
const mostOfOneOwner = 100

/** Whose webhooks a key sees: its partner's, or its own where it has no partner; those of everybody for administrators. */
export function ownerOf({ keyId, partner, scopes }: Actor): Owner {
  if (scopes.includes('admin')) return 'everybody'
  return partner ? { partnerId: partner.id } : { keyId }
}

export type MadeWebhook = { row: WebhookRow; secret: string }

/** Makes a webhook, which hears of the changes from now on. */
export async function addWebhook(tx: Transaction, actor: Actor, input: NewWebhook): Promise<MadeWebhook> {
  const owner = ownerOf(actor)
  if (owner !== 'everybody' && (await countWebhooks(tx, owner)) >= mostOfOneOwner)
    throw new Failure('conflict', `There are ${mostOfOneOwner} webhooks already, and no more are taken.`)
  if (input.query) await checkQuery(tx, input.query)
  const secret = makeSecret()
  const row: WebhookRow = {
    id: newId(),
    partner_id: actor.partner?.id ?? null,
    key_id: actor.keyId,
    url: input.url,
    host: hostOf(input.url),
    description: input.description ?? null,
    types: jsonOf(input.types),
    query: jsonOf(input.query),
    secrets: firstSecret(secret),
    state: input.state ?? 'active',
    state_reason: null,
    state_since: tx.now,
    disabled_at_seq: null,
    after_seq: await beginFollowing(tx),
    last_success_at: null,
    last_failure_at: null,
    last_error: null,
    version: 1,
    created_at: tx.now,
    updated_at: tx.now,
    ...untroubled,
  }
  await insertWebhook(tx, row)
  return { row, secret }
}

/**
 * The end of the log, from which a new webhook hears. While there are no webhooks nobody follows the log: the first one lets
 * the place jump here. Another first one waits meanwhile, and then is none.
 */
async function beginFollowing(tx: Transaction): Promise<number> {
  await waitForTurn(tx, 'dispatch')
  const isFirst = !(await findAny(tx))
  const last = await endOfLog(tx)
  if (isFirst) await updatePlace(tx, last)
  return last
}

type Target = { id: string; owner: Owner }
type Accepted = { accepted: number[] | undefined }

/** Changes a webhook. Another address, or being set active, lets it begin as if nothing had failed. */
export async function changeWebhook(
  tx: Transaction,
  { patch, ...target }: Target & Accepted & { patch: WebhookPatch },
): Promise<WebhookRow> {
  const row = await requireWebhook(tx, target)
  const query = patchedQuery(row, patch)
  if (patch.query) await checkQuery(tx, query)
  const next: WebhookRow = {
    ...row,
    url: patch.url ?? row.url,
    host: hostOf(patch.url ?? row.url),
    description: patch.description === undefined ? row.description : patch.description,
    types: patch.types === undefined ? row.types : jsonOf(patch.types),
    query: jsonOf(query),
    ...stateOf(row, patch, tx.now),
    version: row.version + 1,
    updated_at: tx.now,
  }
  if (patch.url !== undefined || patch.state === 'active') Object.assign(next, untroubled)
  await updateWebhook(tx, next)
  return next
}

function stateOf(row: WebhookRow, { state }: WebhookPatch, now: string) {
  if (state === undefined || state === row.state) return {}
  return { state, state_reason: null, state_since: now, disabled_at_seq: null }
}

function patchedQuery(row: WebhookRow, { query }: WebhookPatch): WebhookQuery | null {
  const before: WebhookQuery | null = row.query === null ? null : JSON.parse(row.query)
  if (query === undefined) return before
  if (query === null) return null
  const merged = WebhookQuery.safeParse(mergePatch(before, query))
  if (!merged.success) throw invalidField('query', merged.error.issues[0]?.message ?? 'Cannot be read.')
  return merged.data
}

/** What could never find anything is told at once, since nobody is there to be told of it later. */
async function checkQuery(q: Queries, query: WebhookQuery | null): Promise<void> {
  if (!query) return
  if (query.q !== undefined) checkText(query.q)
  for (const name of ['tagsAll', 'tagsAny', 'tagsNone'] as const)
    for (const [index, slug] of (query[name] ?? []).entries())
      await requireTagId(q, slug, `query.${name}.${index}`)
  for (const name of ['source', 'sourceNone'] as const)
    for (const [index, id] of (query[name] ?? []).entries())
      if (!(await findSource(q, id)))
        throw invalidField(`query.${name}.${index}`, 'There is no source with this id.')
}

function checkText(text: string): void {
  try {
    parseQuery(text)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw invalidField('query.q', error.message.replace(/^q: /, ''))
  }
}

/** Takes a webhook away, with what is still to be sent to it. */
export async function dropWebhook(tx: Transaction, target: Target & Accepted): Promise<void> {
  const row = await requireWebhook(tx, target)
  await removeWebhook(tx, row.id)
}

/** Gives a webhook a new secret. Deliveries are signed with the former one, too, while the overlap lasts. */
export async function rotateSecret(
  tx: Transaction,
  { overlapSeconds, ...target }: Target & { overlapSeconds: number },
): Promise<MadeWebhook> {
  const row = await requireWebhook(tx, target)
  const secret = makeSecret()
  const until = new Date(Date.parse(tx.now) + overlapSeconds * 1000).toISOString()
  const next: WebhookRow = {
    ...row,
    secrets: withSecret(row.secrets, { secret, until, now: tx.now }),
    version: row.version + 1,
    updated_at: tx.now,
  }
  await updateWebhook(tx, next)
  return { row: next, secret }
}

/** The row, locked. Throws `not-found` for what belongs to others, too. */
export async function requireWebhook(
  tx: Transaction,
  { id, owner, accepted }: Target & Partial<Accepted>,
): Promise<WebhookRow> {
  const row = await findWebhookForUpdate(tx, id, owner)
  if (!row) throw noSuchWebhook()
  checkVersion(row.version, accepted)
  return row
}

export const noSuchWebhook = () => new Failure('not-found', 'There is no webhook with this id.')

/** What limits of a receiver count for, as a browser would write it. */
const hostOf = (url: string) => new URL(url).host

const jsonOf = (value: object | null | undefined) => (value ? JSON.stringify(value) : null)
