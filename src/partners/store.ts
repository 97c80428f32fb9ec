import type { Queries, Transaction } from '../database/database.ts'
import { empty, type Sql, sql, where } from '../database/sql.ts'
import type { partnerStates } from './partner.ts'

export type PartnerRow = {
  id: string
  name: string
  contact: string | null
  state: (typeof partnerStates)[number]
  version: number
  created_at: string
  updated_at: string
}

export type KeyRow = {
  id: string
  public_id: string
  partner_id: string | null
  name: string
  /** A JSON array. */
  scopes: string
  hash: string
  /** Null where what holds for all holds for it. */
  requests_per_minute: number | null
  requests_per_day: number | null
  version: number
  created_at: string
  expires_at: string | null
  revoked_at: string | null
}

/** A key with what is needed of its partner, who may be none. */
export type CredentialRow = KeyRow & {
  partner_name: string | null
  partner_state: PartnerRow['state'] | null
}

const partnerColumns = sql`id, name, contact, state, version, created_at, updated_at`
const keyColumns = sql`k.id, k.public_id, k.partner_id, k.name, k.scopes, k.hash, k.requests_per_minute,
  k.requests_per_day, k.version, k.created_at, k.expires_at, k.revoked_at`
const keysWithPartners = sql`
  select ${keyColumns}, p.name as partner_name, p.state as partner_state
  from api_key k left join partner p on p.id = k.partner_id`

export function findPartner(q: Queries, id: string): Promise<PartnerRow | undefined> {
  return q.one(sql`select ${partnerColumns} from partner where id = ${id}`)
}

export function findPartnerForUpdate(tx: Transaction, id: string): Promise<PartnerRow | undefined> {
  return tx.one(sql`select ${partnerColumns} from partner where id = ${id} ${tx.dialect.forUpdate}`)
}

/** Two are enough to know that a name means nobody in particular. */
export function listPartnersByName(q: Queries, name: string): Promise<{ id: string }[]> {
  return q.all(sql`select id from partner where name = ${name} order by id limit 2`)
}

/** In the order in which they were added. */
export function partnersStatement({ after, limit }: { after?: string; limit: number }): Sql {
  const conditions = after === undefined ? [] : [sql`id > ${after}`]
  return sql`select ${partnerColumns} from partner ${where(conditions)} order by id limit ${limit}`
}

export function listPartners(q: Queries, page: { after?: string; limit: number }): Promise<PartnerRow[]> {
  return q.all(partnersStatement(page))
}

export async function insertPartner(tx: Transaction, row: PartnerRow): Promise<void> {
  await tx.run(sql`
    insert into partner (${partnerColumns})
    values (${row.id}, ${row.name}, ${row.contact}, ${row.state}, ${row.version}, ${row.created_at}, ${row.updated_at})`)
}

export async function updatePartner(tx: Transaction, row: PartnerRow): Promise<void> {
  await tx.run(sql`
    update partner
    set name = ${row.name}, contact = ${row.contact}, state = ${row.state}, version = ${row.version},
      updated_at = ${row.updated_at}
    where id = ${row.id}`)
}

/** Takes its keys with it. */
export async function removePartner(tx: Transaction, id: string): Promise<void> {
  await tx.run(sql`delete from partner where id = ${id}`)
}

/** Read on every request with a key. */
export function findCredential(q: Queries, publicId: string): Promise<CredentialRow | undefined> {
  return q.one(sql`${keysWithPartners} where k.public_id = ${publicId}`)
}

export function findKey(q: Queries, partnerId: string, id: string): Promise<KeyRow | undefined> {
  return q.one(sql`select ${keyColumns} from api_key k where k.id = ${id} and k.partner_id = ${partnerId}`)
}

/** A key of a partner by its id; or whosever it is, by its id or its prefix. */
export function findKeyForUpdate(
  tx: Transaction,
  key: { id: string; partnerId: string } | { idOrPrefix: string },
): Promise<KeyRow | undefined> {
  const condition =
    'partnerId' in key
      ? sql`k.id = ${key.id} and k.partner_id = ${key.partnerId}`
      : sql`k.id = ${key.idOrPrefix} or k.public_id = ${key.idOrPrefix.replace(/^nw_/, '')}`
  return tx.one(sql`select ${keyColumns} from api_key k where ${condition} ${tx.dialect.forUpdate}`)
}

/** The keys of a partner, in the order in which they were issued. */
export function keysStatement({
  partnerId,
  after,
  limit,
}: {
  partnerId: string
  after?: [string, string]
  limit: number
}): Sql {
  const behind = after ? sql`and (k.created_at, k.id) > (${after[0]}, ${after[1]})` : empty
  return sql`
    select ${keyColumns} from api_key k where k.partner_id = ${partnerId} ${behind}
    order by k.created_at, k.id limit ${limit}`
}

export function listKeysOfPartner(
  q: Queries,
  page: { partnerId: string; after?: [string, string]; limit: number },
): Promise<KeyRow[]> {
  return q.all(keysStatement(page))
}

export function listAllKeys(q: Queries): Promise<CredentialRow[]> {
  return q.all(sql`${keysWithPartners} order by k.created_at, k.id`)
}

/** Keys with the scope `admin` that are taken at this time. Scopes are lower case, so engines agree on this `like`. */
export async function countLivingAdminKeys(q: Queries, now: string): Promise<number> {
  const row = await q.one<{ count: number }>(sql`
    select count(*) as count from api_key k left join partner p on p.id = k.partner_id
    where k.scopes like '%"admin"%' and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${now})
      and (p.id is null or p.state = 'active')`)
  return row?.count ?? 0
}

export async function insertKey(tx: Transaction, row: KeyRow): Promise<void> {
  await tx.run(sql`
    insert into api_key (id, public_id, partner_id, name, scopes, hash, requests_per_minute, requests_per_day, version,
      created_at, expires_at, revoked_at)
    values (${row.id}, ${row.public_id}, ${row.partner_id}, ${row.name}, ${row.scopes}, ${row.hash},
      ${row.requests_per_minute}, ${row.requests_per_day}, ${row.version}, ${row.created_at}, ${row.expires_at},
      ${row.revoked_at})`)
}

/** Writes what may change of a key: its name, its quotas and its end. */
export async function updateKey(tx: Transaction, row: KeyRow): Promise<void> {
  await tx.run(sql`
    update api_key
    set name = ${row.name}, requests_per_minute = ${row.requests_per_minute}, requests_per_day = ${row.requests_per_day},
      expires_at = ${row.expires_at}, revoked_at = ${row.revoked_at}, version = ${row.version}
    where id = ${row.id}`)
}
