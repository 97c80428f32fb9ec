import type { Database, Queries } from '../database/database.ts'
import type { KeyCounts, KeyQuotas } from '../http/rate-limits.ts'
import { addUsage, listUsage, listUsageOn, removeUsage, type UsageRow } from './usage-store.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const exchangeMs = 1000
/** What is counted far from a limit is written this late: each write makes answers that are kept ready stale. */
const lateMs = 15_000
/** Near is where as much as this part of what is left has been counted and not been written. */
const nearPart = 1 / 10
const keptDays = 366
const shownDays = 30
const rowsPerStatement = 500
const forgottenAfterMs = 10 * minuteMs

type Counts = { stored: number; pending: number }
type Usage = {
  keyId: string
  dayNumber: number
  day: Counts
  minuteNumber: number
  minute: Counts
  limits: { minute: number; day: number }
  writtenMs: number
  askedMs: number
}

export type KeyUsage = KeyCounts & {
  /** Writes what has been counted, and learns what others have: the timer does it each second. */
  exchange(): Promise<void>
  /** Requests by day, the last thirty, with what this process has not written yet. */
  daysOf(keyId: string): Promise<DayUsage[]>
  close(): Promise<void>
}
export type DayUsage = { day: string; requests: number }

/**
 * Counts requests by key, for the minute and the day (UTC) in which they come. A process counts in memory and exchanges what it
 * counted with the database about once a second, in one statement: near a limit it writes, far from one it only reads what
 * others wrote, and writes every fifteen seconds. So a limit that several processes count is exceeded by about as much as comes in a
 * second, a restart loses nothing, and kill -9 what was not written: no more than fifteen seconds, and less than a tenth of what
 * was left. Requests that are refused are not counted.
 */
export function keyUsage(database: Database, onError: (error: unknown) => void): KeyUsage {
  const usages = new Map<string, Usage>()
  const loading = new Map<string, Promise<Usage>>()
  /** Of days that have passed. */
  const owed: UsageRow[] = []
  let cleanedDay = 0
  let exchanging: Promise<void> | undefined

  function usageAt(usage: Usage, nowMs: number): Usage {
    const minuteNumber = Math.floor(nowMs / minuteMs)
    if (usage.minuteNumber === minuteNumber) return usage
    const dayNumber = Math.floor(nowMs / dayMs)
    if (usage.dayNumber !== dayNumber) {
      if (usage.day.pending > 0) owed.push({ ...rowOf(usage), minute_requests: 0 })
      Object.assign(usage, { dayNumber, day: { stored: 0, pending: 0 } })
    }
    return Object.assign(usage, { minuteNumber, minute: { stored: 0, pending: 0 } })
  }

  async function load(keyId: string, nowMs: number): Promise<Usage> {
    const usage = newUsage(keyId, nowMs)
    const [row] = await listUsageOn(database, [keyId], dateOf(usage.dayNumber))
    if (row) learn(usage, row)
    usages.set(keyId, usage)
    loading.delete(keyId)
    return usage
  }

  /** Before it is first counted here a key's usage is read, so that a restart forgets nothing. */
  function count(keyId: string, limits: KeyQuotas, nowMs: number) {
    const known = usages.get(keyId)
    if (known) return counted(usageAt(known, nowMs), limits, nowMs)
    const loaded = loading.get(keyId) ?? load(keyId, nowMs)
    loading.set(keyId, loaded)
    return loaded.then(
      (usage) => counted(usageAt(usage, nowMs), limits, nowMs),
      (error) => {
        loading.delete(keyId)
        throw error
      },
    )
  }

  async function write(due: Usage[], nowMs: number): Promise<void> {
    const rows = [...owed.splice(0), ...due.map(rowOf)].sort((a, b) => (a.key_id < b.key_id ? -1 : 1))
    try {
      for (let at = 0; at < rows.length; at += rowsPerStatement) {
        const slice = rows.slice(at, at + rowsPerStatement)
        const stored = await database.write((tx) => addUsage(tx, slice))
        for (const row of slice) settle(usages.get(row.key_id), row, nowMs)
        for (const row of stored) learn(usages.get(row.key_id), row)
      }
    } catch (error) {
      // What is of this day is still pending; days that have passed are kept for the next time.
      owed.push(...rows.filter(({ day }) => day < dateOf(Math.floor(nowMs / dayMs))))
      throw error
    }
  }

  async function once(nowMs: number, all: boolean): Promise<void> {
    const active = [...usages.values()].filter(
      (usage) => usage.day.pending > 0 || nowMs - usage.askedMs < 2 * exchangeMs,
    )
    const isDue = (usage: Usage) =>
      usage.day.pending > 0 && (all || isNear(usage) || nowMs - usage.writtenMs >= lateMs)
    const due = active.filter(isDue)
    if (due.length > 0 || owed.length > 0) await write(due, nowMs)
    const rest = active.filter((usage) => !due.includes(usage)).map(({ keyId }) => keyId)
    for (let at = 0; at < rest.length; at += rowsPerStatement) {
      const ids = rest.slice(at, at + rowsPerStatement)
      const rows = await listUsageOn(database, ids, dateOf(Math.floor(nowMs / dayMs)))
      for (const row of rows) learn(usages.get(row.key_id), row)
    }
    await clean(nowMs, due.length > 0)
  }

  async function clean(nowMs: number, hasWritten: boolean): Promise<void> {
    for (const usage of usages.values()) {
      if (usage.day.pending === 0 && nowMs - usage.askedMs > forgottenAfterMs) usages.delete(usage.keyId)
    }
    const today = Math.floor(nowMs / dayMs)
    if (!hasWritten || cleanedDay === today) return
    await database.write((tx) => removeUsage(tx, dateOf(today - keptDays)))
    cleanedDay = today
  }

  function exchange(all = false): Promise<void> {
    exchanging = (exchanging ?? Promise.resolve())
      .then(() => once(Date.now(), all))
      .catch(onError)
      .finally(() => {
        exchanging = undefined
      })
    return exchanging
  }

  const timer = setInterval(() => {
    if (!exchanging) void exchange()
  }, exchangeMs).unref()

  return {
    count,
    exchange: () => exchange(),
    async daysOf(keyId) {
      const today = Math.floor(Date.now() / dayMs)
      const rows = await listUsage(database, [keyId], dateOf(today - shownDays + 1))
      const pending = usages.get(keyId)
      const here = pending?.dayNumber === today ? pending.day.pending : 0
      return withToday(daysOfRows(rows), dateOf(today), here)
    },
    async close() {
      clearInterval(timer)
      await exchange(true)
    },
  }
}

