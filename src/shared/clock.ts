/** Where "now" comes from; tests put their own here. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

/** RFC 3339 in UTC with milliseconds and `Z`: the only form of time that is stored, sorted and served. */
export function timestamp(date: Date): string {
  return date.toISOString()
}
