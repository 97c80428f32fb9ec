import { lexeme } from './match.ts'
import { standsAlone } from './query.ts'
import { type Term, type TermTexts, termsOf, termTextsOf } from './terms.ts'

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
export function indexedTerms({ title, summary, body }: Fields): IndexedFields {
  const texts = [title, summary, body].map(read)
  const admit = isSurelyBounded(texts) ? undefined : admission()
  let room = maxStream
  const indexed = texts.map((terms, place) => {
    const given = () => terms.inOrder ?? termsOf([title, summary, body][place] as string)
    const cut = terms.stream.length > room ? cutAt(given(), room) : terms
    room -= cut.stream.length
    return admitted(cut, admit)
  })
  const [ofTitle, ofSummary, ofBody] = indexed as [IndexedField, IndexedField, IndexedField]
  return { title: ofTitle, summary: ofSummary, body: ofBody }
}

/** So long a text is probably cut, which takes the terms in their order: they are made once. */
const longText = 4 * maxStream

function read(text: string): TermTexts & { inOrder?: Term[] } {
  if (text.length <= longText) return termTextsOf(text)
  const inOrder = termsOf(text)
  return { ...cutAt(inOrder, Number.POSITIVE_INFINITY), inOrder }
}

/** What of a text that is too long stands in phrases, and all the rest of it in its order. */
function cutAt(terms: Term[], room: number): TermTexts {
  const stream: string[] = []
  const apart: string[] = []
  for (const term of terms) (term.loose || stream.length === room ? apart : stream).push(term.text)
  return { stream, loose: apart }
}

function admitted({ stream, loose }: TermTexts, admit: Admit | undefined): IndexedField {
  if (!admit) return { stream, loose: onceEach(loose, stream) }
  const kept = stream.map((term) => (admit(term) ? term : undefined))
  return { stream: kept, loose: onceEach(loose, kept).filter(admit) }
}

type Admit = (term: string) => boolean

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

const counts = new Uint32Array(0x10000)

/** Whether no bound can be met, which an ordinary article tells by its size and by how its terms begin: counting terms costs more. */
function isSurelyBounded(texts: TermTexts[]): boolean {
  let terms = 0
  let mostAlike = 0
  for (const { stream, loose } of texts) {
    terms += stream.length + loose.length
    for (const term of stream) {
      const first = term.charCodeAt(0)
      const alike = (counts[first] as number) + 1
      counts[first] = alike
      if (alike > mostAlike) mostAlike = alike
    }
  }
  for (const { stream } of texts) for (const term of stream) counts[term.charCodeAt(0)] = 0
  return mostAlike <= maxOccurrences && terms * maxTermBytes <= maxBytes
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
  const apart = loose.map((term) => (standsAlone(term) ? term : `${term} ${gap}`)).join(' ')
  const phrases = (stream.includes(undefined) ? stream.map((term) => term ?? gap) : stream).join(' ')
  return `${phrases} ${gap} ${apart}`
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
