import type { NewArticle } from '../articles/article.ts'
import type { Content } from '../articles/content.ts'
import { renewArticle, upsertArticle } from '../articles/revisions.ts'
import type { Database, Transaction } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import { turns } from '../shared/turns.ts'
import { addPageLinks } from '../stories/links.ts'
import { findTagIds } from '../tags/tags.ts'
import type { KnownItem } from './identity.ts'
import type { Dropped } from './item.ts'
import { findLastNumber, type ItemRow, upsertItem } from './store.ts'

/** An item that is new or has changed, with the article that it becomes; without one it is only remembered. */
export type ReadyItem = KnownItem & {
  article: NewArticle | undefined
  /** What is kept of its body. */
  content: Content | undefined
  relatedLinks: { url: string; title: string }[]
}

export type Counts = { created: number; updated: number; unchanged: number }
export type Ingested = Counts & { dropped: Dropped[] }

/**
 * Writes the items of a feed in one transaction and remembers each by its keys. An article that was withdrawn or deleted stays
 * so. Where one cannot be written all are written again, each in a savepoint, and that one is told of.
 */
export async function ingest(
  database: Database,
  sourceId: string,
  items: ReadyItem[],
  alongside: (tx: Transaction, written: Ingested) => Promise<void>,
): Promise<Ingested> {
  const attempt = (write: typeof writeItem) =>
    database.write(async (tx) => {
      const written = await ingestAll(tx, sourceId, items, write)
      await alongside(tx, written)
      return written
    })
  try {
    return await attempt(writeItem)
  } catch (error) {
    if (!isOfAnItem(error)) throw error
    return attempt(writeOrTell)
  }
}

async function ingestAll(
  tx: Transaction,
  sourceId: string,
  items: ReadyItem[],
  write: typeof writeItem,
): Promise<Ingested> {
  const counts = { created: 0, updated: 0, unchanged: 0 }
  const dropped: Dropped[] = []
  let number = await findLastNumber(tx, sourceId)
  const turnWhenLong = turns()
  for (const item of items) {
    const row: ItemRow = {
      number: item.known?.number ?? ++number,
      article_id: item.known?.article_id ?? null,
      ...item.keys,
      content_hash: item.contentHash,
    }
    const { outcome, articleId, problem } = await write(tx, item, dropped)
    if (outcome) counts[outcome]++
    if (problem) dropped.push({ stage: 'write', what: nameOf(item), why: problem })
    await upsertItem(tx, sourceId, { ...row, article_id: articleId ?? row.article_id })
    await turnWhenLong()
  }
  return { ...counts, dropped }
}

type Outcome = { outcome?: keyof Counts; articleId?: string; problem?: string }

async function writeItem(tx: Transaction, item: ReadyItem, dropped: Dropped[]): Promise<Outcome> {
  if (!item.article) return {}
  const article = { ...item.article, tags: await knownTags(tx, item, dropped) }
  const id = item.known?.article_id
  try {
    const { content } = item
    const written = id
      ? await renewArticle(tx, { id, article: withoutIdentity(article), content })
      : await upsertArticle(tx, { ...article, content })
    const { outcome, row } = written
    if (outcome === 'created' && item.relatedLinks.length > 0)
      await addPageLinks(tx, row.id, item.relatedLinks)
    return { outcome, articleId: row.id }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    // Whoever withdrew or deleted it meant it. Told once: from now on the item is unchanged.
    if (error.code === 'gone') return { problem: error.message }
    throw error
  }
}

async function writeOrTell(tx: Transaction, item: ReadyItem, dropped: Dropped[]): Promise<Outcome> {
  try {
    return await tx.savepoint(() => writeItem(tx, item, dropped))
  } catch (error) {
    if (!isOfAnItem(error)) throw error
    return { problem: error.message }
  }
}

/** Whether an error says what is wrong with one item, and not that nothing can be written. */
function isOfAnItem(error: unknown): error is Failure {
  return error instanceof Failure && error.code !== 'internal' && error.code !== 'unavailable'
}

function withoutIdentity({ sourceId: _, externalId: __, ...content }: NewArticle) {
  return content
}

/** A feed's categories are whatever its writers thought of: those that name a tag, by its slug or an alias, are its tags. */
async function knownTags(tx: Transaction, item: ReadyItem, dropped: Dropped[]): Promise<string[]> {
  const named = item.article?.tags ?? []
  const ids = await findTagIds(tx, named)
  const unknown = named.filter((_, index) => ids[index] === undefined)
  if (unknown.length > 0)
    dropped.push({ stage: 'tag', what: nameOf(item), why: `There is no tag for ${unknown.join(', ')}.` })
  return named.filter((_, index) => ids[index] !== undefined)
}

const nameOf = ({ item }: KnownItem) => item.title ?? item.url ?? item.guid ?? 'an item'
