import { lexeme } from './match.ts'
import { standsAlone } from './query.ts'
import { termsOf } from './terms.ts'

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

/**
 * The terms of an article, bounded. Those behind the first 16,000 stand in no phrase and are found by themselves; of a term
 * that occurs more than 200 times, the later ones are gaps; and so is every new one when the text is full.
 */
export function indexedTerms(fields: Fields): IndexedFields {
  const admit = admission()
  let streamed = 0
  const indexed = (name: keyof Fields): IndexedField => {
    const stream: IndexedField['stream'] = []
    const apart = new Set<string>()
    for (const { text, loose } of termsOf(fields[name])) {
      if (loose || streamed === maxStream) apart.add(text)
      else {
        streamed += 1
        stream.push(admit(text) ? text : undefined)
      }
    }
    const inStream = new Set(stream)
    return { stream, loose: [...apart].filter((text) => !inStream.has(text) && admit(text)) }
  }
  return { title: indexed('title'), summary: indexed('summary'), body: indexed('body') }
}

/** Whether one more occurrence of a term fits. */
function admission(): (term: string) => boolean {
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
export function toColumns(fields: Fields): Fields {
  const indexed = indexedTerms(fields)
  return {
    title: columnOf(indexed.title),
    summary: columnOf(indexed.summary),
    body: columnOf(indexed.body),
  }
}

/** Loose terms must not become neighbours; those that stand alone are in no phrase and need no gap. */
function columnOf({ stream, loose }: IndexedField): string {
  const apart = loose.filter((term) => !standsAlone(term)).flatMap((term) => [gap, term])
  const alone = loose.filter(standsAlone)
  return [...stream.map((term) => term ?? gap), ...apart, ...(alone.length > 0 ? [gap, ...alone] : [])].join(
    ' ',
  )
}

const weights = { title: 'A', summary: 'B', body: '' }

/** Where the loose terms of a field are, all in one place: what has the same position is no neighbour. */
const loosePositions = { title: 16_370, summary: 16_375, body: 16_380 }
const positionsBetweenFields = 10

/** The text of a tsvector, to be cast as a value: `$1::tsvector`. */
export function toTsvector(fields: Fields): string {
  const indexed = indexedTerms(fields)
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
