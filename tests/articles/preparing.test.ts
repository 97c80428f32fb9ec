import { setTimeout as later } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type ImportResult, importArticles } from '../../src/articles/import.ts'
import { type Preparing, preparing } from '../../src/articles/preparing.ts'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { slicedRequest } from '../../src/http/idempotent-slices.ts'
import { Failure } from '../../src/shared/failure.ts'
import { addSource } from '../../src/sources/sources.ts'
import { onEveryEngine } from '../support/engines.ts'
import { lineOf, ndjson } from './bulk-lines.ts'

const sourceId = '01a219b1-2922-7662-b461-0b1d1fc43294'
const bodies = [
  {
    html: '<h2>Half the power</h2><p>Chips <a href="/more">that</a> cool<script>alert(1)</script> themselves.</p>',
  },
  { html: '<p>芯片用一半的电，发布于新加坡。</p>' },
  { text: 'A plain text.\n\nOf two paragraphs.' },
  null,
]
/** Of 200 a slice: the first two are full. */
const count = 450
const tooDeep = 333
const exported = 334

function line(number: number): object {
  const body = number === tooDeep ? { html: '<div>'.repeat(1000) } : bodies[number % bodies.length]
  const given = lineOf(sourceId, number, { title: `Story ${number} of 机器人`, summary: 'In short', body })
  return number === exported ? exportedForm(number) : given
}

