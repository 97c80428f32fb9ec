import { hash } from 'node:crypto'
import type { Queries } from '../database/database.ts'
import { turns } from '../shared/turns.ts'
import { urlKey } from '../shared/url.ts'
import type { Dropped, FeedItem } from './item.ts'
import { fragmentOf, nameOfItem } from './item-names.ts'
import { type ItemRow, listItems } from './store.ts'

/** An item of a feed with what it is known by, and what is known of it. */
export type KnownItem = {
  item: FeedItem
  keys: Pick<ItemRow, 'guid' | 'url_key' | 'title_key'>
  contentHash: string
  known: ItemRow | undefined
}

/**
 * The items of a feed document, each once, with what the source has of them. One is the same by its guid; else by its address;
 * else by its title and its time to the second, unless what is known by those stands in the document by itself. So an item that
 * comes in another place, with another guid, at another address or at another time is no other.
 */
export async function identify(
  q: Queries,
  sourceId: string,
  items: FeedItem[],
): Promise<{ items: KnownItem[]; dropped: Dropped[] }> {
  const keyed = itemsApart(await keyedItems(items))
  const present = (column: keyof KnownItem['keys']) => [
    ...new Set(keyed.flatMap(({ keys }) => keys[column] ?? [])),
  ]
  const [guids, urlKeys, titleKeys] = [present('guid'), present('url_key'), present('title_key')]
  const rows = await listItems(q, sourceId, { guids, urlKeys, titleKeys })
  const find = finder(rows, new Set(guids), new Set(urlKeys))
  const taken = new Set<string>()
  const dropped: Dropped[] = []
  const identified = keyed.flatMap((one): KnownItem[] => {
    const known = find(one.keys)
    const identities = [
      known && `number ${known.number}`,
      one.keys.guid && `guid ${one.keys.guid}`,
      one.keys.url_key && `url ${one.keys.url_key}`,
    ].filter((identity) => identity !== undefined && identity !== null && identity !== '')
    if (identities.some((identity) => taken.has(identity as string))) {
      const what = one.item.title ?? one.item.url ?? one.item.guid ?? ''
      dropped.push({ stage: 'identify', what, why: 'The feed has it twice.' })
      return []
    }
    for (const identity of identities) taken.add(identity as string)
    return [{ ...one, known }]
  })
  return { items: identified, dropped }
}

function finder(rows: ItemRow[], guids: Set<string>, urlKeys: Set<string>) {
  const byGuid = new Map(rows.flatMap((row) => (row.guid ? [[row.guid, row] as const] : [])))
  const byUrl = new Map(rows.flatMap((row) => (row.url_key ? [[row.url_key, row] as const] : [])))
  const byTitle = new Map(rows.flatMap((row) => (row.title_key ? [[row.title_key, row] as const] : [])))
  return ({ guid, url_key, title_key }: KnownItem['keys']): ItemRow | undefined => {
    const found = (guid && byGuid.get(guid)) || (url_key && byUrl.get(url_key))
    if (found) return found
    const named = title_key ? byTitle.get(title_key) : undefined
    const standsByItself = named && (guids.has(named.guid ?? '') || urlKeys.has(named.url_key ?? ''))
    return standsByItself ? undefined : named
  }
}

type Keyed = Pick<KnownItem, 'item' | 'keys' | 'contentHash'>

async function keyedItems(items: FeedItem[]): Promise<Keyed[]> {
  const keyed: Keyed[] = []
  const turnWhenLong = turns()
  for (const item of items) {
    keyed.push({ item, keys: keysOf(item), contentHash: contentHashOf(item) })
    await turnWhenLong()
  }
  return keyed
}

/**
 * The items, each under its own keys. An address at which a feed has several items, as that of a podcast's home page, is the name of none
 * of them: each is then known under one of its own.
 */
function itemsApart(keyed: Keyed[]): Keyed[] {
  const namesAt = new Map<string, Set<string>>()
  for (const { item, keys } of keyed) {
    if (keys.url_key === null || item.title === null) continue
    namesAt.set(keys.url_key, (namesAt.get(keys.url_key) ?? new Set()).add(item.title))
  }
  const isShared = ({ keys }: Keyed) => keys.url_key !== null && (namesAt.get(keys.url_key)?.size ?? 0) > 1
  return keyed.map((one) => (isShared(one) ? withOwnAddress(one) : one))
}

function withOwnAddress({ item, contentHash }: Keyed): Keyed {
  const url = new URL(item.url as string)
  url.hash = fragmentOf(item)
  return { item: { ...item, url: url.href }, keys: keysOf({ ...item, url: null }), contentHash }
}

function keysOf(item: FeedItem): KnownItem['keys'] {
  const { guid, url, title, publishedAt } = item
  const hasName = (title && publishedAt) || (guid === null && url === null)
  return {
    guid: guid === null ? null : shortened(guid),
    url_key: url === null ? null : shortened(urlKey(url)),
    title_key: hasName ? hash('sha256', nameOfItem(item), 'base64url') : null,
  }
}

/** Keys are indexed, and a guid may be of any length. */
const shortened = (key: string) =>
  key.length <= 300 ? key : `${key.slice(0, 200)}#${hash('sha256', key, 'base64url')}`

/** Of all that an article is made of. Times are left out: feeds set them anew without changing a word. */
function contentHashOf(item: FeedItem): string {
  const { title, url, summaryHtml, contentHtml, authors, categories, imageUrl, origin, licence } = item
  const content = [title, url, summaryHtml, contentHtml, authors, categories, imageUrl, origin]
  if (licence) content.push(licence)
  return hash('sha256', JSON.stringify(content), 'base64url')
}
