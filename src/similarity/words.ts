import { stemmer } from 'stemmer'
import { folded } from '../text-index/folding.ts'

/** Words by the dictionary that comes with the runtime; it parts Han and kana, and keeps the words of alphabets whole. */
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const english = /^[a-z]+$/
const meaningful = /[\p{L}\p{N}]/u
/** A longer one is no word: an encoded picture, an address. */
const longest = 64
const oneCharacter = /^(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[a-z])$/u

/**
 * The words of a text by which it is compared with others: folded as for search, English ones stemmed. Single letters and
 * single Han characters say too little and are left out.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const { segment, isWordLike } of segmenter.segment(folded(text).text)) {
    if (!isWordLike || segment.length > longest) continue
    if (!meaningful.test(segment) || oneCharacter.test(segment)) continue
    words.push(english.test(segment) ? stemmer(segment) : segment)
  }
  return words
}
