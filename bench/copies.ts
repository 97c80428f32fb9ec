import { copyFile } from 'node:fs/promises'
import Sqlite from 'better-sqlite3'
import { indexedTerms, toColumns } from '../src/text-index/indexed.ts'
import { addFunctions, commonRows, factsOf, laterBy, rowsOf } from './copied-rows.ts'

type Text = { number: number; title: string; summary: string | null; text: string }
type Entry = { number: number; columns: Buffer[] }

const entriesPerTransaction = 20_000
/** How much the index of texts gathers before it writes, which saves it merges. */
const gatheredBytes = { here: 64 * 2 ** 20, usual: 2 ** 20 }

/**
 * Makes a newsroom of `times` as many articles as another file has: each once more for every copy, a little later, at another
 * address, row by row as the product wrote it, with its stories, duplicates, signals and changes. To import and relate a million
 * takes hours. What is left out is which articles share a shingle, which nobody reads but who relates further articles.
 *
 * The rare words by which a copy is compared are other ones than those of its original: a newsroom that is larger has more names,
 * and not all of them a hundred times.
 */
export async function copyArticles(
  from: string,
  to: string,
  times: number,
  progress: (done: number) => void,
): Promise<void> {
  await copyFile(from, to)
  const database = new Sqlite(to)
  // What breaks off is made anew.
  database.unsafeMode(true)
  for (const pragma of [
    'journal_mode = off',
    'synchronous = off',
    'foreign_keys = off',
    'cache_size = -3000000',
  ])
    database.pragma(pragma)
  database.prepare('attach ? as core').run(from)
  const facts = factsOf(database)
  addFunctions(database, facts)
  const entries = entriesOf(database)
  // Rows take about as long as the index of their texts.
  const half = (copies: number) => progress(Math.round((copies * entries.length) / 2))
  for (let copy = 1; copy < times; copy++) {
    const statements = rowsOf(database, { copy, times }, facts)
    database.transaction(() => {
      for (const statement of statements) database.exec(statement)
    })()
    half(copy)
  }
  copyEntries(database, entries, times, (copies) => half(times + copies))
  for (const statement of commonRows(times, facts)) database.exec(statement)
  database.exec('detach core')
  database.pragma('journal_mode = wal')
  database.close()
}

/** What the index of texts was given: it cannot be read back, so it is made again. */
function entriesOf(database: Sqlite.Database): Entry[] {
  const texts = database.prepare<[], Text>(
    `select e.number, a.title, a.summary, b.text from core.text_entry e join core.article a on a.id = e.article_id
     join core.article_body b on b.article_id = a.id order by e.number`,
  )
  return texts.all().map(({ number, title, summary, text }) => {
    const columns = toColumns(indexedTerms({ title, summary: summary ?? '', body: text }))
    const { title: first, summary: second, body: third } = columns
    return { number, columns: [first, second, third].map((column) => Buffer.from(column)) }
  })
}

/** In the order of the numbers, as articles come in: the index takes what is older than its last entry apart. */
function copyEntries(
  database: Sqlite.Database,
  entries: Entry[],
  times: number,
  progress: (copies: number) => void,
): void {
  const add = database.prepare(
    'insert into text_terms (rowid, title, summary, body) values (?, cast(? as text), cast(? as text), cast(? as text))',
  )
  const copies = Array.from({ length: times - 1 }, (_, index) => index + 1)
  const inOrder = copies
    .flatMap((copy) => entries.map(({ number, columns }) => ({ number: number + laterBy(copy), columns })))
    .sort((a, b) => a.number - b.number)
  const gather = (bytes: number) =>
    database.exec(`insert into text_terms (text_terms, rank) values ('hashsize', ${bytes})`)
  gather(gatheredBytes.here)
  for (let at = 0; at < inOrder.length; at += entriesPerTransaction) {
    database.transaction(() => {
      for (const { number, columns } of inOrder.slice(at, at + entriesPerTransaction))
        add.run(BigInt(number), ...columns)
    })()
    progress(Math.floor((at + entriesPerTransaction) / entries.length))
  }
  gather(gatheredBytes.usual)
}
