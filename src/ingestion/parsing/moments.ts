import { offsetIn } from './zones.ts'

/** A date and time as they are written. Without an offset they are those of some place. */
export type Moment = {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  millisecond: number
  offsetMinutes: number | undefined
}

const years = { from: 1900, until: 2200 }

export function dayOf(year: number, month: number, day: number): Moment {
  return { year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0, offsetMinutes: undefined }
}

/** The moment in time, or `undefined` where there is no such day or time of day. */
export function momentOf(moment: Moment, zone: string): Date | undefined {
  const { year, month, day, hour, minute, second, millisecond } = moment
  if (year < years.from || year > years.until || month < 1 || month > 12) return undefined
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined
  // 24:00 is the end of a day, and a leap second the beginning of the next minute.
  const isTime = (hour < 24 || (hour === 24 && minute === 0 && second === 0)) && minute < 60 && second < 61
  if (!isTime) return undefined
  const local = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  const offset = moment.offsetMinutes ?? offsetIn(zone, local)
  return offset === undefined ? undefined : new Date(local - offset * 60_000)
}
