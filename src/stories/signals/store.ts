import type { Queries, Transaction } from '../../database/database.ts'
import { join, raw, sql } from '../../database/sql.ts'
import { turns } from '../../shared/turns.ts'
import { mostHolders } from '../../similarity/candidates.ts'

/** A row of `article_signal`: `words`, `bridged` and `facts` are JSON. */
export type SignalRow = {
  number: number
  article_id: string
  published_at: string
  signals_version: number
  weighed_among: number
  language: string
  words: string
  bridged: string
  sketch: Uint8Array
  facts: string
}

const columns = sql`number, article_id, published_at, signals_version, weighed_among, language, words, bridged, sketch, facts`

export function findSignal(q: Queries, articleId: string) {
  return q.one<SignalRow>(sql`select ${columns} from article_signal where article_id = ${articleId}`)
}

export function listSignals(q: Queries, numbers: number[]) {
  return q.all<SignalRow>(
    sql`select ${columns} from article_signal where number in (${q.dialect.integers(JSON.stringify(numbers))})`,
  )
}

/** The articles of these signals, in the order of the numbers, without those that are gone. */
export async function listArticleIds(q: Queries, numbers: number[]): Promise<string[]> {
  const rows = await q.all<{ number: number; article_id: string }>(sql`
    select number, article_id from article_signal
    where number in (${q.dialect.integers(JSON.stringify(numbers))})`)
  const ids = new Map(rows.map((row) => [row.number, row.article_id]))
  return numbers.flatMap((number) => ids.get(number) ?? [])
}

/** The weighed words (JSON) of a story's published articles, the latest first. */
export function listWordsOfStory(q: Queries, storyId: string, limit: number) {
  return q.all<{ words: string }>(sql`
    select s.words from article a join article_signal s on s.article_id = a.id
    where a.story_id = ${storyId} and a.state = 'published' order by a.published_at desc, a.id desc limit ${limit}`)
}

export function insertSignal(tx: Transaction, row: SignalRow) {
  return tx.run(sql`
    insert into article_signal (${columns}) values (${join([
      row.number,
      row.article_id,
      row.published_at,
      row.signals_version,
      row.weighed_among,
      row.language,
      row.words,
      row.bridged,
      row.sketch,
      row.facts,
    ])})`)
}

export function removeSignal(tx: Transaction, number: number) {
  return tx.run(sql`delete from article_signal where number = ${number}`)
}

/** Signals whose words were weighed when there were fewer articles than this, the newest first. */
export function listLightlyWeighed(q: Queries, among: number, limit: number) {
  return q.all<SignalRow>(sql`
    select ${columns} from article_signal where weighed_among < ${among} order by weighed_among, number limit ${limit}`)
}

/** So many rows a statement looks up in the tables that are larger than any cache. */
const rowsAtOnce = 100

/** Each row may wait for the disk, so between some of them the event loop turns, where they took long. */
async function inParts<Item, Row>(items: Item[], read: (part: Item[]) => Promise<Row[]>): Promise<Row[]> {
  if (items.length <= rowsAtOnce) return read(items)
  const turnWhenLong = turns()
  const rows: Row[] = []
  for (let at = 0; at < items.length; at += rowsAtOnce) {
    if (at > 0) await turnWhenLong()
    for (const row of await read(items.slice(at, at + rowsAtOnce))) rows.push(row)
  }
  return rows
}

export type WordRow = { number: number; word: string; articles: number }

/** Counts these words for one more article; answers how many have each now. */
export function countWords(tx: Transaction, words: string[]) {
  return inParts(words, (part) =>
    tx.all<WordRow>(sql`
      insert into relation_word (word, articles)
      select value, 1 from (${tx.dialect.texts(JSON.stringify(part))}) as given where true
      on conflict (word) do update set articles = relation_word.articles + 1
      returning number, word, articles`),
  )
}

