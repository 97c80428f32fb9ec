import pg from 'pg'
import { listJoined } from '../src/articles/listing.ts'
import type { Queries } from '../src/database/database.ts'
import { postgresDialect } from '../src/database/dialect.ts'
import type { Sql } from '../src/database/sql.ts'
import { freshRows, numbered, type Row, type Template } from './templates.ts'

/** The statement of the first page of all articles, sent over one connection again and again. Answers how often a second. */
export async function roundTrips(url: string, seconds: number): Promise<number> {
  const { text, values } = await newestStatement()
  return onConnection(url, async (client) => {
    let count = 0
    const begun = performance.now()
    while (performance.now() - begun < seconds * 1000) {
      await client.query({ name: 'newest', text, values })
      count++
    }
    return (count / (performance.now() - begun)) * 1000
  })
}

/** Taken from the product, so that both sides send the same. */
async function newestStatement(): Promise<Sql> {
  const statements: Sql[] = []
  const listening = {
    dialect: postgresDialect,
    async one(statement: Sql) {
      statements.push(statement)
      return { cards: null, found: 0, place: null }
    },
  }
  await listJoined(listening as unknown as Queries, {}, { sort: 'newest', after: undefined, limit: 20 })
  return statements[0] as Sql
}

/** The rows of articles that are ready, each by a statement of its own, in transactions of `batch`. Articles a second. */
export async function postgresLoop(url: string, templates: Template[], batch: number, seconds: number) {
  return onConnection(url, async (client) => {
    let articles = 0
    let elapsedMs = 0
    while (elapsedMs < seconds * 1000) {
      const ready = Array.from({ length: batch }, () => {
        const template = templates[articles++ % templates.length] as Template
        return { ...template, ...freshRows(template) }
      })
      const begun = performance.now()
      await client.query('begin')
      for (const article of ready) await insert(client, article)
      await client.query('commit')
      elapsedMs += performance.now() - begun
    }
    return (articles / elapsedMs) * 1000
  })
}

async function insert(client: pg.Client, { rows, sourceId, tagIds }: Template) {
  const write = (row: Row, values: unknown[]) =>
    client.query({ name: row.table, text: insertInto(row), values })
  const isChange = ({ table }: Row) => table === 'change'
  for (const row of rows.filter((row) => !isChange(row))) await write(row, row.values)
  const countTag = 'update tag set article_count = article_count + 1 where id = $1'
  for (const tagId of tagIds) await client.query({ name: 'tag count', text: countTag, values: [tagId] })
  const countSource = 'update source set article_count = article_count + 1 where id = $1'
  await client.query({ name: 'source count', text: countSource, values: [sourceId] })
  const nextSeq = 'update change_head set seq = seq + 1 where id = 1 returning seq'
  const { seq } = (await client.query({ name: 'next seq', text: nextSeq })).rows[0]
  for (const row of rows.filter(isChange)) await write(row, numbered(row, seq))
}

function insertInto({ table, columns }: Row): string {
  const places = columns.map((_, index) => `$${index + 1}`).join(', ')
  return `insert into ${table} (${columns.join(', ')}) values (${places})`
}

async function onConnection(url: string, work: (client: pg.Client) => Promise<number>): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
