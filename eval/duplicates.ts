import { chooseCandidates, mostHolders } from '../src/similarity/candidates.ts'
import { judgeDuplicate } from '../src/similarity/duplicates.ts'
import { type Reading, readArticle } from '../src/similarity/reading.ts'
import { sketchOf } from '../src/similarity/shingles.ts'
import { readLines } from './data.ts'
import { type Text, variants } from './duplicate-variants.ts'
import type { Result } from './run.ts'

type Pair = { id: string; aTitle: string; bTitle: string; a: string; b: string }
type Captured = { id: string; title: string; url?: string; body: string }

/** Articles by their numbers, and which of them have a hash: what the tables of the product hold. */
type Collection = { articles: Reading[]; holders: Map<number, number[]> }

const documentCount = 15_000
const copiesOf = 600
/** Characters of the articles that others cut: a third of them is still a text. */
const longEnough = { zh: 600, en: 1500 }
const published = Date.UTC(2026, 0, 1)

/** Duplicates are found as the product finds them: by shared hashes of sketches, and judged on the texts. */
export async function* duplicateResults(): AsyncGenerator<Result> {
  const pairs = readLines<Pair>('near-duplicates.jsonl')
  const chinese = textsOf('zh-articles.jsonl')
  const collection: Collection = { articles: [], holders: new Map() }
  for (const { id, bTitle, b } of pairs) add(collection, { id, title: bTitle, text: b }, 'publisher')
  for (const text of chinese.slice(0, documentCount - pairs.length)) add(collection, text, 'outlet')
  yield* realEdits(collection, pairs)
  const english = textsOf('en-captures.jsonl').filter(({ text }) => text.length >= longEnough.en)
  for (const text of english) add(collection, text, 'captures')
  const known = new Set(collection.articles.map(({ article }) => idOf(article.url)))
  const cut = chinese.filter(({ id, text }) => known.has(id) && text.length >= longEnough.zh)
  yield* syntheticCopies(collection, [...spread(cut, copiesOf), ...spread(english, copiesOf / 2)])
}

/** Drafts of translations, found among what was published of them and other articles. */
function* realEdits(collection: Collection, pairs: Pair[]): Generator<Result> {
  let found = 0
  let wrong = 0
  for (const { id, aTitle, a } of pairs) {
    const originals = originalsOf(collection, { id, title: aTitle, text: a })
    if (originals.includes(id)) found++
    wrong += originals.filter((original) => original !== id).length
  }
  const n = pairs.length
  yield {
    row: 4,
    metric: 'edited and republished: precision',
    n,
    value: found / (found + wrong),
    goal: 0.995,
  }
  yield { row: 4, metric: 'edited and republished: recall', n, value: found / n, goal: 0.98 }
}

function* syntheticCopies(collection: Collection, texts: Text[]): Generator<Result> {
  for (const [name, make] of Object.entries(variants)) {
    const copies = texts.flatMap((text) => make(text) ?? [])
    const found = copies.filter((copy) => originalsOf(collection, copy).includes(copy.id))
    const value = found.length / copies.length
    yield { row: 5, metric: `copies found: ${name}`, n: copies.length, value, goal: 0.99 }
  }
}

function add({ articles, holders }: Collection, text: Text, source: string): void {
  const number = articles.length
  articles.push(read(text, source, published))
  for (const hash of sketchOf(text.text)) {
    const numbers = holders.get(hash)
    if (numbers) numbers.push(number)
    else holders.set(hash, [number])
  }
}

/** The ids of what an article of another outlet, which comes an hour later, is taken for a duplicate of. */
function originalsOf({ articles, holders }: Collection, text: Text): string[] {
  const reading = read(text, 'republisher', published + 3_600_000)
  const looked = [...reading.sketch].map((hash) => ({
    hash,
    articles: (holders.get(hash) ?? []).slice(0, mostHolders + 1),
  }))
  const { articles: candidates, common } = chooseCandidates(looked)
  return candidates
    .map((number) => articles[number] as Reading)
    .filter((candidate) => judgeDuplicate(reading, candidate, common).duplicate)
    .map(({ article }) => idOf(article.url))
}

function read({ id, title, text }: Text, source: string, publishedMs: number): Reading {
  return readArticle({
    sourceId: source,
    url: `https://${source}.example/${id}`,
    canonicalUrl: null,
    title,
    text,
    language: /\p{Script=Han}{2}/u.test(text) ? 'zh' : 'en',
    publishedAt: new Date(publishedMs).toISOString(),
  })
}

/** Each text once: pages were captured again and again, also under other addresses. */
function textsOf(file: string): Text[] {
  const seen = new Set<string>()
  return readLines<Captured>(file).flatMap(({ id, title, url, body }) => {
    const known = [url ?? id, body.slice(0, 200), title]
    if (!title || !body || known.some((key) => seen.has(key))) return []
    for (const key of known) seen.add(key)
    return [{ id, title, text: body }]
  })
}

const idOf = (url: string) => url.slice(url.lastIndexOf('/') + 1)

/** So many of them, evenly from the first to the last. */
function spread<T>(all: T[], count: number): T[] {
  const step = Math.max(1, all.length / count)
  return Array.from({ length: Math.min(count, all.length) }, (_, index) => all[Math.floor(index * step)] as T)
}
