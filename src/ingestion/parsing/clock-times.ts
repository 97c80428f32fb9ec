import { offsetOfZone } from './zones.ts'

export type ClockTime = { hour: number; minute: number; second: number; millisecond: number }

const clock =
  /(\d{1,2})\s?[:h时時시点點]\s?(\d{1,2})?\s?(?:[:分분m]\s?(?:(\d{1,2})\s?[秒초]?(?:[.,](\d{1,9}))?)?)?/i
const beforeNoon = /上午|凌晨|早上|清晨|오전|午前/
const afterNoon = /下午|晚上|傍晚|오후|午後/
const half = /^\s*([ap])\.?\s?m\b\.?/i
const zoneBehind =
  /^[\s,]*\(?((?:UTC|GMT|UT)?\s?[+\-−]\s?\d{1,2}(?::?\d{2})?(?!\d)|[a-z]+\/[a-z_]+(?:\/[a-z_]+)?|[a-z]{1,5}(?![a-z]))/i

/** The time of day in a text, and the text before and behind it. */
export function clockTimeIn(text: string): { time: ClockTime; before: string; behind: string } | undefined {
  const found = clock.exec(text)
  if (!found) return undefined
  const behind = text.slice(found.index + found[0].length)
  const before = text.slice(0, found.index)
  const inHalf = half.exec(behind)
  const time = {
    hour: hourOfDay(Number(found[1]), halfOf(inHalf?.[1], before)),
    minute: Number(found[2] ?? 0),
    second: Number(found[3] ?? 0),
    millisecond: millisecondsOf(found[4]),
  }
  return { time, before, behind: behind.slice(inHalf?.[0].length ?? 0) }
}

export function millisecondsOf(fraction: string | undefined): number {
  return fraction ? Math.trunc(Number(`0.${fraction}`) * 1000) : 0
}

function halfOf(letter: string | undefined, before: string): 'am' | 'pm' | undefined {
  if (letter) return letter.toLowerCase() === 'a' ? 'am' : 'pm'
  if (afterNoon.test(before)) return 'pm'
  return beforeNoon.test(before) ? 'am' : undefined
}

function hourOfDay(hour: number, half: 'am' | 'pm' | undefined): number {
  if (half === 'pm' && hour < 12) return hour + 12
  return half === 'am' && hour === 12 ? 0 : hour
}

/** The offset that is written behind a time of day, in minutes. */
export function offsetBehind(behind: string, at: { zone: string; local: number }): number | undefined {
  const written = zoneBehind.exec(behind)?.[1]
  return written === undefined ? undefined : offsetOfZone(written, at)
}
