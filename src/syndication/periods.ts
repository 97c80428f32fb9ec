/** A month, a day or an hour (UTC), named by the beginning of its times: from `start` to before `end`. */
export type Period = { name: string; start: string; end: string }

/** From the longest to the shortest: where the names of their times end. */
const lengths = [7, 10, 13]
const lastMoment = '9999-12-31T23:59:59.999Z'
export const periodForm = /^\d{4}-\d\d(?:-\d\d(?:T\d\d)?)?$/

/** `undefined` for what names none. */
export function periodNamed(name: string): Period | undefined {
  if (!periodForm.test(name)) return undefined
  const start = new Date(`${name}${'0000-01-01T00:00:00.000Z'.slice(name.length)}`)
  // A day that its month does not have becomes one of the next month.
  if (Number.isNaN(start.getTime()) || !start.toISOString().startsWith(name)) return undefined
  const end = new Date(start)
  if (name.length === 7) end.setUTCMonth(end.getUTCMonth() + 1)
  else end.setTime(end.getTime() + (name.length === 10 ? 24 : 1) * 60 * 60 * 1000)
  // Times compare as texts, of years of four digits.
  const ends = end.getUTCFullYear() > 9999 ? lastMoment : end.toISOString()
  return { name, start: start.toISOString(), end: ends }
}

/** The periods around a moment, the longest first. */
export function periodsAround(at: string): Period[] {
  return lengths.flatMap((length) => periodNamed(at.slice(0, length)) ?? [])
}

export const holds = ({ start, end }: Period, at: string): boolean => at >= start && at < end
