import { cleanBody } from './clean-body.ts'
import { extractPage, type PageInput } from './extraction/extract-page.ts'
import type { ParsedFeed } from './item.ts'
import type { ExtractedPage } from './page.ts'
import { decodeBytes } from './parsing/decode.ts'
import { parseFeed } from './parsing/parse-feed.ts'
import { storable } from './storable.ts'

/** Bytes as they came, from where, and the zone of times that name none; null for UTC. */
export type Document = {
  bytes: Uint8Array
  contentType: string | null
  url: string
  zone: string | null
  now: Date
}

/** What the threads of the workshop can do. */
export const tasks = {
  parseFeed: ({ bytes, zone, ...frame }: Document): ParsedFeed =>
    storable(parseFeed(bytes, { ...frame, ...(zone !== null && { zone }) })),
  extractPage: ({ bytes, contentType, ...input }: Document & PageInput): ExtractedPage =>
    storable(extractPage(decodeBytes(bytes, { contentType }, 'page').text, input)),
  cleanBody,
}

export type Tasks = typeof tasks
