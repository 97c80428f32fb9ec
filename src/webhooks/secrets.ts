import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'

/** What deliveries are signed with: the newest first, the others until their end. */
const Secrets = z.array(z.object({ secret: z.string(), until: z.string().nullable() }))
type Secrets = z.infer<typeof Secrets>

/** A rotation behind a rotation behind a rotation: signatures are short, but not without end. */
const secretsKept = 4

/** 256 bits in the form of Standard Webhooks. */
export function makeSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

export function firstSecret(secret: string): string {
  return JSON.stringify([{ secret, until: null }] satisfies Secrets)
}

/** Puts a new secret in front. Those before it end with the overlap, or sooner where they were to. */
export function withSecret(
  kept: string,
  { secret, until, now }: { secret: string; until: string; now: string },
): string {
  const former = living(kept, now)
    .map((one) => ({ ...one, until: one.until !== null && one.until < until ? one.until : until }))
    .filter((one) => one.until > now)
  return JSON.stringify([{ secret, until: null }, ...former].slice(0, secretsKept) satisfies Secrets)
}

/** The value of `webhook-signature`: one signature for each secret that is in use, with blanks between (Standard Webhooks). */
export function signatures(
  secrets: string,
  { messageId, at, body }: { messageId: string; at: Date; body: string },
): string {
  return living(secrets, at.toISOString())
    .map(({ secret }) => new Webhook(secret).sign(messageId, at, body))
    .join(' ')
}

function living(kept: string, now: string): Secrets {
  return Secrets.parse(JSON.parse(kept)).filter(({ until }) => until === null || until > now)
}
