import { clockTimeIn, millisecondsOf, offsetBehind } from './clock-times.ts'
import { dayOf, type Moment, momentOf } from './moments.ts'
import { monthOf } from './months.ts'
import { relativeDate, yearOfDay } from './relative-dates.ts'

/** Longer ones are no dates. */
const lengthAtMost = 120

const hasYear = /\d{4}/

type Frame = { zone: string; now: Date }

/**
 * The time that a feed or page means, as RFC 3339 in UTC; `undefined` for what is no date. What names no zone is read in
 * `zone` (IANA name or offset, UTC by default), and what is relative ("3 hours ago") from `now`.
 */
export function parseDate(
  text: string,
  { zone = 'UTC', now }: { zone?: string | undefined; now: Date },
): string | undefined {
  if (text.length > lengthAtMost) return undefined
  const usual = usualDate(text, { zone, now })
  if (usual) return momentOf(usual, zone)?.toISOString()
  const written = text.normalize('NFKC').replace(/\s+/g, ' ').trim()
  const frame = { zone, now }
  const relative = hasYear.test(written) ? undefined : relativeDate(written, frame)
  if (relative) return relative.toISOString()
  const bare = withoutWeekday(written)
  const moment =
    dateOnly(bare) ?? numericDate(bare, frame) ?? compactDate(bare, frame) ?? wordedDate(bare, frame)
  return moment ? momentOf(moment, zone)?.toISOString() : sinceEpoch(written)
}

const ofMail =
  /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2})(?::(\d{2}))? ([A-Z]{1,5}|[+-]\d{4})$/

/** The form of RFC 822, which most feeds have, and which is then looked for in none of the others. */
function usualDate(text: string, frame: Frame): Moment | undefined {
  const [, day, name = '', year, hour, minute, second = '0', offset = ''] = ofMail.exec(text) ?? []
  const month = monthOf(name)
  if (month === undefined) return undefined
  const time = { hour: Number(hour), minute: Number(minute), second: Number(second) }
  return withOffset({ ...dayOf(Number(year), month, Number(day)), ...time }, offset, frame)
}

/** `Thu, `, `星期一 `: what goes before a digit or a month is not looked at. */
function withoutWeekday(text: string): string {
  const [, word, rest] = /^([\p{L}\p{M}.]+?)[,.]*\s+(.+)$/u.exec(text) ?? []
  return word !== undefined &&
    rest !== undefined &&
    monthOf(word.replace('.', '')) === undefined &&
    /\d/.test(rest)
    ? rest
    : text
}

/** `2026`, `2026-11`, `2026-11-23`, `20261123`, `2026-327`. */
function dateOnly(text: string): Moment | undefined {
  const ordinal = /^(\d{4})-(\d{3})$/.exec(text)
  if (ordinal) return dayOfYear(Number(ordinal[1]), Number(ordinal[2]))
  const [, year, month, day] = /^(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?)?$/.exec(text) ?? []
  return year === undefined ? undefined : dayOf(Number(year), Number(month ?? 1), Number(day ?? 1))
}

function dayOfYear(year: number, day: number): Moment | undefined {
  const date = new Date(Date.UTC(year, 0, day))
  return date.getUTCFullYear() === year ? dayOf(year, date.getUTCMonth() + 1, date.getUTCDate()) : undefined
}

const yearFirst =
  /^(\d{4})\s?(?:[-/.]|[年년])\s?(\d{1,2})\s?(?:[-/.]|[月월])\s?(\d{1,2})(?!\d)\s?[日号號일]?[T,]?(.*)$/i
const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)[T,]?(.*)$/i
const noYear = /^(\d{1,2})\s?月\s?(\d{1,2})\s?[日号號](.*)$|^(\d{1,2})[-/](\d{1,2})(\s+\d{1,2}:\d{2}.*)$/

/** Days in numbers, in any order that can be told: a day beyond 12 is one, and without it a slash is American. */
function numericDate(text: string, frame: Frame): Moment | undefined {
  const first = yearFirst.exec(text)
  if (first) return atTime(dayOf(Number(first[1]), Number(first[2]), Number(first[3])), first[4] ?? '', frame)
  const last = yearLast.exec(text)
  if (last) {
    const [one, two] = [Number(last[1]), Number(last[3])]
    const monthFirst = last[2] === '/' ? one <= 12 : two > 12
    const [month, day] = monthFirst ? [one, two] : [two, one]
    return atTime(dayOf(fullYear(last[4] as string), month, day), last[5] ?? '', frame)
  }
  const none = noYear.exec(text)
  if (!none) return undefined
  const [month, day] = [Number(none[1] ?? none[4]), Number(none[2] ?? none[5])]
  return atTime(dayOf(yearOfDay({ month, day }, frame), month, day), none[3] ?? none[6] ?? '', frame)
}

