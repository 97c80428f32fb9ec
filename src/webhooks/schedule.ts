const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How long an attempt comes behind the one before it (the schedule of Standard Webhooks): ten attempts in about three days. */
const delaysMs = [
  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]
/** What failed together is not tried again together. */
const jitter = 0.1
/** However long a receiver asks to be left alone, it is tried again after a day. */
export const longestRetryAfterDays = 1

/** How long to wait after so many attempts, each of which failed; `undefined` where no more are made. */
export function delayAfter(tries: number, random: () => number): number | undefined {
  const delay = delaysMs[tries]
  return delay === undefined ? undefined : Math.round(delay * (1 - jitter + 2 * jitter * random()))
}

const toleratedInARow = 4
const longestHoldMs = 5 * minute

/**
 * How long a receiver is sent nothing at all after so many failures in a row. Without it, each of a thousand deliveries to
 * a receiver that is down would find that out for itself.
 */
export function holdAfter(failures: number): number {
  if (failures <= toleratedInARow) return 0
  return Math.min(5 * second * 2 ** (failures - toleratedInARow - 1), longestHoldMs)
}

/** A webhook that has had no success for so long, while attempts were made, is disabled. */
export const disabledAfterMs = 5 * day
