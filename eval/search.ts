import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NewArticle } from '../src/articles/article.ts'
import { createArticle } from '../src/articles/articles.ts'
import { conditionsOf } from '../src/articles/listing.ts'
import type { Database, Queries } from '../src/database/database.ts'
import { migrate } from '../src/database/migrate.ts'
import { openDatabase } from '../src/database/open.ts'
import { sql } from '../src/database/sql.ts'
import { findMatches } from '../src/search/finding.ts'
import { inTitle, scoresOf, weighed } from '../src/search/ranking.ts'
import { addSource } from '../src/sources/sources.ts'
import { parseQuery } from '../src/text-index/grammar.ts'
import { any, inOrder, type TextQuery } from '../src/text-index/query.ts'
import { termsOf } from '../src/text-index/terms.ts'
import { readLines } from './data.ts'
import type { Result } from './run.ts'

type Text = { id: string; title: string; body: string }

const everything = 1_000_000
const englishCount = 3000
const termCount = 600
const characterCount = 200
const knownItems = 600

/** Search on 12,046 Chinese and 3,000 English articles, through the same functions that answer `q`. */
export async function* searchResults(): AsyncGenerator<Result> {
  const chinese = textsOf('zh-articles.jsonl')
  const english = textsOf('en-captures.jsonl').slice(0, englishCount)
  yield* await withArticles(chinese, (q) => hanTerms(q, chinese))
  for (const [language, texts] of Object.entries({ zh: chinese, en: english })) {
    // What is looked for by its title is a document without one.
    const bodies = texts.map((text) => ({ ...text, title: '-' }))
    yield* await withArticles(bodies, (q) => knownItem(q, language, texts))
  }
}

function textsOf(file: string): Text[] {
  const seen = new Set<string>()
  return readLines<Text>(file).filter(({ id, title, body }) => {
    if (!title || !body || seen.has(id)) return false
    seen.add(id)
    return true
  })
}

/** Every word of two characters or more of titles, by the dictionary of ICU: is each title found, and come titles first? */
async function hanTerms(q: Queries, texts: Text[]): Promise<Result[]> {
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
  const words = new Set<string>()
  const characters = new Set<string>()
  for (const { title } of texts) {
    for (const { segment } of segmenter.segment(title))
      if (/^\p{Script=Han}{2,}$/u.test(segment)) words.add(segment)
    for (const character of title) if (/\p{Script=Han}/u.test(character)) characters.add(character)
  }
  let recalled = 0
  let precision = 0
  const chosen = spread([...words], termCount)
  for (const word of chosen) {
    const found = await titlesFound(q, word)
    const relevant = texts.filter(({ title }) => title.includes(word))
    const all = new Set(found.all)
    if (relevant.every(({ id }) => all.has(id))) recalled++
    const first = Math.min(10, relevant.length)
    const ids = new Set(relevant.map(({ id }) => id))
    precision += found.best.slice(0, first).filter((id) => ids.has(id)).length / first
  }
  const single = spread([...characters], characterCount)
  let singles = 0
  for (const character of single) {
    const all = new Set((await titlesFound(q, character)).all)
    if (texts.every(({ id, title }) => !title.includes(character) || all.has(id))) singles++
  }
  return [
    {
      row: 2,
      metric: 'Han terms of titles: all titles found',
      n: chosen.length,
      value: recalled / chosen.length,
      goal: 1,
    },
    {
      row: 2,
      metric: 'Han terms of titles: R-precision at 10',
      n: chosen.length,
      value: precision / chosen.length,
      goal: 0.98,
    },
    {
      row: 2,
      metric: 'single characters: all titles found',
      n: single.length,
      value: singles / single.length,
      goal: 1,
    },
  ]
}

/** What the API answers to a word, by relevance: titles first. */
async function titlesFound(q: Queries, word: string): Promise<{ all: string[]; best: string[] }> {
  const query = parseQuery(word)
  const whole = { direction: 'desc' as const, limit: everything, columns: sql`a.external_id` }
  const checks = (await conditionsOf(q, {})) ?? []
  const find = async (query: TextQuery) =>
    (await findMatches<{ external_id: string }>(q, { query, checks }, whole)).rows
  const all = (await find(query)).map((row) => row.external_id)
  const titles = (await find(inTitle(query))).map((row) => row.external_id)
  return { all, best: [...new Set([...titles, ...all])] }
}

/** Mean reciprocal rank of an article that is looked for by the words of its title, any of them, among texts alone. */
async function knownItem(q: Queries, language: string, texts: Text[]): Promise<Result[]> {
  const numbers = new Map(
    (
      await q.all<{ number: number; external_id: string }>(
        sql`select e.number, a.external_id from text_entry e join article a on a.id = e.article_id`,
      )
    ).map((row) => [row.external_id, row.number]),
  )
  let sum = 0
  const chosen = spread(texts, knownItems)
  for (const { id, title } of chosen) {
    const place = { inTitle: false, start: 0, end: 0 }
    const terms = [...new Set(inOrder(termsOf(title)))]
    const query = any(terms.map((term) => ({ type: 'phrase' as const, terms: [term], ...place })))
    if (!query) continue
    const { weights } = await weighed(q, query)
    const scores = await scoresOf(q, query, weights, {}, everything)
    const own = scores.get(numbers.get(id) as number) ?? 0
    if (own > 0) sum += 1 / (1 + [...scores.values()].filter((score) => score > own).length)
  }
  const metric = `known item by its title, ${language}: MRR`
  return [{ row: 3, metric, n: chosen.length, value: sum / chosen.length, goal: 0.73 }]
}

/** So many of them, evenly from the first to the last. */
function spread<T>(all: T[], count: number): T[] {
  const step = Math.max(1, all.length / count)
  return Array.from({ length: Math.min(count, all.length) }, (_, index) => all[Math.floor(index * step)] as T)
}

async function withArticles(texts: Text[], work: (q: Database) => Promise<Result[]>): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'newsweave-eval-'))
  const database = openDatabase(`file:${join(folder, 'eval.db')}`)
  try {
    await migrate(database)
    await addAll(database, texts)
    return await work(database)
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function addAll(database: Database, texts: Text[]): Promise<void> {
  const { id: sourceId } = await database.write((tx) =>
    addSource(tx, { name: 'Captured', homeUrl: 'https://captured.example/', language: 'en' }),
  )
  const slice = 500
  for (let at = 0; at < texts.length; at += slice) {
    await database.write(async (tx) => {
      for (const [index, { id, title, body }] of texts.slice(at, at + slice).entries()) {
        const publishedAt = new Date(Date.UTC(2026, 0, 1) + (at + index) * 60_000).toISOString()
        const url = `https://captured.example/${id}`
        const article = {
          sourceId,
          externalId: id,
          url,
          title: title.slice(0, 500),
          publishedAt,
          body: { text: body },
        }
        await createArticle(tx, NewArticle.parse(article))
      }
    })
  }
}