/** `20261123T140800Z`, `2026-11-23T1408`, `20261123140800`. */
function compactDate(text: string, frame: Frame): Moment | undefined {
  const [, year, month, day, hour, minute, second, fraction, behind] =
    /^(\d{4})(\d{2})(\d{2})[T ]?(\d{2}):?(\d{2}):?(\d{2})?(?:[.,](\d{1,9}))?(?!\d)(.*)$/i.exec(text) ?? []
  if (year === undefined) return undefined
  const date = dayOf(Number(year), Number(month), Number(day))
  const time = { hour: Number(hour), minute: Number(minute), second: Number(second ?? 0) }
  return withOffset({ ...date, ...time, millisecond: millisecondsOf(fraction) }, behind ?? '', frame)
}

const signed = /[+\-−]\s?\d{1,2}(?::?\d{2})?/g

/** Days whose month has a name, whatever the order: `23 Nov 2026`, `Nov 23, 2026`, `Mon Nov 23 14:08:00 PST 2026`. */
function wordedDate(text: string, frame: Frame): Moment | undefined {
  const clock = clockTimeIn(text)
  const around = `${clock?.before ?? text} ${clock?.behind.replace(signed, ' ') ?? ''}`
  const month = around
    .match(/[\p{L}\p{M}]+/gu)
    ?.map(monthOf)
    .find((each) => each !== undefined)
  if (month === undefined) return undefined
  const [day, year, hours] = dayAndYear(around.match(/\d+/g) ?? [])
  if (day === undefined && year === undefined) return undefined
  const date = { month, day: day ?? 1 }
  const moment = dayOf(year ?? yearOfDay(date, frame), date.month, date.day)
  if (!clock && hours) {
    const behind = text.slice(text.lastIndexOf(hours) + 4)
    return withOffset(
      { ...moment, hour: Number(hours.slice(0, 2)), minute: Number(hours.slice(2)) },
      behind,
      frame,
    )
  }
  return clock ? withOffset({ ...moment, ...clock.time }, clock.behind, frame) : moment
}

/** Of the numbers beside a month: a year has four digits or comes behind the day. */
function dayAndYear(numbers: string[]): [day?: number, year?: number, hours?: string] {
  const [one, two, three] = numbers
  if (one === undefined) return []
  if (one.length === 4) return [two === undefined ? undefined : Number(two), Number(one)]
  if (two === undefined) return [Number(one)]
  return [Number(one), fullYear(two), three?.length === 4 ? three : undefined]
}

function fullYear(written: string): number {
  const year = Number(written)
  if (written.length > 2) return year
  return year < 69 ? 2000 + year : 1900 + year
}

function atTime(date: Moment, rest: string, frame: Frame): Moment {
  const clock = clockTimeIn(rest)
  if (clock) return withOffset({ ...date, ...clock.time }, clock.behind, frame)
  const [, hour, minute, second, behind] = /^\s?(\d{2})(\d{2})?(\d{2})?(?!\d)(.*)$/.exec(rest) ?? []
  if (hour === undefined) return withOffset(date, rest, frame)
  const time = { hour: Number(hour), minute: Number(minute ?? 0), second: Number(second ?? 0) }
  return withOffset({ ...date, ...time }, behind ?? '', frame)
}

function withOffset(moment: Moment, behind: string, { zone }: Frame): Moment {
  const { year, month, day, hour, minute } = moment
  const local = Date.UTC(year, month - 1, day, hour, minute)
  return { ...moment, offsetMinutes: offsetBehind(behind, { zone, local }) }
}

/** Seconds or milliseconds since 1970. */
function sinceEpoch(text: string): string | undefined {
  if (!/^\d{10}(?:\d{3})?(?:\.\d+)?$/.test(text)) return undefined
  return new Date(Number(text) * (/^\d{10}(?:\.|$)/.test(text) ? 1000 : 1)).toISOString()
}
