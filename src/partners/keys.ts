import type { Queries, Transaction } from '../database/database.ts'
import { checkVersion } from '../http/preconditions.ts'
import { Failure, invalidField } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import { type ApiKey, hashOf, type KeyPatch, makeKey, type NewKey } from './key.ts'
import { addPartner, noSuchPartner } from './partners.ts'
import {
  countLivingAdminKeys,
  findKeyForUpdate,
  findPartnerForUpdate,
  insertKey,
  type KeyRow,
  listAllKeys,
  listPartnersByName,
  updateKey,
} from './store.ts'
import { storedUsage } from './usage.ts'

/** Whose a new key is: a partner's by id or name (one with a new name is made), or nobody's but the operator's. */
export type KeyOwner = { partnerId?: string; partnerName?: string }

/** A key that was made: its row, and the key itself, which is kept nowhere and can be shown only now. */
export type MadeKey = { row: KeyRow; key: string }

/** Makes a key. Throws `not-found` for an unknown partner, `validation-failed` for an end that has passed. */
export async function createKey(
  tx: Transaction,
  { partnerId, partnerName, ...input }: NewKey & KeyOwner,
): Promise<MadeKey> {
  const expiresAt = input.expiresAt ?? null
  if (expiresAt !== null && expiresAt <= tx.now) throw invalidField('expiresAt', 'Has passed.')
  const owner = partnerName === undefined ? partnerId : await partnerNamed(tx, partnerName)
  // Locked, so that the partner is not deleted meanwhile.
  if (owner !== undefined && !(await findPartnerForUpdate(tx, owner))) throw noSuchPartner()
  const { key, publicId } = makeKey()
  const row: KeyRow = {
    id: newId(),
    public_id: publicId,
    partner_id: owner ?? null,
    name: input.name,
    scopes: JSON.stringify(input.scopes),
    hash: hashOf(key),
    requests_per_minute: input.requestsPerMinute ?? null,
    requests_per_day: input.requestsPerDay ?? null,
    version: 1,
    created_at: tx.now,
    expires_at: expiresAt,
    revoked_at: null,
  }
  await insertKey(tx, row)
  return { row, key }
}

async function partnerNamed(tx: Transaction, name: string): Promise<string> {
  const [found, second] = await listPartnersByName(tx, name)
  if (second) throw new Failure('conflict', 'Several partners have this name: give the id of one.')
  return (found ?? (await addPartner(tx, { name }))).id
}

/**
 * Makes a key that takes the place of another: same name, scopes, quotas and end. The old one is revoked at once, or ends with
 * the overlap. Throws `conflict` where the old one is not taken any more.
 */
export async function rotateKey(
  tx: Transaction,
  input: { partnerId: string; id: string; overlapSeconds: number },
): Promise<MadeKey> {
  const old = await requireKey(tx, input)
  if (old.revoked_at !== null || (old.expires_at !== null && old.expires_at <= tx.now)) {
    throw new Failure('conflict', 'The key is revoked or has expired: issue a new one instead.')
  }
  const made = await createKey(tx, {
    partnerId: input.partnerId,
    name: old.name,
    scopes: JSON.parse(old.scopes),
    expiresAt: old.expires_at,
    requestsPerMinute: old.requests_per_minute,
    requestsPerDay: old.requests_per_day,
  })
  const { overlapSeconds } = input
  const end = new Date(Date.parse(tx.now) + overlapSeconds * 1000).toISOString()
  await updateKey(tx, {
    ...old,
    ...(overlapSeconds === 0 ? { revoked_at: tx.now } : { expires_at: earlier(end, old.expires_at) }),
    version: old.version + 1,
  })
  return made
}

const earlier = (end: string, other: string | null) => (other !== null && other < end ? other : end)

/** Changes the name or the quotas of a key, which hold from the next request on. */
export async function changeKey(
  tx: Transaction,
  {
    patch,
    accepted,
    ...input
  }: { partnerId: string; id: string; patch: KeyPatch; accepted: number[] | undefined },
): Promise<KeyRow> {
  const row = await requireKey(tx, input)
  checkVersion(row.version, accepted)
  const { name = row.name, requestsPerMinute, requestsPerDay } = patch
  const next: KeyRow = {
    ...row,
    name,
    requests_per_minute: requestsPerMinute === undefined ? row.requests_per_minute : requestsPerMinute,
    requests_per_day: requestsPerDay === undefined ? row.requests_per_day : requestsPerDay,
    version: row.version + 1,
  }
  await updateKey(tx, next)
  return next
}

/**
 * Revokes a key, which is refused from the next request on. One that is revoked already stays as it is, whatever version is
 * accepted: what was asked for has been done. Where no partner is named, `id` may be the prefix of the key.
 */
export async function revokeKey(
  tx: Transaction,
  { accepted, ...input }: { partnerId?: string; id: string; accepted?: number[] | undefined },
): Promise<void> {
  const row = await requireKey(tx, input)
  if (row.revoked_at !== null) return
  checkVersion(row.version, accepted)
  await updateKey(tx, { ...row, revoked_at: tx.now, version: row.version + 1 })
}

/** The key of this partner, or whosever where none is named. */
async function requireKey(
  tx: Transaction,
  { id, partnerId }: { id: string; partnerId?: string },
): Promise<KeyRow> {
  const row = await findKeyForUpdate(tx, partnerId === undefined ? { idOrPrefix: id } : { id, partnerId })
  if (!row) throw partnerId === undefined ? noKeyAtAll() : noSuchKey()
  return row
}

/** All keys with the names of their partners, for an operator. */
export async function listKeys(q: Queries): Promise<(ApiKey & { partnerName: string | null })[]> {
  const rows = await listAllKeys(q)
  const usage = await storedUsage(
    q,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({ ...apiKeyOf(row, usage.get(row.id)), partnerName: row.partner_name }))
}

/** Makes an administrator's key where none is alive, and answers it to be shown once. */
export async function ensureAdminKey(tx: Transaction): Promise<string | undefined> {
  // Two processes that start at once make one key between them.
  if (tx.dialect.migrationLock) await tx.run(tx.dialect.migrationLock)
  if ((await countLivingAdminKeys(tx, tx.now)) > 0) return undefined
  return (await createKey(tx, { name: 'Administrator', scopes: ['admin'] })).key
}

const noKeyAtAll = () =>
  new Failure('not-found', 'There is no key with this id or prefix: "newsweave key list" shows them.')

export const noSuchKey = () => new Failure('not-found', 'The partner has no key with this id.')

/** The key as it is shown, with how often it was used. */
export function apiKeyOf(row: KeyRow, usage: ApiKey['usage'] = []): ApiKey {
  return {
    id: row.id,
    partnerId: row.partner_id,
    name: row.name,
    prefix: `nw_${row.public_id}`,
    scopes: JSON.parse(row.scopes),
    requestsPerMinute: row.requests_per_minute,
    requestsPerDay: row.requests_per_day,
    usage,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }
}
