import type { Queries, Transaction } from '../database/database.ts'
import { join, raw, type Sql, sql } from '../database/sql.ts'
import { turn } from '../shared/turns.ts'
import * as postgres from './postgres.ts'
import type { TextQuery } from './query.ts'
import * as sqlite from './sqlite.ts'
import { findEntry, insertEntry, isTaken, removeEntry } from './store.ts'
import { termsVersion } from './terms.ts'
import { type SearchedText, type TextTerms, textTermsOf } from './text-terms.ts'
import { isWordSeen, learnWords } from './vocabulary.ts'

export { findIndexVersion, updateIndexVersion } from './store.ts'

/** What of which article is searched. The time is RFC 3339. */
export type IndexedText = SearchedText & { articleId: string; publishedAt: string }

const longText = 10_000

/** Puts a new article into the index, in the transaction that writes it. `made` are its terms, where the caller has them. */
export async function indexText(tx: Transaction, input: IndexedText, made?: TextTerms): Promise<void> {
  const number = await addEntry(tx, input.articleId, Date.parse(input.publishedAt))
  const { indexed, words } = made ?? (await makeTerms(tx, input))
  await halfOf(tx).insertTerms(tx, number, indexed)
  learnWords(tx, words, halfOf(tx).insertWords)
}

/** With all else that is done for an article a long text would hold the event loop for too long. */
async function makeTerms(tx: Transaction, input: IndexedText): Promise<TextTerms> {
  const isLong = input.text.length > longText
  if (isLong) await turn()
  const terms = textTermsOf(tx.dialect.engine, input, (word) => isWordSeen(tx, word))
  if (isLong) await turn()
  return terms
}

/** Puts an article into the index anew, after what is searched of it has changed. */
export async function reindexText(tx: Transaction, input: IndexedText): Promise<void> {
  await unindexText(tx, input.articleId)
  await indexText(tx, input)
}

/** Takes an article out of the index, before it is removed. */
export async function unindexText(tx: Transaction, articleId: string): Promise<void> {
  const entry = await findEntry(tx, articleId)
  if (!entry) return
  await halfOf(tx).removeTerms(tx, entry.number)
  await removeEntry(tx, entry.number)
}

/** A stretch of the index between two numbers, neither of them in it. */
export type Stretch = { above?: number | undefined; below?: number | undefined }
export type Direction = 'asc' | 'desc'

/** The first `limit` numbers of a stretch that a query finds, or where there is none all numbers: `select … as number`. */
export function foundNumbers(
  { dialect }: Pick<Queries, 'dialect'>,
  query: TextQuery | undefined,
  {
    above,
    below,
    direction,
    limit,
    skip = 0,
  }: Stretch & { direction: Direction; limit: number; skip?: number },
): Sql {
  const half = halfOf({ dialect })
  const number = query ? half.numberColumn : sql`number`
  const conditions = query ? [half.matches(query)] : []
  if (above !== undefined) conditions.push(sql`${number} > ${half.whole(above)}`)
  if (below !== undefined) conditions.push(sql`${number} < ${half.whole(below)}`)
  const narrowed = conditions.length > 0 ? join(conditions, ' and ', 'where ') : sql``
  return sql`select ${number} as number from ${raw(query ? 'text_terms' : 'text_entry')} ${narrowed}
    order by ${number} ${raw(direction)} limit ${limit} offset ${skip}`
}

/** Whether a query finds the entry of this number: for few entries, since each costs a search. */
export function findsNumber({ dialect }: Pick<Queries, 'dialect'>, query: TextQuery, number: Sql): Sql {
  const half = halfOf({ dialect })
  return sql`exists (select 1 from text_terms where ${half.matches(query)} and ${half.numberColumn} = ${number})`
}

const halfOf = ({ dialect }: Pick<Queries, 'dialect'>) => (dialect.engine === 'sqlite' ? sqlite : postgres)

/** The number that was last given behind a moment that is taken: the next one is free most often. */
const lastGiven = new Map<number, number>()
const momentsKept = 1000

/** Gives the article the number of its moment, or the next free one. Another writer may take that meanwhile. */
async function addEntry(tx: Transaction, articleId: string, moment: number): Promise<number> {
  const add = (number: number) =>
    insertEntry(tx, { number, article_id: articleId, terms_version: termsVersion })
  if (await add(moment)) return moment
  let number = (lastGiven.get(moment) ?? moment) + 1
  while (!(await add(number))) number = await freeBehind(number, (taken) => isTaken(tx, taken))
  if (lastGiven.size >= momentsKept) lastGiven.clear()
  lastGiven.set(moment, number)
  return number
}

/**
 * A free number behind a taken one, found in steps that double and then halve: dates without a time make tens of thousands
 * of articles share a moment, and their numbers one stretch.
 */
async function freeBehind(taken: number, isTaken: (number: number) => Promise<boolean>): Promise<number> {
  let step = 1
  while (await isTaken(taken + step)) step *= 2
  let last = taken + Math.floor(step / 2)
  let free = taken + step
  while (free - last > 1) {
    const middle = Math.floor((last + free) / 2)
    if (await isTaken(middle)) last = middle
    else free = middle
  }
  return free
}