function newUsage(keyId: string, nowMs: number): Usage {
  return {
    keyId,
    dayNumber: Math.floor(nowMs / dayMs),
    day: { stored: 0, pending: 0 },
    minuteNumber: Math.floor(nowMs / minuteMs),
    minute: { stored: 0, pending: 0 },
    limits: { minute: 0, day: 0 },
    writtenMs: nowMs,
    askedMs: nowMs,
  }
}

function counted(usage: Usage, limits: KeyQuotas, nowMs: number) {
  const { minute, day } = usage
  usage.limits = limits
  usage.askedMs = nowMs
  const left = (counts: Counts, limit: number) => Math.max(0, limit - counts.stored - counts.pending)
  const isAllowed = left(minute, limits.minute) > 0 && left(day, limits.day) > 0
  const exceeded = isAllowed
    ? undefined
    : left(day, limits.day) === 0
      ? ('day' as const)
      : ('minute' as const)
  if (isAllowed) {
    minute.pending++
    day.pending++
  }
  return {
    exceeded,
    minute: { remaining: left(minute, limits.minute), secondsLeft: secondsTo(minuteMs, nowMs) },
    day: { remaining: left(day, limits.day), secondsLeft: secondsTo(dayMs, nowMs) },
  }
}

const secondsTo = (windowMs: number, nowMs: number) => Math.ceil((windowMs - (nowMs % windowMs)) / 1000)

function isNear({ day, minute, limits }: Usage): boolean {
  const near = ({ stored, pending }: Counts, limit: number) => pending >= (limit - stored) * nearPart
  return near(day, limits.day) || near(minute, limits.minute)
}

function rowOf({ keyId, dayNumber, day, minuteNumber, minute }: Usage): UsageRow {
  return {
    key_id: keyId,
    day: dateOf(dayNumber),
    requests: day.pending,
    minute: minuteNumber,
    minute_requests: minute.pending,
  }
}

/** Takes off what has been written, beside which more may have been counted. */
function settle(usage: Usage | undefined, row: UsageRow, nowMs: number): void {
  if (!usage || dateOf(usage.dayNumber) !== row.day) return
  usage.writtenMs = nowMs
  usage.day.pending -= row.requests
  if (usage.minuteNumber === row.minute) usage.minute.pending -= row.minute_requests
}

function learn(usage: Usage | undefined, row: UsageRow): void {
  if (!usage || dateOf(usage.dayNumber) !== row.day) return
  usage.day.stored = row.requests
  if (usage.minuteNumber === row.minute) usage.minute.stored = row.minute_requests
}

const dateOf = (dayNumber: number) => new Date(dayNumber * dayMs).toISOString().slice(0, 10)

const daysOfRows = (rows: UsageRow[]): DayUsage[] => rows.map(({ day, requests }) => ({ day, requests }))

function withToday(days: DayUsage[], today: string, pending: number): DayUsage[] {
  const stored = days.find(({ day }) => day === today)
  if (stored) stored.requests += pending
  else if (pending > 0) days.push({ day: today, requests: pending })
  return days
}

/** What is written of the usage of these keys in the last thirty days, by key. */
export async function storedUsage(q: Queries, keyIds: string[]): Promise<Map<string, DayUsage[]>> {
  if (keyIds.length === 0) return new Map()
  const from = dateOf(Math.floor(Date.now() / dayMs) - shownDays + 1)
  const rows = await listUsage(q, keyIds, from)
  return new Map([...Map.groupBy(rows, ({ key_id }) => key_id)].map(([id, own]) => [id, daysOfRows(own)]))
}
