import { classOf, foldedCluster, isExtending, isHangul, isIgnorable, isLaterJamo } from './characters.ts'

/**
 * A text folded, and for each of its UTF-16 units the class and the place in the text as given. The arrays are used again
 * by the next call.
 */
export type Folded = { text: string; classes: Uint8Array; starts: Int32Array; ends: Int32Array }

/** What a unit of the text as given is, learnt when it is first met: a table of all would cost 100 ms at each start. */
const kinds = new Uint8Array(0x10000)
/** Folds by itself to the one unit in `targets`. */
const plain = 1
/** Needs its neighbours, or folds to more or less than one unit. */
const complex = 2
/** Belongs to the character before it. */
const extending = 4
/** Belongs to the Hangul before it. */
const laterJamo = 8

const targets = new Uint16Array(0x10000)
const targetClasses = new Uint8Array(0x10000)

let room = 0
let units: Uint16Array<ArrayBuffer>
let classes: Uint8Array
let starts: Int32Array
let ends: Int32Array
makeRoom(8192)

export function folded(text: string): Folded {
  if (room < text.length) makeRoom(text.length)
  let length = 0
  let at = 0
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    if (kindOf(unit) !== plain || growsInto(text, at + 1)) {
      const end = clusterEnd(text, at)
      length = writeCluster(text, at, end, length)
      at = end
      continue
    }
    units[length] = targets[unit] as number
    classes[length] = targetClasses[unit] as number
    starts[length] = at++
    ends[length++] = at
  }
  const made = { text: textOf(length), classes, starts, ends }
  // One huge text does not hold its memory for ever.
  if (room > 1 << 20) makeRoom(8192)
  return made
}

function growsInto(text: string, at: number): boolean {
  return at < text.length && kindOf(text.charCodeAt(at)) > complex
}

function kindOf(unit: number): number {
  return kinds[unit] || learn(unit)
}

function learn(unit: number): number {
  const character = String.fromCharCode(unit)
  kinds[unit] = complex
  if (isExtending(character)) kinds[unit] = extending
  else if (isLaterJamo(character)) kinds[unit] = laterJamo
  else {
    const target = foldedCluster(character)
    if (target.length === 1 && !isSurrogate(unit)) {
      kinds[unit] = plain
      targets[unit] = target.charCodeAt(0)
      targetClasses[unit] = classOf(target)
    }
  }
  return kinds[unit] as number
}

/** Where the character at this place ends, with its marks and what is invisible. */
function clusterEnd(text: string, start: number): number {
  const base = characterAt(text, start)
  const takesJamo = isHangul(base)
  let end = start + base.length
  while (end < text.length) {
    const next = characterAt(text, end)
    const kind = next.length === 1 ? kindOf(next.charCodeAt(0)) : isExtending(next) ? extending : complex
    if (kind !== extending && !(takesJamo && kind === laterJamo)) break
    end += next.length
  }
  return end
}

function writeCluster(text: string, start: number, end: number, length: number): number {
  const target = foldedCluster(text.slice(start, end).toWellFormed())
  const shownEnd = withoutInvisible(text, start, end)
  if (room < length + target.length + text.length - end) makeRoom(2 * (length + target.length + text.length))
  let written = length
  for (const character of target) {
    const characterClass = classOf(character)
    for (let index = 0; index < character.length; index++) {
      units[written] = character.charCodeAt(index)
      classes[written] = characterClass
      starts[written] = start
      ends[written++] = shownEnd
    }
  }
  return written
}

/** A highlight does not take in the zero-width space behind its word. */
function withoutInvisible(text: string, start: number, end: number): number {
  let shown = end
  while (shown - 1 > start && isIgnorable(text.charAt(shown - 1))) shown--
  return shown
}

function makeRoom(size: number) {
  const [oldUnits, oldClasses, oldStarts, oldEnds] = [units, classes, starts, ends]
  room = size
  units = new Uint16Array(size)
  classes = new Uint8Array(size)
  starts = new Int32Array(size)
  ends = new Int32Array(size)
  if (!oldUnits || oldUnits.length > size) return
  units.set(oldUnits)
  classes.set(oldClasses)
  starts.set(oldStarts)
  ends.set(oldEnds)
}

/** A text of one byte a unit where it can be: all that is made of it is quicker then. */
function textOf(length: number): string {
  for (let at = 0; at < length; at++) {
    if ((units[at] as number) > 0xff) return Buffer.from(units.buffer, 0, 2 * length).toString('utf16le')
  }
  return Buffer.from(units.subarray(0, length)).toString('latin1')
}
const characterAt = (text: string, at: number) => String.fromCodePoint(text.codePointAt(at) as number)
const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff
