import type { ParsedFeed } from '../item.ts'
import { child, children, textOf, textOfChild, type XmlElement } from './xml-tree.ts'

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const minutesOf: Record<string, number> = {
  hourly: 60,
  daily: 1440,
  weekly: 10_080,
  monthly: 43_200,
  yearly: 525_600,
}

/** When a feed asks to be read. */
export function schedule(channel: XmlElement): Pick<ParsedFeed, 'ttlMinutes' | 'skipHours' | 'skipDays'> {
  return { ttlMinutes: ttlOf(channel), skipHours: skipHoursOf(channel), skipDays: skipDaysOf(channel) }
}

/** Of `ttl`, or of the syndication module: so many times in a period. */
function ttlOf(channel: XmlElement): number | null {
  const ttl = Number.parseInt(textOfChild(channel, 'ttl'), 10)
  if (ttl > 0) return ttl
  const period = minutesOf[textOfChild(channel, 'sy:updateperiod').toLowerCase()]
  const times = Number.parseInt(textOfChild(channel, 'sy:updatefrequency'), 10)
  return period === undefined ? null : Math.max(1, Math.round(period / (times > 0 ? times : 1)))
}

/** Some count the hours from 1 to 24: midnight is both. */
function skipHoursOf(channel: XmlElement): number[] {
  const hours = children(child(channel, 'skiphours') ?? channel, 'hour')
    .map((each) => textOf(each))
    .filter((text) => /^\d{1,2}$/.test(text) && Number(text) <= 24)
  return [...new Set(hours.map((text) => Number(text) % 24))].sort((one, other) => one - other)
}

function skipDaysOf(channel: XmlElement): string[] {
  const named = children(child(channel, 'skipdays') ?? channel, 'day').map((each) =>
    textOf(each).toLowerCase(),
  )
  return days.filter((day) => named.includes(day))
}
