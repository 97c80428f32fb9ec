import { httpDateMs } from './http-date.ts'

type Headers = Record<string, string>

/**
 * How long an answer says that it stays fresh from now on, in milliseconds: `max-age` less its `Age`, else `Expires`;
 * 0 where it must be asked for again. `undefined` where it says nothing.
 */
export function cacheLifetimeMs(headers: Headers, now: Date): number | undefined {
  const control = headers['cache-control']?.toLowerCase() ?? ''
  if (/(?:^|[\s,])no-(?:store|cache)\b/.test(control)) return 0
  const seconds = /(?:^|[\s,])max-age\s*=\s*"?(\d+)/.exec(control)?.[1]
  if (seconds !== undefined) return Math.max(Number(seconds) - ageOf(headers), 0) * 1000
  return headers.expires === undefined ? undefined : untilExpiry(headers, now)
}

function ageOf({ age = '' }: Headers): number {
  return /^\d+$/.test(age) ? Number(age) : 0
}

/** Measured against the server's own clock where it tells the time. What is no date has expired (RFC 9111, 5.3). */
function untilExpiry({ expires = '', date = '' }: Headers, now: Date): number {
  const from = httpDateMs(date) ?? now.getTime()
  return Math.max((httpDateMs(expires) ?? from) - from, 0)
}
