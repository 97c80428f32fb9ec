import type { ParsedFeed } from './item.ts'

const minute = 60_000
const hour = 60 * minute
const shortest = 15 * minute
const longest = 2 * hour
/** However long a server asks to be left alone. */
const longestHold = 7 * 24 * hour
const firstBackoff = 15 * minute
const longestBackoff = 24 * hour
/** Where a hub pushes what is new, a poll looks for what it lost. */
const besidePush = 24 * hour
const gapsCounted = 30
const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

export type Rhythm = {
  /** As an editor set it; null for the feed's own rhythm. */
  intervalMinutes: number | null
  /** What the last answer asked for: Cache-Control, Retry-After. */
  freshForMs: number
  retryAfterMs: number | null
  isPushed: boolean
  /** From 0 to 1: so that feeds which were added together are not fetched together for ever. */
  random: number
}

/** What a feed says of its rhythm; `times` are those of its newest items. Kept, since most answers bring no feed. */
export type Facts = Pick<ParsedFeed, 'ttlMinutes' | 'skipHours' | 'skipDays'> & { times: string[] }

export function factsOf({ ttlMinutes, skipHours, skipDays, items }: ParsedFeed): Facts {
  const times = items.flatMap(({ publishedAt }) => publishedAt ?? []).sort()
  return { ttlMinutes, skipHours, skipDays, times: times.slice(-gapsCounted) }
}

/**
 * When a feed that was read is to be read again: after a quarter of the mean gap between its items, or the editor's interval,
 * and not before it asked for.
 */
export function nextPoll(now: Date, facts: Facts, rhythm: Rhythm): Date {
  const own = rhythm.intervalMinutes === null ? adaptive(now, facts) : rhythm.intervalMinutes * minute
  const asked = Math.max((facts.ttlMinutes ?? 0) * minute, rhythm.freshForMs, rhythm.retryAfterMs ?? 0)
  const wait = Math.max(rhythm.isPushed ? besidePush : own, Math.min(asked, longestHold))
  return afterSkipped(new Date(now.getTime() + wait * (1 + rhythm.random / 10)), facts)
}

/** A feed of dozens of items a day is read every 15 minutes, a slow one every two hours. */
function adaptive(now: Date, facts: Facts): number {
  const times = facts.times.map((time) => Date.parse(time)).filter((time) => time <= now.getTime())
  const [oldest] = times
  if (oldest === undefined || times.length < 2) return longest
  // Up to now, not to the last item: a feed that has fallen silent is read less.
  return Math.min(longest, Math.max(shortest, (now.getTime() - oldest) / times.length / 4))
}

/** The first moment from `at` on that is in no hour and on no day at which the feed asks not to be read (UTC). */
function afterSkipped(at: Date, { skipHours, skipDays }: Facts): Date {
  const skipped = (time: Date) =>
    skipHours.includes(time.getUTCHours()) || skipDays.includes(days[time.getUTCDay()] as string)
  let time = at
  // A feed that forbids every hour of a week is read all the same.
  for (let hours = 0; skipped(time); hours++) {
    if (hours > 7 * 24) return at
    time = new Date(Math.floor(time.getTime() / hour + 1) * hour)
  }
  return time
}

/** When a feed that could not be read is tried again: twice as long after each failure, up to a day, and never not at all. */
export function nextAttempt(
  now: Date,
  { failures, retryAfterMs, random }: { failures: number; retryAfterMs: number | null; random: number },
): Date {
  const backoff = Math.min(longestBackoff, firstBackoff * 2 ** Math.min(failures - 1, 10))
  const wait = Math.max(backoff * (0.8 + 0.4 * random), Math.min(retryAfterMs ?? 0, longestHold))
  return new Date(now.getTime() + wait)
}
