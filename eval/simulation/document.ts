import { hash } from 'node:crypto'
import iconv from 'iconv-lite'
import type { Outlet } from './outlets.ts'
import { type Edition, editionAt, isOutAt, type PlannedItem } from './planned-items.ts'

export type Standing = { item: PlannedItem; edition: Edition }
export type FeedDocument = { body: Buffer; contentType: string; standing: Standing[] }

/** Long enough that its encoding shows. */
export const phrase =
  '渡口的老码头关闭多年之后，终于在周一重新开放，附近的居民都赶来参观，也有人专程从外地过来'

/** The feed of an outlet as it stands at a moment: the last items that are out by then, in its order. */
export function documentAt(outlet: Outlet, now: number, pageOrigin: string | undefined): FeedDocument {
  const { saved, charset } = outlet
  const standing = standingAt(outlet, now)
  const texts = standing.map(({ item, edition }) =>
    saved.render(item.text, {
      mark: `${charset === 'utf-8' ? '' : `${phrase} `}${item.mark}e${edition.text}m `,
      title: edition.title > 0 ? ` rev${edition.title}` : '',
      guid: edition.guid > 0 ? `-${edition.guid}` : '',
      date: new Date(edition.date),
      host: pageOrigin,
    }),
  )
  const made = outlet.isVolatile && saved.separator === '\n' ? `<!-- ${new Date(now).toISOString()} -->` : ''
  const text = saved.head + texts.join(saved.separator) + saved.tail + made
  const { contentType } = saved
  if (charset === 'gbk')
    return { body: iconv.encode(text, 'gbk'), contentType: `${contentType}; charset=gbk`, standing }
  if (charset === 'gbk as utf-8')
    return { body: iconv.encode(text, 'gbk'), contentType: `${contentType}; charset=utf-8`, standing }
  const declared = charset === 'utf-8 as latin-1' ? `${contentType}; charset=iso-8859-1` : contentType
  return { body: Buffer.from(text), contentType: declared, standing }
}

function standingAt({ items, holds, order }: Outlet, now: number): Standing[] {
  const out = items
    .filter((item) => isOutAt(item, now))
    .map((item) => ({ item, edition: editionAt(item, now) }))
    .sort((a, b) => b.edition.date - a.edition.date)
    .slice(0, holds)
  if (order === 'oldest') return out.reverse()
  if (order === 'newest') return out
  const place = ({ item }: Standing) => hash('md5', `${item.mark} ${Math.floor(now / 10_000_000)}`)
  return out.sort((a, b) => (place(a) < place(b) ? -1 : 1))
}
