import { hash } from 'node:crypto'
import type { Queries, Transaction } from '../../database/database.ts'
import { withBackground } from '../../similarity/background.ts'
import { bridgedCounts } from '../../similarity/bridge.ts'
import type { EventArticle } from '../../similarity/events.ts'
import { type Genre, genreOf } from '../../similarity/genre.ts'
import { leadOf } from '../../similarity/lead.ts'
import type { RelatedArticle } from '../../similarity/related.ts'
import { sketchOf } from '../../similarity/shingles.ts'
import { type Title, titleOf } from '../../similarity/title.ts'
import { type Counts, countWords, type Frequencies, type Vector, weigh } from '../../similarity/vector.ts'
import { bridgeOf, type Space, wordIn } from './candidates.ts'
import { entryOf, periodOf, postingKey } from './postings.ts'
import * as store from './store.ts'

/** Raised whenever the same text gets other signals than before. */
export const signalsVersion = 1

/** What of an article is compared. `publishedAt` is RFC 3339. */
export type Compared = {
  articleId: string
  publishedAt: string
  title: string
  summary: string | null
  text: string
  language: string
}

/** By what an article is compared with others. The vectors are of its words, and of the English ones that they stand for. */
export type Signal = {
  number: number
  articleId: string
  publishedAt: number
  language: string
  own: Vector
  bridged: Vector
  sketch: Uint32Array
  title: string
  /** What the title says that it is about. */
  subject: Title
  genre: Genre
}

/** How many articles were counted, and the last number that was given to a signal. It counts on as signals are written. */
export type Counter = { articles: number; last_number: number }

/** `digest` tells whether what is compared has changed. */
type Facts = {
  digest: string
  title: string
  genre: Genre
  subject: Omit<Title, 'words' | 'names'> & { words: [string, number][]; names: string[] }
}

/**
 * Writes the signals of an article under a new number, which others then find it by. What it had before goes. Where nothing of
 * it has changed, they stay as they are, unless they are to be weighed anew.
 */
export async function writeSignal(
  tx: Transaction,
  counter: Counter,
  article: Compared,
  { anew = false }: { anew?: boolean } = {},
): Promise<{ signal: Signal; words?: Map<string, store.WordRow> }> {
  const digest = digestOf(article)
  const before = await store.findSignal(tx, article.articleId)
  if (before && !anew && before.signals_version === signalsVersion && factsOf(before).digest === digest)
    return { signal: signalOf(before) }
  if (before) await dropRow(tx, before)
  else counter.articles++
  const number = ++counter.last_number
  const lead = leadOfArticle(article)
  const counted = countsOf(article, lead)
  const words = await knownWords(tx, keysOf(counted, article.language), before !== undefined)
  const vectors = {
    own: rounded(weigh(counted.own, frequenciesIn('own', words))),
    bridged: rounded(weigh(counted.bridged, frequenciesIn(bridgeOf(article.language), words))),
  }
  const sketch = sketchOf(article.text || article.summary || '')
  const row: store.SignalRow = {
    number,
    article_id: article.articleId,
    published_at: article.publishedAt,
    signals_version: signalsVersion,
    weighed_among: counter.articles,
    language: article.language,
    words: JSON.stringify([...vectors.own]),
    bridged: JSON.stringify([...vectors.bridged]),
    sketch: Buffer.from(sketch.buffer, sketch.byteOffset, sketch.byteLength),
    facts: JSON.stringify({
      digest,
      ...aboutOf(article, lead, frequenciesIn('own', words)),
    } satisfies Facts),
  }
  await store.insertSignal(tx, row)
  await addPostings(tx, row, vectors, words)
  if (sketch.length > 0) await store.insertShingles(tx, number, [...sketch])
  return { signal: signalOf(row), words }
}

/** Forgets what an article is compared by, after it is gone. */
export async function dropSignal(tx: Transaction, articleId: string): Promise<void> {
  const row = await store.findSignal(tx, articleId)
  if (row) await dropRow(tx, row)
}

/** Its postings stay: its number leads to nothing any more. */
async function dropRow(tx: Transaction, row: store.SignalRow): Promise<void> {
  await store.removeSignal(tx, row.number)
  await store.removeShingles(tx, row.number, [...hashesOf(row.sketch)])
}

/** What a text that is no article is compared by. */
export async function comparedText(
  q: Queries,
  article: Written & { publishedAt: number },
): Promise<RelatedArticle> {
  const lead = leadOfArticle(article)
  const counted = countsOf(article, lead)
  const rows = await store.listWords(q, keysOf(counted, article.language))
  const frequencies = frequenciesIn('own', new Map(rows.map((row) => [row.word, row])))
  const { subject, genre } = aboutOf(article, lead, frequencies)
  return {
    vector: weigh(counted.own, frequencies),
    title: subjectOf(subject),
    genre,
    publishedAt: article.publishedAt,
  }
}

