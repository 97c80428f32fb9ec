import { httpDateMs } from './http-date.ts'

const dayMs = 86_400_000

/**
 * How long a `Retry-After` asks to wait, in milliseconds and at most `maxDays`; `undefined` where it says nothing that
 * can be read.
 */
export function retryAfterMs(header: string | undefined, now: Date, maxDays = 7): number | undefined {
  const text = header?.trim() ?? ''
  const until = /^\d+$/.test(text) ? Number(text) * 1000 : waitUntil(text, now)
  return until === undefined ? undefined : Math.min(Math.max(until, 0), maxDays * dayMs)
}

function waitUntil(date: string, now: Date): number | undefined {
  const ms = httpDateMs(date)
  return ms === undefined ? undefined : ms - now.getTime()
}
