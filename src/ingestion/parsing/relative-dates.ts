import { clockTimeIn } from './clock-times.ts'
import { dayOf, momentOf } from './moments.ts'
import { offsetIn } from './zones.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const units: [name: RegExp, milliseconds: number][] = [
  [/^(?:秒|초|sec)/i, 1000],
  [/^(?:分|분|min)/i, minute],
  [/^(?:小时|小時|个小时|個小時|時間|시간|hour|hr)/i, hour],
  [/^(?:天|日|일|day)/i, day],
  [/^(?:周|週|星期|个星期|주|week)/i, 7 * day],
  [/^(?:个月|個月|か月|ヶ月|개월|月|month)/i, 30 * day],
  [/^(?:年|년|year)/i, 365 * day],
]
const agoForm =
  /^(?:about )?(\d{1,3}|an?|半)\s?([\p{Script=Han}\p{Script=Hangul}\p{Script=Katakana}か]{1,3}?|[a-z]{1,8})\s?(?:之?前|以前|전|ago)$/iu
const justNow = /^(?:刚刚|剛剛|刚才|방금|たった今|just now|now)$/i
const days: [word: RegExp, ago: number][] = [
  [/^(?:今天|今日|오늘|today)/i, 0],
  [/^(?:昨天|昨日|어제|yesterday)/i, 1],
  [/^(?:前天|一昨日|그저께)/i, 2],
]

/** A time that is said from now: `3小时前`, `昨天 14:08`, `2 days ago`. */
export function relativeDate(text: string, { zone, now }: { zone: string; now: Date }): Date | undefined {
  if (justNow.test(text)) return now
  const [, count, unit] = agoForm.exec(text) ?? []
  const length = unit && units.find(([name]) => name.test(unit))?.[1]
  if (count && length) return new Date(now.getTime() - countOf(count) * length)
  const ago = days.find(([word]) => word.test(text))?.[1]
  return ago === undefined ? undefined : onDay(text, { zone, now: new Date(now.getTime() - ago * day) })
}

function countOf(written: string): number {
  if (written === '半') return 0.5
  return /^a/i.test(written) ? 1 : Number(written)
}

/** A time of day on the day that it is in a zone. */
function onDay(text: string, { zone, now }: { zone: string; now: Date }): Date | undefined {
  const local = localTime(zone, now)
  const date = dayOf(local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate())
  return momentOf({ ...date, ...clockTimeIn(text)?.time }, zone)
}

/** What the clocks of a zone show, as if it were UTC. */
function localTime(zone: string, now: Date): Date {
  return new Date(now.getTime() + (offsetIn(zone, now.getTime()) ?? 0) * minute)
}

/** The year of a day that is written without one: the last in which it was, or is tomorrow at the latest. */
export function yearOfDay(
  { month, day: dayOfMonth }: { month: number; day: number },
  { zone, now }: { zone: string; now: Date },
): number {
  const local = localTime(zone, now)
  const year = local.getUTCFullYear()
  return Date.UTC(year, month - 1, dayOfMonth) > local.getTime() + day ? year - 1 : year
}
