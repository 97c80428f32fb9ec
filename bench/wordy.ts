import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import type { NewArticle } from '../src/articles/article.ts'
import {
  type ArticleOptions,
  articleAt,
  chinese,
  english,
  type Random,
  randomFrom,
  sourceLanguage,
  zipf,
} from './articles.ts'

type Language = 'zh' | 'en'
type Vocabulary = { words: string[]; joint: string; end: string }

/** Events come in blocks, told one among the other: one by five articles, one by three, one by two, and two by one alone. */
const eventsOfBlock = [0, 1, 0, 2, 0, 1, 3, 0, 1, 0, 2, 4]
/** In every so many blocks all articles tell one event. */
const blocksBetweenLarge = 40
/** So many subjects go on for all three years: what is told of one is related, and no event. */
const subjects = 150
const [namesOfSubject, namesOfEvent] = [4, 8]
const [titleWords, leadWords, paragraphWords, paragraphs] = [3, 36, 45, 2]
/** Each so manieth article has the text of one some numbers before it, at another source. */
const [republishedEvery, republishedBehind] = [20, 7]

let vocabularies: Record<Language, Vocabulary> | undefined

/**
 * The article of this number in the words of a whole language, in Zipf's proportions. What articles have in common is then as rare
 * as it is in news, which the few dozen words of `articleAt` are not: those are here the commonest ones.
 */
export function wordyArticleAt(number: number, options: ArticleOptions): NewArticle {
  const textOf = isRepublished(number) ? number - republishedBehind : number
  const article = articleAt(number, { ...options, bodyBytes: 0 })
  const language = languageAt(textOf)
  const sourceId = options.sourceIds[sourceIn(language, number, textOf)] as string
  return { ...article, sourceId, language, ...textAt(textOf, language) }
}

const isRepublished = (number: number) =>
  number >= republishedBehind && number % republishedEvery === republishedEvery - 1

/** An event is told in one language. */
function languageAt(number: number): Language {
  return randomFrom(eventAt(number) + 15_485_863)() < 0.5 ? 'zh' : 'en'
}

function eventAt(number: number): number {
  const block = Math.floor(number / eventsOfBlock.length)
  const isLarge = block % blocksBetweenLarge === blocksBetweenLarge - 1
  const place = isLarge ? 0 : (eventsOfBlock[number % eventsOfBlock.length] as number)
  return block * eventsOfBlock.length + place
}

/** A source of this language, and of what is republished another one than that of the text. */
function sourceIn(language: Language, number: number, textOf: number): number {
  const pairs = 25
  const at = (of: number) => zipf(randomFrom(of + 32_452_843), pairs)
  const own = at(number)
  const pair = number !== textOf && own === at(textOf) ? (own + 1) % pairs : own
  return sourceLanguage(0) === language ? 2 * pair : 2 * pair + 1
}

function textAt(number: number, language: Language) {
  vocabularies ??= readVocabularies()
  const { words, joint, end } = vocabularies[language]
  const random = randomFrom(number + 7_919)
  const write = (count: number) =>
    Array.from({ length: count }, () => words[zipf(random, words.length)] as string)
  const event = eventAt(number)
  const names = namesFrom(randomFrom(event + 104_729), words, namesOfEvent)
  const subject = zipf(randomFrom(event + 1_299_709), subjects)
  const known = namesFrom(randomFrom(subject + 49_979_687), words, namesOfSubject)
  const said = (some: string[]) => sentence(some, joint, end)
  const lead = said(spread([...names, ...known], write(leadWords)))
  const title = sentence([...names.slice(0, 4), ...known.slice(0, 2), ...write(titleWords)], joint, '')
  const rest = Array.from(
    { length: paragraphs },
    (_, index) =>
      `<h2>${said(write(4))}</h2><p>${said([...write(paragraphWords), names[index] as string])}</p>`,
  )
  return { title, summary: null, body: { html: [`<p>${lead}</p>`, ...rest].join('\n') } }
}

const namesFrom = (random: Random, words: string[], count: number) =>
  Array.from({ length: count }, () => words[Math.floor(random() * words.length)] as string)

/** Each of some words behind a few of the others. */
function spread(some: string[], others: string[]): string[] {
  const step = Math.floor(others.length / some.length)
  return some.flatMap((word, index) => [...others.slice(index * step, (index + 1) * step), word])
}

function sentence(words: string[], joint: string, end: string): string {
  const text = words.join(joint)
  return text.charAt(0).toUpperCase() + text.slice(1) + end
}

/** The common words, and behind them those of the dictionary in an order that has nothing to do with what they mean. */
function readVocabularies(): Record<Language, Vocabulary> {
  const file = new URL('../src/similarity/bridge/cedict.txt.br', import.meta.url)
  const [zh, en] = [new Set<string>(), new Set<string>()]
  for (const line of brotliDecompressSync(readFileSync(file)).toString('utf8').split('\n'))
    for (const entry of line.split('\t').slice(1)) {
      const [rest = '', ...meanings] = entry.split(' ')
      const word = line.charAt(0) + rest
      if (word.isWellFormed()) zh.add(word)
      for (const meaning of meanings) if (/^[a-z]{3,}$/.test(meaning)) en.add(meaning)
    }
  const behind = (common: string[], all: Set<string>) => [...new Set([...common, ...scattered([...all])])]
  return {
    zh: { words: behind(chinese, zh), joint: '', end: '。' },
    en: { words: behind(english, en), joint: ' ', end: '.' },
  }
}

function scattered(words: string[]): string[] {
  const random = randomFrom(1)
  return words
    .map((word) => ({ word, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ word }) => word)
}
