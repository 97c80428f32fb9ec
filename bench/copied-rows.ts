import type Sqlite from 'better-sqlite3'
import { bridgeOf, wordIn } from '../src/stories/signals/candidates.ts'
import { entryOf, postingKey } from '../src/stories/signals/postings.ts'

/** Statements copy from the file `core`, which is attached. */
const core = 'core'
const minutesApart = 1.5
const halfLifeOfHeatHours = 12
const entryBytes = entryOf(0, 0).length
/** Of what no more articles have than this, each copy has words of its own. Those of one article lead to no other: they are left out. */
const mostOfRareWord = 10
const rareWords = `from ${core}.relation_word where articles between 2 and ${mostOfRareWord}`

export const laterBy = (copy: number) => copy * minutesApart * 60_000

/** What the numbers of a copy are counted on from. `firstSeq` is the last change before the first article. */
export type Facts = { firstSeq: number; seq: number; words: number; signals: number; rare: Set<string> }

export function factsOf(database: Sqlite.Database): Facts {
  const number = (text: string) => database.prepare<[], number>(text).pluck().get() as number
  const rare = database.prepare<[], string>(
    `select word from ${core}.relation_word where articles <= ${mostOfRareWord}`,
  )
  return {
    firstSeq: number(`select min(seq) from ${core}.change where resource_type not in ('source', 'tag')`) - 1,
    seq: number(`select seq from ${core}.change_head`),
    words: number(`select max(number) from ${core}.relation_word`),
    signals: number(`select last_number from ${core}.relation_progress`),
    rare: new Set(rare.pluck().all()),
  }
}

type Signal = { number: number; language: string; words: string; bridged: string }

/** The functions that the statements call. */
export function addFunctions(database: Sqlite.Database, { rare }: Facts): void {
  const add = (name: string, work: (...values: never[]) => unknown) =>
    database.function(name, { deterministic: true, varargs: true }, work as (...values: unknown[]) => unknown)
  add('later', (time: string, copy: number) => later(time, copy))
  add('copied', (id: string | null, copy: number) => id && copiedId(id, copy))
  add('copied_card', (card: string, source: string, at: string, copy: number) =>
    copiedCard(card, { source, at, copy }),
  )
  const [words, bridged] = [new Map<number, string[]>(), new Map<number, string[]>()]
  const signals = database.prepare<[], Signal>(
    `select number, language, words, bridged from ${core}.article_signal`,
  )
  for (const signal of signals.iterate()) {
    words.set(
      signal.number,
      parted(signal.words, (word) => rare.has(word)),
    )
    const space = bridgeOf(signal.language)
    bridged.set(
      signal.number,
      parted(signal.bridged, (word) => rare.has(wordIn(space, word))),
    )
  }
  add('copied_words', (number: number, copy: number) => words.get(number)?.join(markOf(copy)))
  add('copied_bridged', (number: number, copy: number) => bridged.get(number)?.join(markOf(copy)))
  add('shifted', (entries: Buffer, by: number) => shifted(entries, by))
  add('repeated', (entries: Buffer, times: number, by: number) =>
    Buffer.concat(Array.from({ length: times }, (_, copy) => shifted(entries, copy * by))),
  )
}

const later = (time: string, copy: number) => new Date(Date.parse(time) + laterBy(copy)).toISOString()

/** Letters that no id of the product has stand for the number of the copy. */
const letters = 'ghijklmnopqrstuvwxyz'
function copiedId(id: string, copy: number): string {
  const mark = `${letters[Math.floor(copy / letters.length)]}${letters[copy % letters.length]}`
  return `${id.slice(0, 24)}${mark}${id.slice(26)}`
}

const ids = /"[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}"/g
const addresses = /"(url|externalId)":"([^"]*)"/g

function copiedCard(
  card: string,
  { source, at, copy }: { source: string; at: string; copy: number },
): string {
  return card
    .replace(ids, (id) => (id.includes(source) ? id : `"${copiedId(id.slice(1, -1), copy)}"`))
    .replace(addresses, (_, name, value) => `"${name}":"${value}-${copy}"`)
    .replace(`"publishedAt":"${at}"`, `"publishedAt":"${later(at, copy)}"`)
}

/** Stands behind a word of a copy. */
const markOf = (copy: number) => `·${copy}`

