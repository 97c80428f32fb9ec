import { simplified } from './simplified.ts'

/** What a folded character is to the terms. Bits, so that "letter or digit" is one comparison. */
export const letter = 1
export const digit = 2
/** Han and kana, which stand in one run. */
export const han = 4
export const hangul = 8
/** What may hold a word together or end it: `.` `'` `-` `,` `+` `#`. */
export const connector = 16
/** Everything else: space, punctuation, symbols. */
export const separator = 0

const mark = /\p{M}/u
const ignorable = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u
const everyIgnorable = new RegExp(ignorable, 'gu')
const markOnly = /^\p{M}+$/u
/** Letters whose accents are spelling and not sound: a reader types them with and without. */
const accented = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u
const kana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u
const hanOrKana = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
const hangulLetter = /\p{Script=Hangul}/u
const letterOrNumber = /[\p{L}\p{N}]/u
const voicing = /[\u3099\u309A]/
const everyVoicing = /[\u3099\u309A]/g
/** Drawn as a picture: keycaps, Ⓜ️, ㊗️. */
const pictured = /[\uFE0F\u20E3]/
/** Compatibility forms that would grow into the word before them. */
const wordless = new Set(['™', '℠'])

/** Letters that carry their accent within, and what else a reader takes for the same. */
const alike: Record<string, string> = {
  ß: 'ss',
  ς: 'σ',
  ı: 'i',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ħ: 'h',
  æ: 'ae',
  œ: 'oe',
  '’': "'",
  ʼ: "'",
  '‐': '-',
  '‑': '-',
}
const connectors = ".'-,+#"

/** Whether a character belongs to the one before it: a mark, the voicing of half-width kana, or nothing at all. */
export function isExtending(character: string): boolean {
  return mark.test(character) || isIgnorable(character) || character === '\uFF9E' || character === '\uFF9F'
}

export function isIgnorable(character: string): boolean {
  return ignorable.test(character)
}

/** Whether a Hangul vowel or final consonant grows together with the Hangul before it. */
export function isLaterJamo(character: string): boolean {
  return /^[\u1160-\u11FF\uD7B0-\uD7FF]/.test(character.normalize('NFKC'))
}

export function isHangul(character: string): boolean {
  return hangulLetter.test(character)
}

/** The class of a folded character. */
export function classOf(character: string): number {
  if (connectors.includes(character)) return connector
  // 々, 〆, 〇 and ー are of no script, and stand in words all the same.
  if (/[\u3005-\u3007\u30FC]/.test(character)) return han
  if (hanOrKana.test(character)) return letterOrNumber.test(character) ? han : separator
  if (hangulLetter.test(character)) return letterOrNumber.test(character) ? hangul : separator
  if (/\p{N}/u.test(character)) return digit
  return /[\p{L}\p{M}]/u.test(character) ? letter : separator
}

/**
 * A character with what belongs to it, folded: compatibility forms, case, accents, Traditional script. Characters that are in
 * no term become spaces. Folding what is folded changes nothing.
 */
export function foldedCluster(cluster: string): string {
  if (pictured.test(cluster) || wordless.has(cluster)) return ' '
  const plain = cluster.replace(everyIgnorable, '').normalize('NFKC').toLowerCase().normalize('NFKD')
  if (markOnly.test(plain)) return ''
  let folded = ''
  for (const character of withoutAccents(plain).normalize('NFC').replace(everyVoicing, ''))
    folded += classOf(character) === separator ? ' ' : simplified(character)
  return folded
}

/** Of decomposed text. Kana keep their voicing, and scripts that write vowels as marks keep those. */
function withoutAccents(decomposed: string): string {
  let kept = ''
  let base = ''
  for (const character of decomposed) {
    if (!mark.test(character)) {
      base = character
      kept += alike[character] ?? character
    } else if (voicing.test(character) ? kana.test(base) : keepsMarks(base)) kept += character
  }
  return kept
}

function keepsMarks(base: string): boolean {
  return base !== '' && classOf(base) === letter && !accented.test(base)
}
