import type { ParsedFeed } from '../item.ts'
import { decodeBytes } from './decode.ts'
import { jsonFeed } from './json-feed.ts'
import { readJson } from './json-text.ts'
import { drop, type Reading } from './reading.ts'
import { xmlFeed } from './xml-feed.ts'

const textAtMost = 8 * 1024 * 1024

/** What was to be read is no feed; the message says what it is instead. */
export class NotAFeed extends Error {
  override name = 'NotAFeed'
}

/** How a feed is read: what the server said that it is, and what its dates are in that name no zone. */
export type FeedFrame = { contentType: string | null; url: string; zone?: string | undefined; now: Date }

/**
 * Reads a feed in RSS, Atom, RDF or JSON, however ill-formed; `dropped` says what could not be read. Takes time in
 * proportion to its length. Throws `NotAFeed` for anything else.
 */
export function parseFeed(bytes: Uint8Array, { contentType, url, zone, now }: FeedFrame): ParsedFeed {
  const reading: Reading = { url, zone, now, dropped: [] }
  const decoded = decodeBytes(bytes.subarray(0, textAtMost), { contentType }, 'feed').text
  const text = decoded.slice(0, textAtMost)
  if (bytes.length > textAtMost || decoded.length > textAtMost)
    drop(reading, 'the end of the feed', `A feed is read up to ${textAtMost} bytes.`)
  const feed = /^\s*[[{]/.test(text) ? readJsonFeed(reading, text) : xmlFeed(reading, text)
  if (!feed) throw new NotAFeed(`This is ${kindOf(text)}, not a feed.`)
  return feed
}

function readJsonFeed(reading: Reading, text: string): ParsedFeed | undefined {
  const json = readJson(text)
  if (json && !json.isWhole) drop(reading, 'the end of the feed', 'It ends in the middle.')
  return json && jsonFeed(reading, json.value)
}

function kindOf(text: string): string {
  const start = text.slice(0, 4096).trim()
  if (start === '') return 'empty'
  if (/^[[{]/.test(start)) return readJson(text) ? 'JSON that is no feed' : 'JSON that cannot be read'
  if (/<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]/i.test(start)) return 'an HTML page'
  if (/<opml[\s>]/i.test(start)) return 'an OPML list'
  return start.startsWith('<') ? 'XML that is no feed' : 'text'
}
