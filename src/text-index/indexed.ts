import { lexeme } from './match.ts'
import { standsAlone } from './query.ts'
import { type Term, termsOf, termTextsOf } from './terms.ts'

export type Fields = { title: string; summary: string; body: string }

/** A field in the form that both engines hold: `undefined` is a gap, which no phrase crosses; `loose` has each term once. */
export type IndexedField = { stream: (string | undefined)[]; loose: string[] }
export type IndexedFields = Record<keyof Fields, IndexedField>

const fieldNames = ['title', 'summary', 'body'] as const

/*
 * What PostgreSQL can hold of a text (positions up to 16,383, fewer than 256 of a lexeme, 1 MiB in all) bounds both engines,
 * so that they find the same.
 */
const maxStream = 16_000
const maxOccurrences = 200
const maxBytes = 1_000_000
/** Of a term of 64 UTF-16 units, with what stands beside it. */
const maxTermBytes = 200

/**
 * The terms of an article, bounded. Those behind the first 16,000 stand in no phrase and are found by themselves; of a term
 * that occurs more than 200 times, the later ones are gaps; and so is every new one when the text is full.
 */
export function indexedTerms(fields: Fields): IndexedFields {
  const { title, summary, body } = fields
  const texts = [title, summary, body].map(termTextsOf)
  const streamed = sumOf(texts.map(({ stream }) => stream.length))
  const isBounded = isSurelyBounded(fields, streamed + sumOf(texts.map(({ loose }) => loose.length)))
  if (streamed > maxStream || !isBounded) return cutTerms(fields, isBounded ? () => true : admission())
  const indexed = texts.map(({ stream, loose }) => ({ stream, loose: onceEach(loose, stream) }))
  const [ofTitle, ofSummary, ofBody] = indexed as [IndexedField, IndexedField, IndexedField]
  return { title: ofTitle, summary: ofSummary, body: ofBody }
}

const sumOf = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0)

/** The terms of a text that may be longer than what can be held. */
function cutTerms(fields: Fields, admit: Admit): IndexedFields {
  const terms = { title: termsOf(fields.title), summary: termsOf(fields.summary), body: termsOf(fields.body) }
  let room = maxStream
  const indexed = (name: keyof Fields): IndexedField => {
    const field = indexedField(terms[name], room, admit)
    room -= field.stream.length
    return field
  }
  return { title: indexed('title'), summary: indexed('summary'), body: indexed('body') }
}

type Admit = (term: string) => boolean

function indexedField(terms: Term[], room: number, admit: Admit): IndexedField {
  const stream: IndexedField['stream'] = []
  const apart: string[] = []
  for (const { text, loose } of terms) {
    if (loose || stream.length === room) apart.push(text)
    else stream.push(admit(text) ? text : undefined)
  }
  return { stream, loose: onceEach(apart, stream).filter(admit) }
}

/** Which single characters were met. Used again by each call, and cleared: most loose terms are Han, and a `Set` of texts is slow. */
const met = new Uint8Array(0x10000)

/** Each of these terms once, without those that are in the stream: single characters first. */
function onceEach(apart: string[], stream: IndexedField['stream']): string[] {
  const singles: string[] = []
  const longer: string[] = []
  for (const term of stream) if (term?.length === 1) met[term.charCodeAt(0)] = 1
  for (const term of apart) {
    if (term.length > 1) longer.push(term)
    else if (!met[term.charCodeAt(0)]) {
      met[term.charCodeAt(0)] = 1
      singles.push(term)
    }
  }
  for (const term of singles) met[term.charCodeAt(0)] = 0
  for (const term of stream) if (term?.length === 1) met[term.charCodeAt(0)] = 0
  if (longer.length === 0) return singles
  const inStream = new Set(stream)
  return [...singles, ...new Set(longer.filter((term) => !inStream.has(term)))]
}

/** Whether no bound can be met, which an ordinary article tells by its size and by its characters: counting terms costs more. */
function isSurelyBounded({ title, summary, body }: Fields, terms: number): boolean {
  if (terms * maxTermBytes > maxBytes) return false
  return terms <= maxOccurrences || mostOfOneCharacter(title + summary + body) <= maxOccurrences
}

const counts = new Uint32Array(0x10000)

/** How often the commonest character of a text occurs, blanks aside: no term occurs more often. */
function mostOfOneCharacter(text: string): number {
  let most = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code <= 0x20) continue
    const count = (counts[code] as number) + 1
    counts[code] = count
    if (count > most) most = count
  }
  for (let at = 0; at < text.length; at++) counts[text.charCodeAt(at)] = 0
  return most
}

/** Whether one more occurrence of a term fits. */
function admission(): Admit {
  const occurrences = new Map<string, number>()
  let bytes = 0
  return (term) => {
    const before = occurrences.get(term) ?? 0
    if (before === maxOccurrences) return false
    // A lexeme, aligned, and how often it occurs; and two bytes for each position.
    const more = before === 0 ? Buffer.byteLength(term) + 5 : 2
    if (bytes + more > maxBytes) return false
    bytes += more
    occurrences.set(term, before + 1)
    return true
  }
}

/** A token of FTS5 that no query asks for. */
const gap = '|'

/** The values of an FTS5 table whose tokeniser is `fts5Tokenizer`. */
export function toColumns(indexed: IndexedFields): Fields {
  return {
    title: columnOf(indexed.title),
    summary: columnOf(indexed.summary),
    body: columnOf(indexed.body),
  }
}

/** Loose terms must not become neighbours of anything; those that stand alone are in no phrase, and need no gap behind them. */
function columnOf({ stream, loose }: IndexedField): string {
  const apart = loose.map((term) => (standsAlone(term) ? term : `${term} ${gap}`))
  return [...stream.map((term) => term ?? gap), gap, ...apart].join(' ')
}

const weights = { title: 'A', summary: 'B', body: '' }

/** Where the loose terms of a field are, all in one place: what has the same position is no neighbour. */
const loosePositions = { title: 16_370, summary: 16_375, body: 16_380 }
const positionsBetweenFields = 10

/** The text of a tsvector, to be cast as a value: `$1::tsvector`. */
export function toTsvector(indexed: IndexedFields): string {
  const positions = new Map<string, string[]>()
  const add = (term: string, position: string) => {
    const known = positions.get(term)
    if (known) known.push(position)
    else positions.set(term, [position])
  }
  let position = 0
  for (const name of fieldNames) {
    for (const term of indexed[name].stream) {
      position += 1
      if (term !== undefined) add(term, position + weights[name])
    }
    position += positionsBetweenFields
    for (const term of indexed[name].loose) add(term, loosePositions[name] + weights[name])
  }
  return [...positions].map(([term, places]) => `${lexeme(term)}:${places.join()}`).join(' ')
}
