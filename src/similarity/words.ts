import { stemmer } from 'stemmer'
import { folded } from '../text-index/folding.ts'

/** Words by the dictionary that comes with the runtime; it parts Han and kana, and keeps the words of alphabets whole. */
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const english = /^[a-z]+$/
/** A longer one is no word: an encoded picture, an address. */
const longest = 64
const meaningful = /[\p{L}\p{N}]/u
const oneCharacter = /^(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[a-z])$/u
const oneHan = /^\p{Script=Han}$/u
const longestUnknown = 5

/** Characters that are words by themselves: particles, pronouns, prepositions, numerals, measures and the commonest verbs. */
const functionCharacters = new Set(
  '的了和与及或在是有为将被把从对向于以到由等也都就还又再不没很最更这那其此各每某该我你他她它们个款台只条件家项名位次年月日时分秒' +
    '元万亿千百十一二三四五六七八九零两多少大小新老高低上下中前后内外左右来去出入起称说可能会要让使给做用至比超达近约售首共已正' +
    '仅并但而且如若因所之者地得着过吗呢吧啊米克吨号版级型类种层双单半全同',
)

/**
 * The words of a text by which it is compared with others: folded as for search, English ones stemmed. Single letters and
 * single Han characters say too little and are left out. Han characters that the dictionary leaves single in a row are one
 * word: it is older than many names, and knows neither 谷歌 nor 鸿蒙.
 */
export function wordsOf(text: string): readonly string[] {
  if (text.length > longestKept) return segmented(text)
  const known = kept.get(text)
  if (known) return known
  const words = segmented(text)
  if (kept.size >= mostKept) kept.clear()
  kept.set(text, words)
  return words
}

/** Titles are asked for again and again while an article is compared, and parting them is what costs. */
const kept = new Map<string, readonly string[]>()
const mostKept = 2000
const longestKept = 200

function segmented(text: string): string[] {
  const words: string[] = []
  let unknown = ''
  const endUnknown = () => {
    if (unknown.length > 1 && unknown.length <= longestUnknown) words.push(unknown)
    unknown = ''
  }
  for (const { segment, isWordLike } of segmenter.segment(folded(text).text)) {
    if (oneHan.test(segment) && !functionCharacters.has(segment)) {
      unknown += segment
      continue
    }
    endUnknown()
    if (!isWordLike || segment.length > longest) continue
    if (!meaningful.test(segment) || oneCharacter.test(segment)) continue
    words.push(english.test(segment) ? stemmer(segment) : segment)
  }
  endUnknown()
  return words
}
