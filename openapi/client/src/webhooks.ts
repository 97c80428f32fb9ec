import type { ChangeType } from './resources.ts'

/** What a webhook tells: thin, so that the resource is read for how it is now. */
export type WebhookEvent = {
  /** A type of the change log, or one of the webhook itself, such as a test. */
  type: ChangeType | (string & {})
  /** When it happened, RFC 3339. */
  timestamp: string
  data: {
    /** The place in the log of changes; null for a test. */
    seq: number | null
    /** Where to read it; null for a related link, which has no address of its own. */
    resource: { type: string; id: string; url: string | null }
    revision: number | null
  }
}

export type WebhookFault = 'headers' | 'timestamp' | 'signature' | 'secret' | 'payload'

/** A message that must not be believed, and why. Answer it with 400. */
export class WebhookError extends Error {
  readonly fault: WebhookFault

  constructor(fault: WebhookFault, message: string) {
    super(message)
    this.name = 'WebhookError'
    this.fault = fault
  }
}

type HeaderRecord = Record<string, string | string[] | undefined>

export type VerifyOptions = {
  /** How far the time of the message may be from the clock here, in seconds: a message that was caught cannot be sent again later. */
  toleranceSeconds?: number
  now?: Date
}

/**
 * Verifies a message by Standard Webhooks and answers its payload. `body` is the body as it came, before any parsing. While a
 * secret is rotated several may be given; one that fits is enough, as is one of several signatures.
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: Headers | HeaderRecord,
  secret: string | string[],
  { toleranceSeconds = 300, now = new Date() }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  checkTime(timestamp, toleranceSeconds, now)
  const signatures = signaturesIn(headerOf(headers, 'webhook-signature'))
  const content = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), content)
  for (const key of await Promise.all([secret].flat().map(importSecret))) {
    for (const signature of signatures) {
      // Compares in constant time.
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) return payloadOf(content)
    }
  }
  throw new WebhookError('signature', 'No signature is of this secret.')
}

function headerOf(headers: Headers | HeaderRecord, name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  if (typeof value === 'string' && value !== '') return value
  throw new WebhookError('headers', `The header ${name} is missing.`)
}

function checkTime(timestamp: string, toleranceSeconds: number, now: Date): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError('timestamp', 'webhook-timestamp is no time.')
  const ageSeconds = now.getTime() / 1000 - Number(timestamp)
  if (Math.abs(ageSeconds) <= toleranceSeconds) return
  throw new WebhookError('timestamp', `The message is ${ageSeconds > 0 ? 'too old' : 'of the future'}.`)
}

/** Signatures of other versions are passed over. */
function signaturesIn(header: string): Uint8Array<ArrayBuffer>[] {
  const texts = header.split(' ').flatMap((part) => (part.startsWith('v1,') ? [part.slice(3)] : []))
  return texts.flatMap((text) => bytesOf(text) ?? [])
}

async function importSecret(secret: string): Promise<CryptoKey> {
  const bytes = bytesOf(secret.replace(/^whsec_/, ''))
  if (!bytes || bytes.length === 0) throw new WebhookError('secret', 'The secret is not of the form whsec_….')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}

function payloadOf(content: Uint8Array): WebhookEvent {
  try {
    const payload = JSON.parse(new TextDecoder().decode(content))
    if (typeof payload.type === 'string' && typeof payload.data === 'object') return payload
  } catch {
    // Told below, as all that is no payload.
  }
  throw new WebhookError('payload', 'The body is not the payload of a webhook.')
}