function exportedForm(number: number): object {
  const { sourceId: id, ...own } = lineOf(sourceId, number)
  return {
    ...own,
    id: '01a219b1-0000-7000-8000-000000000001',
    source: { id, name: 'Lighthouse Daily', homeUrl: 'https://lighthouse.example/' },
    summary: null,
    language: 'en',
    authors: [],
    attribution: { text: 'Lighthouse Daily', url: null, rightsHolder: null, licence: null, required: true },
    translationOf: null,
    tags: [],
    state: 'published',
    withdrawal: null,
    body: { html: '<p>Exported<b onclick="x"> twice</b></p>', text: 'Exported twice' },
    firstSeenAt: '2026-11-02T00:00:00.000Z',
    contentChangedAt: '2026-11-02T00:00:00.000Z',
  }
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
const linesOf = (from: number, to: number) => ndjson(numbers(from, to).map(line))

onEveryEngine('an import of many articles', (engine) => {
  async function newsroom(): Promise<Database> {
    const database = await engine.open()
    const homeUrl = 'https://lighthouse.example/'
    await database.write((tx) => addSource(tx, { name: 'Lighthouse Daily', homeUrl }, sourceId))
    return database
  }

  /** With what was prepared for it. */
  async function imported(database: Database, from: Preparing) {
    const slices: number[] = []
    const watched: Preparing = {
      async prepare(articles) {
        const contents = await from.prepare(articles)
        slices.push(contents.filter((content) => content?.terms).length)
        return contents
      },
      close: () => from.close(),
    }
    const results: ImportResult[] = []
    for await (const slice of importArticles(database, [linesOf(1, count)] as never, { preparing: watched }))
      results.push(...slice)
    return { slices, results }
  }

  /** All that is kept of bodies, and all that is searched. */
  async function kept(database: Database) {
    const bodies = await database.all(sql`
      select a.external_id, b.html, b.text, b.toc, a.word_count from article a
      join article_body b on b.article_id = a.id order by a.url`)
    const words = await database.all(sql`select word from text_word order by word`)
    const terms = await database.write(async (tx) => {
      if (engine.name === 'postgres')
        return tx.all(sql`
          select a.url, t.terms::text from text_terms t join text_entry e on e.number = t.number
          join article a on a.id = e.article_id order by a.url`)
      await tx.script(
        "create virtual table temp.term_place using fts5vocab('main', 'text_terms', 'instance')",
      )
      return tx.all(sql`
        select a.url, v.term, v.col, v.offset from temp.term_place v join text_entry e on e.number = v.doc
        join article a on a.id = e.article_id order by a.url, v.col, v.offset, v.term`)
    })
    return { bodies, words, terms }
  }

  it('is the same whether its contents are made in a thread or where they are written', async () => {
    const [one, other] = [await newsroom(), await newsroom()]
    const inThread = await imported(one, preparing(engine.name, { waits: true, cores: 2 }))
    const alone = await imported(other, preparing(engine.name, { cores: 1 }))
    // The first slice is made where it is written, and what cannot be made is refused there.
    expect(inThread.slices).toEqual([199, 50])
    expect(alone.slices).toEqual([0, 0])
    const told = ({ results }: typeof alone) => results.map(({ id: _, ...result }) => result)
    expect(told(inThread)).toEqual(told(alone))
    expect(inThread.results).toHaveLength(count)
    expect(inThread.results.filter(({ status }) => status !== 'created')).toMatchObject([
      { line: tooDeep, status: 'failed', problem: { errors: [{ path: 'body.html' }] } },
    ])
    const all = await kept(one)
    expect(all.terms.length).toBeGreaterThan(count - 2)
    expect(all.bodies[1]).toMatchObject({ external_id: 'x10', text: 'A plain text.\n\nOf two paragraphs.' })
    expect(all).toEqual(await kept(other))
  })

  it('begins no thread once it is over', async () => {
    const over = preparing(engine.name, { waits: true, cores: 2 })
    const article = { url: 'https://lighthouse.example/', title: 'Late', summary: null, body: null }
    expect(await over.prepare([article])).toMatchObject([{ text: '', terms: { words: ['late'] } }])
    await over.close()
    await over.close()
    expect(await over.prepare([article])).toEqual([])
  })

  it('waits for no thread that comes to nothing', async () => {
    const failing: Preparing = { prepare: async () => [], close: async () => {} }
    const { results } = await imported(await newsroom(), failing)
    expect(results.filter(({ status }) => status === 'created')).toHaveLength(count - 1)
  })

  it('answers what is durable before the rest was sent', async () => {
    const answered = Promise.withResolvers<void>()
    async function* bytes() {
      yield linesOf(1, 250)
      await answered.promise
      yield linesOf(251, 260)
    }
    const slices: number[] = []
    for await (const results of importArticles(await newsroom(), bytes())) {
      slices.push(results.length)
      answered.resolve()
    }
    expect(slices).toEqual([200, 60])
  })

  it('lets others go on while a slice is written', async () => {
    const body = { html: `<p>${'Chips that cool themselves. '.repeat(300)}</p>` }
    const lines = numbers(1, 200).map((number) => lineOf(sourceId, number, { body }))
    let over = false
    let parts = 0
    let lastMs = performance.now()
    const watch = () => {
      const nowMs = performance.now()
      if (nowMs - lastMs > 5) parts++
      lastMs = nowMs
      if (!over) setImmediate(watch)
    }
    const database = await newsroom()
    watch()
    const results = await Array.fromAsync(importArticles(database, [ndjson(lines)] as never))
    over = true
    expect(results.flat().filter(({ status }) => status === 'created')).toHaveLength(200)
    // Reading the lines, writing them in parts of ten milliseconds, and the commit; on PostgreSQL it waits for each statement.
    if (engine.name === 'sqlite') expect(parts).toBeGreaterThan(8)
  })

  it('ends when nobody wants the answer any more, though the rest never comes', async () => {
    async function* bytes() {
      yield linesOf(1, 250)
      await new Promise(() => {})
    }
    const results = importArticles(await newsroom(), bytes())
    expect((await results.next()).value).toHaveLength(200)
    const ended = results.return(undefined).then(() => 'ended')
    expect(await Promise.race([ended, later(5000)])).toBe('ended')
  })

  it('says in its last line where the database could not be read for the next', async () => {
    const database = await newsroom()
    const request = await slicedRequest(database, { actor: 'a', key: 'k', fingerprint: 'import' })
    const find: typeof request.find = async (q, number) => {
      if (number === 1) throw new Failure('unavailable', 'The newsroom cannot be reached.')
      return request.find(q, number)
    }
    const bytes = async function* () {
      yield linesOf(1, 250)
    }
    const results = await Array.fromAsync(
      importArticles(database, bytes(), { request: { ...request, find } }),
    )
    expect(results.map((slice) => slice.length)).toEqual([200, 1])
    expect(results[1]).toMatchObject([{ line: 201, status: 'failed', problem: { code: 'unavailable' } }])
    expect(results[1]?.[0]?.problem?.detail).toContain('send it and the rest again')
    const again = importArticles(database, bytes(), { request })
    expect((await Array.fromAsync(again)).map((slice) => slice.length)).toEqual([200, 50])
  })

  it('throws what went wrong with the rest when it is its turn', async () => {
    async function* bytes() {
      yield linesOf(1, 250)
      throw new Error('The connection broke.')
    }
    const results = importArticles(await newsroom(), bytes())
    expect((await results.next()).value).toHaveLength(200)
    await expect(results.next()).rejects.toThrow('The connection broke.')
  })
})
