const ideographsPerMinute = 400
const wordsPerMinute = 230

/** What a character is to a count of words. */
const other = 1
/** Han and kana are written without spaces: each character counts as a word. */
const ideograph = 2
const letter = 3
/** Goes on a word, and begins none. */
const mark = 4
/** Holds a word together between two letters. */
const connector = 5

/** Of each unit of UTF-16, learnt when it is first met; 0 until then. */
const kinds = new Uint8Array(0x10000)

/** How many words a text has, and how long it takes to read. */
export function lengthOf(text: string): { wordCount: number; readingMinutes: number } {
  let ideographs = 0
  let words = 0
  /** What the last character leaves open: a word, a word with a connector behind it, or neither. */
  let open = other
  for (let at = 0; at < text.length; at++) {
    const kind = kindAt(text, at)
    if (kind === letter) {
      if (open === other) words++
      open = letter
    } else if (kind === connector) open = open === letter ? connector : other
    else if (kind === ideograph) {
      ideographs++
      open = other
    } else if (kind !== mark || open !== letter) open = other
    if (isPair(text, at)) at++
  }
  const minutes = ideographs / ideographsPerMinute + words / wordsPerMinute
  return { wordCount: ideographs + words, readingMinutes: Math.ceil(minutes) }
}

function kindAt(text: string, at: number): number {
  if (isPair(text, at)) return kindOf(String.fromCodePoint(text.codePointAt(at) as number))
  const unit = text.charCodeAt(at)
  const known = kinds[unit] as number
  if (known !== 0) return known
  const kind = kindOf(text.charAt(at))
  kinds[unit] = kind
  return kind
}

function kindOf(character: string): number {
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(character)) return ideograph
  if (/[\p{L}\p{N}]/u.test(character)) return letter
  if (/\p{M}/u.test(character)) return mark
  return /['’.\-_]/.test(character) ? connector : other
}

function isPair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (unit < 0xd800 || unit > 0xdbff) return false
  const next = text.charCodeAt(at + 1)
  return next >= 0xdc00 && next <= 0xdfff
}
