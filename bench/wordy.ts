import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import type { NewArticle } from '../src/articles/article.ts'
import { articleAt, randomFrom, sourceLanguage, zipf } from './articles.ts'

type Options = { total: number; sourceIds: string[] }

/** So many articles tell one event, one after another: they share a few rare words, as names are shared. */
const articlesOfEvent = 3
const namesOfEvent = 5
const titleWords = 8
const leadWords = 120
const restWords = 160

let vocabularies: { zh: string[]; en: string[] } | undefined

/**
 * The article of this number in the words of a whole language, in Zipf's proportions. What articles have in common is then as rare
 * as it is in news, which the few dozen words of `articleAt` are not.
 */
export function wordyArticleAt(number: number, options: Options): NewArticle {
  vocabularies ??= readVocabularies()
  const article = articleAt(number, { ...options, bodyBytes: 100 })
  const language = sourceLanguage(options.sourceIds.indexOf(article.sourceId)) === 'zh' ? 'zh' : 'en'
  const words = vocabularies[language]
  const joint = language === 'zh' ? '' : ' '
  const random = randomFrom(number + 7_919)
  const ofEvent = randomFrom(Math.floor(number / articlesOfEvent) + 104_729)
  const names = Array.from(
    { length: namesOfEvent },
    () => words[Math.floor(ofEvent() * words.length)] as string,
  )
  const write = (count: number) =>
    Array.from({ length: count }, () => words[zipf(random, words.length)] as string)
  const title = [...write(titleWords), ...names.slice(0, 2)].join(joint)
  const lead = [...write(leadWords), ...names].join(joint)
  return {
    ...article,
    title,
    language,
    summary: null,
    body: { text: `${lead}\n\n${write(restWords).join(joint)}` },
  }
}

/** The words of the dictionary, Chinese and English, in an order that has nothing to do with what they mean. */
function readVocabularies(): { zh: string[]; en: string[] } {
  const file = new URL('../src/similarity/bridge/cedict.txt.br', import.meta.url)
  const [zh, en] = [new Set<string>(), new Set<string>()]
  for (const line of brotliDecompressSync(readFileSync(file)).toString('utf8').split('\n'))
    for (const entry of line.split('\t').slice(1)) {
      const [rest = '', ...meanings] = entry.split(' ')
      const word = line.charAt(0) + rest
      if (word.isWellFormed()) zh.add(word)
      for (const meaning of meanings) if (/^[a-z]{3,}$/.test(meaning)) en.add(meaning)
    }
  return { zh: scattered([...zh]), en: scattered([...en]) }
}

function scattered(words: string[]): string[] {
  const random = randomFrom(1)
  return words
    .map((word) => ({ word, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ word }) => word)
}
