import type { Timeouts } from '../outbound/client.ts'
import { OutboundError } from '../outbound/outbound-error.ts'
import { isRedirect } from '../outbound/redirects.ts'
import { retryAfterMs } from '../outbound/retry-after.ts'
import type { Delivering } from './delivering.ts'
import type { Attempt } from './delivery.ts'
import type { Payload } from './payload.ts'
import { longestRetryAfterDays } from './schedule.ts'
import { signatures } from './secrets.ts'

/** From 15 to 30 seconds are what Standard Webhooks leaves a receiver. */
const timeoutMs = 15_000
const timeouts: Timeouts = { headersMs: timeoutMs, betweenBytesMs: timeoutMs, wholeMs: timeoutMs }
/** Of an answer the status counts; its beginning helps whoever looks for the cause. */
const answerBytes = 1000
const answerBytesRead = 1024 ** 2

export type Message = {
  url: string
  /** As they are kept. */
  secrets: string
  messageId: string
  payload: Payload
}

/** What came of an attempt. `retryAfterMs` where the receiver asked to be left alone. */
export type Outcome = Attempt & { retryAfterMs: number | undefined }

/** Sends a message once (Standard Webhooks 1.0). Rejects only where `signal` is aborted, and with its reason. */
export async function sendMessage(
  { client, clock }: Pick<Delivering, 'client' | 'clock'>,
  { url, secrets, messageId, payload }: Message,
  signal?: AbortSignal,
): Promise<Outcome> {
  const at = clock()
  const started = performance.now()
  const body = JSON.stringify(payload)
  const ended = () => ({ at: at.toISOString(), durationMs: Math.round(performance.now() - started) })
  try {
    const answer = await client.request({
      url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // What is wrong with an encoding would hide what was answered.
        'accept-encoding': 'identity',
        'webhook-id': messageId,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': signatures(secrets, { messageId, at, body }),
      },
      body,
      timeouts,
      maxBytes: answerBytesRead,
      maxDecodedBytes: answerBytes,
      cut: true,
      ...(signal && { signal }),
    })
    const { status, headers } = answer
    return {
      ...ended(),
      status,
      error: errorOf(status),
      answer: beginningOf(answer.body),
      retryAfterMs: askedToWait(status, headers['retry-after'], clock()),
    }
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    return { ...ended(), status: null, error: error.message, answer: null, retryAfterMs: undefined }
  }
}

export const isDelivered = ({ status, error }: Attempt) => status !== null && error === null

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null
  return `It answered ${status}${isRedirect(status) ? '; redirects are not followed' : ''}.`
}

function askedToWait(status: number, header: string | undefined, now: Date): number | undefined {
  return status === 429 || status === 503 ? retryAfterMs(header, now, longestRetryAfterDays) : undefined
}

/** As text, whatever it was, without what no database keeps. */
function beginningOf(body: Uint8Array): string | null {
  const text = Buffer.from(body.subarray(0, answerBytes)).toString('utf8').replaceAll('\0', '\ufffd')
  return text === '' ? null : text
}
