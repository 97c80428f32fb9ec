import { connector, digit, han, hangul, letter } from './characters.ts'
import { type Folded, folded } from './folding.ts'
import { isDotNet, readDotNet, readWords } from './words.ts'

/** Raised whenever the same text gets other terms than before; stored with each indexed text. */
export const termsVersion = 1

/** `start` and `end` are UTF-16 offsets in the text as given. `loose` terms find the text but stand in no phrase. */
export type Term = { text: string; start: number; end: number; loose: boolean }

/** Takes the terms of a text, in the order of their starts. */
export type Terms = { add(text: string, start: number, end: number, loose: boolean): void }

const word = letter | digit

/** The terms of a text in the order of their starts. */
export function termsOf(text: string): Term[] {
  const terms: Term[] = []
  readTerms(text, {
    add(text, start, end, loose) {
      terms.push({ text, start, end, loose })
    },
  })
  return terms
}

export type TermTexts = { stream: string[]; loose: string[] }

/** The same without their places: those that may stand in a phrase, and the loose ones. */
export function termTextsOf(text: string): TermTexts {
  const stream: string[] = []
  const apart: string[] = []
  readTerms(text, {
    add(text, _start, _end, loose) {
      if (loose) apart.push(text)
      else stream.push(text)
    },
  })
  return { stream, loose: apart }
}

function readTerms(text: string, terms: Terms): void {
  const source = folded(text)
  const { classes } = source
  const { length } = source.text
  let at = 0
  while (at < length) {
    const class_ = classes[at] as number
    if (class_ & word) at = readWords(source, at, terms)
    else if (class_ === han || class_ === hangul) at = readRun(source, at, terms)
    else if (class_ === connector && isDotNet(source, at)) at = readDotNet(source, at, terms)
    else at++
  }
}

/** A word, folded and not stemmed, for prefix queries; `undefined` where it is no single Latin-like word with a letter, of two characters or more. */
export function prefixOf(typed: string): string | undefined {
  const { text, classes } = folded(typed.trim())
  if (text.length < 2 || text.length > 64 || /^\.|\.\.|\.$/.test(text)) return undefined
  let found = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '.') continue
    if (((classes[at] as number) & word) === 0) return undefined
    found |= classes[at] as number
  }
  return (found & letter) === 0 ? undefined : text
}

/** A run of one script without spaces: overlapping pairs as phrases need them, and each character for itself. */
function readRun(source: Folded, from: number, terms: Terms): number {
  const { text, classes, starts, ends } = source
  const class_ = classes[from]
  let at = from
  let next = afterCharacter(text, at)
  if (classes[next] !== class_ || next >= text.length) {
    if (text[from] !== 'ー')
      terms.add(text.slice(at, next), starts[at] as number, ends[next - 1] as number, false)
    return next
  }
  while (at < text.length && classes[at] === class_) {
    const start = starts[at] as number
    const after = next < text.length && classes[next] === class_ ? afterCharacter(text, next) : next
    if (after > next) terms.add(text.slice(at, after), start, ends[after - 1] as number, false)
    if (text.charCodeAt(at) !== prolonged)
      terms.add(text.slice(at, next), start, ends[next - 1] as number, true)
    at = next
    next = after
  }
  return at
}

/** It only lengthens the kana before it. */
const prolonged = 'ー'.charCodeAt(0)

function afterCharacter(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return at + (unit >= 0xd800 && unit < 0xdc00 ? 2 : 1)
}
