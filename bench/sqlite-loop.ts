import Sqlite from 'better-sqlite3'
import type { Measure } from './report.ts'
import { freshRows, numbered, type Row, type Template } from './templates.ts'

/**
 * What a create costs at least: better-sqlite3 writing the rows of articles that are ready, in transactions of `batch`,
 * each one durable. Only the transactions are timed.
 */
export function insertLoop(file: string, templates: Template[], batch: number, seconds: number): Measure {
  const connection = new Sqlite(file)
  for (const setting of [
    'journal_mode = WAL',
    'synchronous = FULL',
    'foreign_keys = on',
    'cache_size = -32000',
    'wal_autocheckpoint = 4000',
    'temp_store = memory',
  ]) {
    connection.pragma(setting)
  }
  const insert = inserter(connection)
  let articles = 0
  let elapsedMs = 0
  let cpuUs = 0
  while (elapsedMs < seconds * 1000) {
    const ready = Array.from({ length: batch }, () => {
      const template = templates[articles++ % templates.length] as Template
      return { ...template, ...freshRows(template) }
    })
    const before = process.cpuUsage()
    const begun = performance.now()
    connection.exec('begin immediate')
    for (const article of ready) insert.article(article)
    // The index of texts last, as the product does it: FTS5 writes out what it was given when another statement needs it.
    for (const article of ready) insert.terms(article)
    connection.exec('commit')
    elapsedMs += performance.now() - begun
    const { user, system } = process.cpuUsage(before)
    cpuUs += user + system
  }
  connection.close()
  return { rate: (articles / elapsedMs) * 1000, cpuUs: cpuUs / articles }
}

export function inserter(connection: Sqlite.Database) {
  const statements = new Map<string, Sqlite.Statement>()
  const insertInto = ({ table, columns }: Row) => {
    const known = statements.get(table)
    if (known) return known
    const places = columns.map(() => '?').join(', ')
    const made = connection.prepare(`insert into ${table} (${columns.join(', ')}) values (${places})`)
    statements.set(table, made)
    return made
  }
  const countTag = connection.prepare('update tag set article_count = article_count + 1 where id = ?')
  const countSource = connection.prepare('update source set article_count = article_count + 1 where id = ?')
  const nextSeq = connection
    .prepare('update change_head set seq = seq + 1 where id = 1 returning seq')
    .pluck()
  const insertRows = (rows: Row[]) => {
    for (const row of rows) insertInto(row).run(row.values)
  }
  const isTerms = ({ table }: Row) => table === 'text_terms'
  const terms = ({ rows }: Template) => insertRows(rows.filter(isTerms))
  const isChange = ({ table }: Row) => table === 'change'
  const article = ({ rows, sourceId, tagIds }: Template) => {
    insertRows(rows.filter((row) => !isTerms(row) && !isChange(row)))
    for (const tagId of tagIds) countTag.run(tagId)
    countSource.run(sourceId)
    for (const row of rows.filter(isChange)) insertInto(row).run(numbered(row, nextSeq.get() as number))
  }
  return { article, terms }
}
