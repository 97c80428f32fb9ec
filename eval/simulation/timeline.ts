import { parseDate } from '../../src/ingestion/parsing/dates.ts'
import type { SavedFeed } from './saved-feeds.ts'

const dayMs = 86_400_000

/**
 * When each item of a saved feed comes out, from its newest to its oldest: at the gaps of its own dates, so scaled that at least
 * one comes a day and a third stands in the feed from the beginning. Where there are no dates: evenly.
 */
export function publicationTimes(
  { items }: SavedFeed,
  { from, days, random }: { from: number; days: number; random: () => number },
): number[] {
  const gaps = gapsOf(items.map(({ facts }) => facts.date))
  const total = gaps.reduce((sum, gap) => sum + gap, 0)
  const ownRate = (items.length * dayMs) / Math.max(total, 1)
  const atLeast = Math.min(items.length, Math.ceil(days))
  const coming = Math.min(Math.ceil(items.length * 0.67), Math.max(atLeast, Math.round(ownRate * days)))
  // From the last of these to the end there is a gap as well.
  const lasting = [random() * mean(gaps), ...gaps]
  const scale = (days * dayMs) / lasting.slice(0, coming + 1).reduce((sum, gap) => sum + gap, 0)
  let at = from + days * dayMs
  return items.map((_, index) => {
    at -= Math.max((lasting[index] as number) * scale, 1000)
    return Math.floor(at / 1000) * 1000
  })
}

/** From each date to the one before, newest first, and a last one that is as long as they are on average. */
function gapsOf(dates: (string | undefined)[]): number[] {
  const times = dates.map((date) => Date.parse(parseDate(date ?? '', { now: new Date() }) ?? ''))
  const sorted = times.filter((time) => !Number.isNaN(time)).toSorted((a, b) => b - a)
  const own = sorted.slice(1).map((time, index) => (sorted[index] as number) - time)
  const usable = sorted.length === dates.length && mean(own) > 0
  const gaps = usable ? own : dates.slice(1).map(() => dayMs)
  return [...gaps, gaps.length > 0 ? mean(gaps) : dayMs]
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
