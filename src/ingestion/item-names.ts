import { hash } from 'node:crypto'
import type { FeedItem } from './item.ts'

/** By what an item is known that has neither guid nor address: its title, else its text, with its time. */
export function nameOfItem({ title, contentHtml, summaryHtml, publishedAt }: FeedItem): string {
  const name = title ?? contentHtml ?? summaryHtml ?? ''
  return `${name.normalize('NFKC').toLowerCase()}\n${publishedAt ?? ''}`
}

/** The fragment that makes an address of several items, or of a whole outlet, that of one. */
export function fragmentOf(item: FeedItem): string {
  return `/item/${hash('sha256', item.guid ?? nameOfItem(item), 'base64url').slice(0, 16)}`
}
