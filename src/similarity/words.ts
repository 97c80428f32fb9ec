import { folded } from '../text-index/folding.ts'
import { longestTerm, stemOf } from '../text-index/stems.ts'

/** Words by the dictionary that comes with the runtime; it parts Han and kana, and keeps the words of alphabets whole. */
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const english = /^[a-z]+$/
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
  if (text.length > longestKept) return wordsOfLong(text)
  const known = kept.get(text)
  if (known) return known
  const words = parted(text)
  if (kept.size >= mostKept) kept.clear()
  kept.set(text, words)
  return words
}

/** Titles are asked for again and again while an article is compared, and parting them is what costs. */
const kept = new Map<string, readonly string[]>()
const mostKept = 2000
const longestKept = 200

/** A lead is asked for twice in a row, for its own words and for the English ones that they stand for. */
let latest: { text: string; words: readonly string[] } = { text: '', words: [] }

function wordsOfLong(text: string): readonly string[] {
  if (text !== latest.text) latest = { text, words: parted(text) }
  return latest.words
}

/** What stands between spaces is parted by itself, and where it is a plain word with a mark behind it, nobody has to be asked. */
function parted(given: string): string[] {
  const { text } = folded(given)
  const words: string[] = []
  let rest = 0
  for (let at = 0; at < text.length; ) {
    const wordEnd = lettersEnd(text, at)
    const end = marks.has(text.charAt(wordEnd)) ? wordEnd + 1 : wordEnd
    const isPlain = wordEnd > at && wordEnd - at <= longestTerm && (end === text.length || text[end] === ' ')
    if (isPlain) {
      if (rest < at) segment(text.slice(rest, at), words)
      if (wordEnd - at > 1) words.push(stemOf(text.slice(at, wordEnd)))
      rest = end
    }
    const space = isPlain ? end : text.indexOf(' ', at)
    at = space < 0 ? text.length : space + 1
  }
  if (rest < text.length) segment(text.slice(rest), words)
  return words
}

const marks = new Set(',.;:!?')
const [a, z] = ['a'.charCodeAt(0), 'z'.charCodeAt(0)]

function lettersEnd(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) >= a && text.charCodeAt(at) <= z) at++
  return at
}

function segment(text: string, words: string[]): void {
  if (!meaningful.test(text)) return
  let unknown = ''
  const endUnknown = () => {
    if (unknown.length > 1 && unknown.length <= longestUnknown) words.push(unknown)
    unknown = ''
  }
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    if (oneHan.test(segment) && !functionCharacters.has(segment)) {
      unknown += segment
      continue
    }
    endUnknown()
    if (!isWordLike || segment.length > longestTerm) continue
    if (!meaningful.test(segment) || oneCharacter.test(segment)) continue
    words.push(english.test(segment) ? stemOf(segment) : segment)
  }
  endUnknown()
}