/** Its parts are read when they are first asked for: most rows are looked at for one of them. */
export function signalOf(row: store.SignalRow): Signal {
  const facts = once(() => factsOf(row))
  const own = once((): Vector => new Map(JSON.parse(row.words)))
  const bridged = once((): Vector => new Map(JSON.parse(row.bridged)))
  const subject = once(() => subjectOf(facts().subject))
  return {
    number: row.number,
    articleId: row.article_id,
    publishedAt: Date.parse(row.published_at),
    language: row.language,
    get own() {
      return own()
    },
    get bridged() {
      return bridged()
    },
    get sketch() {
      return hashesOf(row.sketch)
    },
    get title() {
      return facts().title
    },
    get subject() {
      return subject()
    },
    get genre() {
      return facts().genre
    },
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** What is known of an article when it is asked whose story it tells. */
export function eventOf(signal: Signal): EventArticle {
  const { title, language, publishedAt, genre } = signal
  return {
    title,
    language,
    publishedAt,
    genre,
    get vector() {
      return signal.own
    },
    get bridged() {
      return signal.bridged
    },
  }
}

/** What is known of an article when it is asked what it is related to. */
export function comparedOf({ own, subject, genre, publishedAt }: Signal): RelatedArticle {
  return { vector: own, title: subject, genre, publishedAt }
}

function aboutOf(article: Written, lead: string, frequencies: Frequencies) {
  const { words, names, ...rest } = titleOf(article.title, lead, frequencies)
  const subject = { ...rest, words: [...words], names: [...names] }
  return { title: article.title, genre: genreOf(article.title, lead, article.language), subject }
}

type Counted = { own: Counts; bridged: Counts }

function subjectOf({ words, names, ...rest }: Facts['subject']): Title {
  return { ...rest, words: new Map(words), names: new Set(names) }
}

type Written = Pick<Compared, 'title' | 'summary' | 'text' | 'language'>

function leadOfArticle({ title, summary, text, language }: Written): string {
  return leadOf(text.length >= (summary?.length ?? 0) ? text : (summary as string), language, title)
}

function countsOf({ title, language }: Written, lead: string): Counted {
  return { own: countWords(title, lead), bridged: bridgedCounts(title, lead, language) }
}

/** With the empty word of each space, by which articles are counted. */
function keysOf({ own, bridged }: Counted, language: string): string[] {
  const bridge = bridgeOf(language)
  return [
    ...['', ...own.keys()].map((word) => wordIn('own', word)),
    ...['', ...bridged.keys()].map((word) => wordIn(bridge, word)),
  ]
}

/** An article is counted once, however often it is revised: what its words then were is not known any more. */
async function knownWords(tx: Transaction, keys: string[], isCounted: boolean) {
  if (isCounted) await store.learnWords(tx, keys)
  const rows = isCounted ? await store.listWords(tx, keys) : await store.countWords(tx, keys)
  return new Map(rows.map((row) => [row.word, row]))
}

/** Of our own articles, on top of those of other newsrooms. */
function frequenciesIn(space: Space, words: Map<string, store.WordRow>): Frequencies {
  const of = (word: string) => words.get(wordIn(space, word))?.articles ?? 0
  return withBackground({ documents: of(''), of })
}

async function addPostings(
  tx: Transaction,
  row: store.SignalRow,
  vectors: { own: Vector; bridged: Vector },
  words: Map<string, store.WordRow>,
): Promise<void> {
  const period = periodOf(row.published_at)
  const postingsIn = (space: Space, vector: Vector) =>
    [...vector].map(([word, weight]) => ({
      key: postingKey((words.get(wordIn(space, word)) as store.WordRow).number, period),
      entry: entryOf(row.number, weight),
    }))
  const postings = [...postingsIn('own', vectors.own), ...postingsIn(bridgeOf(row.language), vectors.bridged)]
  await store.appendPostings(tx, postings)
}

const decimals = 10_000

const rounded = (vector: Vector): Vector =>
  new Map([...vector].map(([word, weight]) => [word, Math.round(weight * decimals) / decimals]))

function digestOf({ title, summary, text, language, publishedAt }: Compared): string {
  return hash('sha1', JSON.stringify([title, summary, text, language, publishedAt]), 'base64url')
}

const factsOf = (row: store.SignalRow): Facts => JSON.parse(row.facts)

/** Copied, since a row's bytes may begin anywhere. */
function hashesOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer)
}