/** Weighed words as JSON, parted behind each rare one. */
function parted(words: string, isRare: (word: string) => boolean): string[] {
  const weights: [string, number][] = JSON.parse(words)
  const parts = ['[']
  for (const [index, [word, weight]] of weights.entries()) {
    const text = JSON.stringify(word)
    const rest = `,${weight}]${index < weights.length - 1 ? ',' : ''}`
    parts.push(`${parts.pop()}[${text.slice(0, -1)}`)
    if (isRare(word)) parts.push(`"${rest}`)
    else parts.push(`${parts.pop()}"${rest}`)
  }
  parts.push(`${parts.pop()}]`)
  return parts
}

/** Entries of postings that lead to signals of numbers by so much higher. */
function shifted(entries: Buffer, by: number): Buffer {
  const moved = Buffer.from(entries)
  for (let at = 0; at < moved.length; at += entryBytes) moved.writeUInt32LE(moved.readUInt32LE(at) + by, at)
  return moved
}

/** Statements that make a copy of everything but the index of texts and the postings of common words. */
export function rowsOf(
  database: Sqlite.Database,
  { copy, times }: { copy: number; times: number },
  facts: Facts,
): string[] {
  const copied = (column: string) => `copied(${column}, ${copy})`
  const moved = (column: string) => `later(${column}, ${copy})`
  const named = (column: string) => `${column} || '-${copy}'`
  const further = (column: string, by: number) => `${column} + ${copy * by}`
  const rows = (table: string, changed: Record<string, string>, where = '') => {
    const columns = database.pragma(`${core}.table_info(${table})`) as { name: string }[]
    const names = columns.map(({ name }) => name)
    const values = names.map((name) => changed[name] ?? name)
    return `insert into main.${table} (${names.join(', ')}) select ${values.join(', ')} from ${core}.${table} ${where}`
  }
  const ofArticle = { article_id: copied('article_id') }
  const ofMoment = { ...ofArticle, published_at: moved('published_at') }
  return [
    rows('article', {
      ...Object.fromEntries(
        ['id', 'story_id', 'duplicate_of_id', 'found_original_id'].map((name) => [name, copied(name)]),
      ),
      ...Object.fromEntries(['external_id', 'url', 'url_key'].map((name) => [name, named(name)])),
      published_at: moved('published_at'),
      card: `copied_card(card, source_id, published_at, ${copy})`,
    }),
    rows('article_body', ofArticle),
    rows('article_url', { ...ofArticle, url_key: named('url_key') }),
    rows('article_author', ofMoment),
    rows('article_tag', ofArticle),
    rows('tag_listing', ofMoment),
    rows('text_entry', { ...ofArticle, number: further('number', laterBy(1)) }),
    rows('story', {
      id: copied('id'),
      representative_id: copied('representative_id'),
      merged_into: copied('merged_into'),
      first_published_at: moved('first_published_at'),
      last_published_at: moved('last_published_at'),
      heat: further('heat', minutesApart / (60 * halfLifeOfHeatHours)),
    }),
    rows('article_signal', {
      ...ofMoment,
      number: further('number', facts.signals),
      weighed_among: `weighed_among * ${times}`,
      words: `copied_words(number, ${copy})`,
      bridged: `copied_bridged(number, ${copy})`,
    }),
    rows(
      'relation_word',
      { number: further('number', facts.words), word: `word || '${markOf(copy)}'` },
      `where articles between 2 and ${mostOfRareWord} order by word`,
    ),
    rows(
      'relation_posting',
      {
        key: further('key', postingKey(facts.words, 0)),
        entries: `shifted(entries, ${copy * facts.signals})`,
      },
      `where key / ${postingKey(1, 0)} in (select number ${rareWords})`,
    ),
    rows(
      'change',
      { seq: further('seq', facts.seq - facts.firstSeq), resource_id: copied('resource_id') },
      `where seq > ${facts.firstSeq}`,
    ),
  ]
}

/** Statements that bring up to date what all copies have in common. */
export function commonRows(times: number, { seq, firstSeq, signals }: Facts): string[] {
  const common = `select number from ${core}.relation_word where articles > ${mostOfRareWord}`
  return [
    `update relation_posting set entries = repeated(entries, ${times}, ${signals}) where key / ${postingKey(1, 0)} in (${common})`,
    `update relation_word set articles = articles * ${times} where number in (${common})`,
    `update article_signal set weighed_among = weighed_among * ${times} where number <= ${signals}`,
    `update change_head set seq = ${firstSeq + times * (seq - firstSeq)}`,
    `update relation_progress set seq = (select seq from change_head), articles = articles * ${times}, last_number = last_number * ${times}`,
    `update source set article_count = article_count * ${times}`,
    `update tag set article_count = article_count * ${times}`,
  ]
}