/** Makes the words that are not known yet, for an article that was counted before. */
export function learnWords(tx: Transaction, words: string[]) {
  return tx.run(sql`
    insert into relation_word (word, articles)
    select value, 1 from (${tx.dialect.texts(JSON.stringify(words))}) as given where true
    on conflict (word) do nothing`)
}

export function listWords(q: Queries, words: string[]) {
  return inParts(words, (part) =>
    q.all<WordRow>(sql`
      select number, word, articles from relation_word
      where word in (${q.dialect.texts(JSON.stringify(part))})`),
  )
}

/** Puts one more entry behind those of each key. */
export async function appendPostings(tx: Transaction, postings: { key: number; entry: Uint8Array }[]) {
  if (postings.length === 0) return
  const entries = tx.dialect.appended(sql`relation_posting.entries`, sql`excluded.entries`)
  await inParts(postings, async (part) => {
    await tx.run(sql`
      insert into relation_posting (key, entries) values ${join(part.map(({ key, entry }) => sql`(${key}, ${entry})`))}
      on conflict (key) do update set entries = ${entries}`)
    return []
  })
}

/** In the order of the keys. */
export function listPostings(q: Queries, keys: number[]) {
  const inOrder = keys.toSorted((a, b) => a - b)
  return inParts(inOrder, (part) =>
    q.all<{ key: number; entries: Uint8Array }>(sql`
      select key, entries from relation_posting
      where key in (${q.dialect.integers(JSON.stringify(part))}) order by key`),
  )
}

/** A hash that more than `mostHolders` have tells nothing, and is written down no further. */
export function insertShingles(tx: Transaction, number: number, hashes: number[]) {
  return tx.run(sql`
    insert into relation_shingle (hash, number)
    select given.value, ${number} from (${tx.dialect.integers(JSON.stringify(hashes))}) as given
    where (select count(*) from (select 1 from relation_shingle s where s.hash = given.value limit ${mostHolders + 1}) as known)
      <= ${mostHolders}`)
}

export function removeShingles(tx: Transaction, number: number, hashes: number[]) {
  return tx.run(sql`
    delete from relation_shingle
    where number = ${number} and hash in (${tx.dialect.integers(JSON.stringify(hashes))})`)
}

export function listShingles(q: Queries, hashes: number[]) {
  return q.all<{ hash: number; number: number }>(sql`
    select hash, number from relation_shingle where hash in (${q.dialect.integers(JSON.stringify(hashes))})`)
}

export type Progress = { seq: number; articles: number; last_number: number }

export async function findProgress(q: Queries): Promise<Progress> {
  const row = await q.one<Progress>(
    sql`select seq, articles, last_number from relation_progress where id = 1`,
  )
  if (!row) throw new Error('The progress of the relations is missing.')
  return row
}

/** Locks the progress; `undefined` where another process has it. */
export function claimProgress(tx: Transaction) {
  return tx.one<Progress>(sql`
    select p.seq, p.articles, p.last_number from relation_progress p
    where p.id = 1 ${tx.dialect.forUpdateSkipLocked(sql`p`)}`)
}

export function updateProgress(tx: Transaction, { seq, articles, last_number }: Progress) {
  return tx.run(sql`
    update relation_progress set seq = ${seq}, articles = ${articles}, last_number = ${last_number} where id = 1`)
}

/** Forgets all by which articles are compared. */
export async function clearSignals(tx: Transaction): Promise<void> {
  for (const table of ['relation_posting', 'relation_shingle', 'article_signal', 'relation_word'])
    await tx.run(sql`delete from ${raw(table)}`)
}

export type Place = { at: string; id: string }

/** Published articles behind a place that have no signals of this version, the earliest first. */
export function listUnrelated(q: Queries, version: number, after: Place, limit: number): Promise<Place[]> {
  return q.all(sql`
    select a.published_at as at, a.id from article a left join article_signal s on s.article_id = a.id
    where a.state = 'published' and (a.published_at, a.id) > (${after.at}, ${after.id})
      and (s.number is null or s.signals_version <> ${version})
    order by a.published_at, a.id limit ${limit}`)
}
