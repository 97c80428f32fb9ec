import { canonicalLanguage } from '../../shared/language.ts'
import type { Dropped, FeedItem } from '../item.ts'
import { parseDate } from './dates.ts'
import { plainLine } from './texts.ts'

/** What is known while a feed is read. */
export type Reading = {
  /** The address of the feed. */
  url: string
  /** What dates are in that say no zone. */
  zone: string | undefined
  now: Date
  dropped: Dropped[]
}

export const itemsAtMost = 2000
const droppedAtMost = 100
const categoriesAtMost = 100
const categoryAtMost = 200
const guidAtMost = 2000

export function drop(reading: Reading, what: string, why: string) {
  if (reading.dropped.length < droppedAtMost) reading.dropped.push({ stage: 'parse', what, why })
}

/** The first items of a feed, as many as are read. */
export function boundedItems<Item>(reading: Reading, items: Item[]): Item[] {
  const beyond = items.length - itemsAtMost
  if (beyond > 0) drop(reading, `${beyond} items`, `A feed is read up to ${itemsAtMost} items.`)
  return items.slice(0, itemsAtMost)
}

/** The times of an item, and a note of what could not be read. */
export function timesOf(
  reading: Reading,
  written: { published: string; updated: string },
): Pick<FeedItem, 'publishedAt' | 'updatedAt' | 'dateText'> {
  const dateText = (written.published || written.updated).slice(0, 200) || null
  return {
    publishedAt: timeOf(reading, written.published),
    updatedAt: timeOf(reading, written.updated),
    dateText,
  }
}

function timeOf(reading: Reading, text: string): string | null {
  if (!text) return null
  const time = parseDate(text, reading)
  if (!time) drop(reading, `the date ${JSON.stringify(text.slice(0, 100))}`, 'It has no form that is known.')
  return time ?? null
}

/** A language tag in its canonical form; null for what is none. */
export function languageOf(tag: string | undefined): string | null {
  const written = tag?.trim().replaceAll('_', '-') ?? ''
  return /^[a-z]{2,3}(?:-|$)/i.test(written) ? (canonicalLanguage(written) ?? null) : null
}

export function guidOf(text: string): string | null {
  return text.slice(0, guidAtMost) || null
}

/** Categories in one line each, and each once. */
export function categoriesOf(texts: string[]): string[] {
  const lines = texts.map((text) => plainLine(text).slice(0, categoryAtMost)).filter((line) => line !== '')
  return [...new Set(lines)].slice(0, categoriesAtMost)
}
