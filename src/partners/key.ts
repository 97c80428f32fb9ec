import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { scopes } from '../http/access.ts'
import { line, moment, time } from '../http/parameters.ts'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const form = /^(nw_([0-9A-Za-z]{12})_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/
/** What a key that nobody has is compared with, so that it takes as long as one that somebody has. */
const hashOfNobody = hash('sha256', 'nobody')

/** A key as its holder sends it: `nw_<public id>_<secret><checksum>`, all of it letters, digits and two underscores. */
export function makeKey(): { key: string; publicId: string } {
  const publicId = base62(randomBytes(16), 12)
  const body = `nw_${publicId}_${base62(randomBytes(32), 43)}`
  return { key: body + checksum(body), publicId }
}

/** The public id in a key, or `undefined` where the form or the checksum is wrong: a typo never reaches the database. */
export function readPublicId(key: string): string | undefined {
  const [, body = '', publicId, sum] = form.exec(key) ?? []
  return sum === checksum(body) ? publicId : undefined
}

/** The only form in which a key is kept. Fast on purpose: 256 random bits need no slow hash. */
export function hashOf(key: string): string {
  return hash('sha256', key)
}

/** Compares in constant time; with the hash of nobody where there is none to compare with. */
export function isHash(presented: string, stored: string = hashOfNobody): boolean {
  return timingSafeEqual(Buffer.from(presented, 'hex'), Buffer.from(stored, 'hex'))
}

/** The last `length` digits of a number; 43 of them hold 256 bits. */
function base62(bytes: Buffer, length: number): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`)
  let digits = ''
  while (digits.length < length) {
    digits = alphabet[Number(rest % 62n)] + digits
    rest /= 62n
  }
  return digits
}

function checksum(body: string): string {
  let rest = crc32(body)
  let digits = ''
  while (digits.length < 6) {
    digits = alphabet[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

const example = {
  id: '019ab2c4-7b10-7d12-8a3e-5c1f9d2b4e60',
  partnerId: '019ab2c4-6f00-7b21-9c4d-3a8e7f1b2d50',
  name: 'Production importer',
  prefix: 'nw_4Kd81mZqTn0P',
  scopes: ['articles:write' as const, 'tags:write' as const],
  requestsPerMinute: null,
  requestsPerDay: 100_000,
  usage: [{ day: '2026-11-23', requests: 1280 }],
  createdAt: '2026-11-23T06:08:00.000Z',
  expiresAt: '2027-11-23T00:00:00.000Z',
  revokedAt: null,
}

export const UsageOfDays = z
  .array(z.object({ day: z.iso.date(), requests: z.int() }))
  .describe('Requests by day (UTC), of the last thirty those on which there were any.')

const quota = z.int().min(1).max(1_000_000_000).nullish()
const quotas = {
  requestsPerMinute: quota.describe('Without it, what holds for all keys: `RATE_LIMIT_KEY`.'),
  requestsPerDay: quota.describe('Of UTC. Without it, what holds for all keys: `RATE_LIMIT_KEY_DAY`.'),
}

const Scopes = z
  .array(z.enum(scopes))
  .min(1)
  .max(scopes.length)
  .overwrite((list) => [...new Set(list)])

/** A key without its secret, which nobody can read again. */
export const ApiKey = z
  .object({
    id: z.string(),
    partnerId: z.string().nullable(),
    name: z.string(),
    prefix: z.string().describe('How the key begins, to recognise it by. No secret.'),
    scopes: z.array(z.enum(scopes)),
    requestsPerMinute: z.int().nullable().describe('Null where what holds for all keys holds for it.'),
    requestsPerDay: z.int().nullable().describe('Null where what holds for all keys holds for it.'),
    usage: UsageOfDays,
    createdAt: time,
    expiresAt: time.nullable().describe('From then on it is refused.'),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'ApiKey', description: 'A key of a partner, without its secret.', example })
export type ApiKey = z.infer<typeof ApiKey>

export const IssuedKey = ApiKey.extend({
  key: z
    .string()
    .nullable()
    .describe('The key itself, shown this once. Null where the request was repeated: then issue another.'),
}).meta({
  id: 'IssuedKey',
  description: 'A new key, with the secret that is shown only here.',
  example: { ...example, key: 'nw_4Kd81mZqTn0P_shown-only-in-this-answer' },
})
export type IssuedKey = z.infer<typeof IssuedKey>

export const NewKey = z
  .strictObject({
    name: line(200).describe('What the key is for.'),
    scopes: Scopes.describe('What the key may do; `admin` includes all others.'),
    expiresAt: moment
      .nullish()
      .describe('From then on it is refused. Without it, it lasts until it is revoked.'),
    ...quotas,
  })
  .meta({
    id: 'NewKey',
    example: { name: example.name, scopes: example.scopes, expiresAt: example.expiresAt },
  })
export type NewKey = z.infer<typeof NewKey>

/** A merge patch (RFC 7396): what is absent stays, null clears. */
export const KeyPatch = z
  .strictObject({ name: line(200).optional(), ...quotas })
  .meta({ id: 'KeyPatch', example: { requestsPerMinute: 600, requestsPerDay: 100_000 } })
export type KeyPatch = z.infer<typeof KeyPatch>

export const KeyRotation = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(7 * 24 * 60 * 60)
      .default(0)
      .describe('How long the old key is still taken, at most 7 days. Without it, it is revoked at once.'),
  })
  // Nothing has to be said, so the body may be left out.
  .prefault({})
  .meta({ id: 'KeyRotation', example: { overlapSeconds: 3600 } })
export type KeyRotation = z.infer<typeof KeyRotation>
