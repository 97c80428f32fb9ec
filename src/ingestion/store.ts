import type { Queries, Transaction } from '../database/database.ts'
import { join, sql } from '../database/sql.ts'

export type ItemRow = {
  number: number
  article_id: string | null
  guid: string | null
  url_key: string | null
  title_key: string | null
  content_hash: string
}

const columns = sql`number, article_id, guid, url_key, title_key, content_hash`
/** Fewer than either engine takes values. */
const keysPerStatement = 500

/** The items of a source that are known by one of these keys. */
export async function listItems(
  q: Queries,
  sourceId: string,
  keys: { guids: string[]; urlKeys: string[]; titleKeys: string[] },
): Promise<ItemRow[]> {
  const found = new Map<number, ItemRow>()
  const byColumn = { guid: keys.guids, url_key: keys.urlKeys, title_key: keys.titleKeys }
  for (const [column, values] of Object.entries(byColumn)) {
    for (let from = 0; from < values.length; from += keysPerStatement) {
      const some = join(values.slice(from, from + keysPerStatement))
      const matching = { guid: sql`guid`, url_key: sql`url_key`, title_key: sql`title_key` }[column]
      const rows = await q.all<ItemRow>(
        sql`select ${columns} from feed_item where source_id = ${sourceId} and ${matching} in (${some})`,
      )
      for (const row of rows) found.set(row.number, row)
    }
  }
  return [...found.values()]
}

export async function findLastNumber(q: Queries, sourceId: string): Promise<number> {
  const row = await q.one<{ last: number | null }>(
    sql`select max(number) as last from feed_item where source_id = ${sourceId}`,
  )
  return row?.last ?? 0
}

/** Adds an item, or writes over the one with its number. */
export async function upsertItem(
  tx: Transaction,
  sourceId: string,
  { number, article_id, guid, url_key, title_key, content_hash }: ItemRow,
): Promise<void> {
  await tx.run(sql`
    insert into feed_item (source_id, number, article_id, guid, url_key, title_key, content_hash, seen_at)
    values (${sourceId}, ${number}, ${article_id}, ${guid}, ${url_key}, ${title_key}, ${content_hash}, ${tx.now})
    on conflict (source_id, number) do update set article_id = excluded.article_id, guid = excluded.guid,
      url_key = excluded.url_key, title_key = excluded.title_key, content_hash = excluded.content_hash,
      seen_at = excluded.seen_at`)
}
