import { importArticles } from '../src/articles/import.ts'
import type { Database } from '../src/database/database.ts'
import { raw, sql } from '../src/database/sql.ts'
import { newId } from '../src/shared/ids.ts'
import { indexedTerms, toColumns } from '../src/text-index/indexed.ts'
import { articleAt, idPlace } from './articles.ts'
import { sourceIdsOf } from './corpus.ts'

/** Where the product keeps an article, by the column that names it. */
const tables = {
  article: 'id',
  article_body: 'article_id',
  article_url: 'article_id',
  article_author: 'article_id',
  article_tag: 'article_id',
  tag_listing: 'article_id',
  text_entry: 'article_id',
  change: 'resource_id',
}

export type Row = { table: string; columns: string[]; values: unknown[] }
/** The rows of an article, read back from the product, in which its id and its key are replaced for each new one. */
export type Template = { id: string; key: string; sourceId: string; tagIds: string[]; rows: Row[] }

const templateCount = 50

/** What the benchmark's clients send, as JSON: numbers beyond the corpus, so newer than all of it. */
export function bodies(total: number, sourceIds: string[], bodyBytes: number): string[] {
  return Array.from({ length: templateCount }, (_, index) =>
    JSON.stringify(articleAt(total + index, { total, sourceIds, bodyBytes, key: idPlace })),
  )
}

/** NDJSON of so many articles that are not there yet. */
export function freshLines(templates: string[], count: number): string {
  const prefix = newId()
  return Array.from(
    { length: count },
    (_, index) => `${templates[index % templates.length]?.replaceAll(idPlace, `${prefix}-${index}`)}\n`,
  ).join('')
}

/** Lets the product write articles, and reads back every row that it wrote for each. */
export async function templatesOf(database: Database, total: number, bodyBytes: number): Promise<Template[]> {
  const prefix = newId()
  const keys = Array.from({ length: templateCount }, (_, index) => `${prefix}-${index}`)
  const texts = bodies(total, await sourceIdsOf(database), bodyBytes)
  const lines = texts.map((text, index) => `${text.replaceAll(idPlace, keys[index] as string)}\n`)
  const results = await Array.fromAsync(importArticles(database, chunksOf(lines.join(''))))
  return Promise.all(
    results.flat().map(({ id }, index) => templateOf(database, id as string, keys[index] as string)),
  )
}

async function templateOf(database: Database, id: string, key: string): Promise<Template> {
  const rows: Row[] = []
  for (const [table, column] of Object.entries(tables)) {
    const found = await database.all(sql`select * from ${raw(table)} where ${raw(column)} = ${id}`)
    rows.push(
      ...found.map((row) => ({ table, columns: Object.keys(row), values: Object.values(row) as unknown[] })),
    )
  }
  rows.push(await termsOf(database, id))
  const column = (row: Row | undefined, name: string) => String(row?.values[row.columns.indexOf(name)])
  const sourceId = column(rows[0], 'source_id')
  const tagIds = rows.filter((row) => row.table === 'tag_listing').map((row) => column(row, 'tag_id'))
  return { id, key, sourceId, tagIds, rows }
}

/** What the index of texts was given: in a file it cannot be read back, so it is made again. */
async function termsOf(database: Database, id: string): Promise<Row> {
  const table = 'text_terms'
  if (database.dialect.engine === 'postgres') {
    const row = await database.one<{ number: number; terms: string }>(
      sql`select number, terms::text from text_terms where number = (select number from text_entry where article_id = ${id})`,
    )
    return { table, columns: ['number', 'terms'], values: [row?.number, row?.terms] }
  }
  const text = await database.one<{
    number: number
    title: string
    summary: string | null
    text: string
  }>(sql`
    select e.number, a.title, a.summary, b.text from article a
    join article_body b on b.article_id = a.id join text_entry e on e.article_id = a.id where a.id = ${id}`)
  if (!text) throw new Error(`Article ${id} is not there.`)
  const columns = toColumns(indexedTerms({ title: text.title, summary: text.summary ?? '', body: text.text }))
  return {
    table,
    columns: ['rowid', ...Object.keys(columns)],
    values: [text.number, ...Object.values(columns)],
  }
}

/** Behind the numbers of all articles that the product has, and of those that earlier runs wrote, or another process now. */
let lastNumber = Date.UTC(2100, 0, 1) + Date.now() + process.pid * 1e8

/** A row as it is, but for its number, which is given when it is written. */
export function numbered({ columns, values }: Row, seq: number): unknown[] {
  return values.with(columns.indexOf('seq'), seq)
}

/** The rows of a template as those of a new article. */
export function freshRows(template: Template): { id: string; rows: Row[] } {
  const id = newId()
  const key = newId()
  const fresh = (value: unknown) =>
    typeof value === 'string' ? value.replaceAll(template.id, id).replaceAll(template.key, key) : value
  const number = ++lastNumber
  const rows = template.rows.map(({ table, columns, values }) => ({
    table,
    columns,
    values: values.map((value, place) =>
      ['number', 'rowid'].includes(columns[place] as string) ? number : fresh(value),
    ),
  }))
  return { id, rows }
}

/** In pieces such as those in which a request arrives. */
export async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}
