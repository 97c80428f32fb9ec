import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLines } from '../eval/data.ts'
import { stopWords } from '../src/similarity/stop-words.ts'
import { countWords } from '../src/similarity/vector.ts'

type Translation = { enTitle: string; en: string; zhTitle: string; zh: string }
type Text = { title: string; body: string }

/** The least share of texts, in thousandths, with which a word is listed. */
const least = 4
/** These texts are of one field: what they are all about is not as common in others. Stop words are. */
const mostOfTopics = 50
const leadLength = 300
const latin = /^[a-z]/

/** The shares of texts, in thousandths, that have a word: how common it is, and nothing of the texts themselves. */
function sharesOf(texts: Text[]): [word: string, share: number][] {
  const frequencies = new Map<string, number>()
  for (const { title, body } of texts)
    for (const word of countWords(title, body.slice(0, leadLength)).keys())
      frequencies.set(word, (frequencies.get(word) ?? 0) + 1)
  return [...frequencies].map(([word, count]) => {
    const share = Math.round((1000 * count) / texts.length)
    return [word, stopWords.has(word) ? share : Math.min(share, mostOfTopics)]
  })
}

const translations = readLines<Translation>('translations.jsonl')
const english = sharesOf(translations.map(({ enTitle, en }) => ({ title: enTitle, body: en })))
/** What a Chinese text writes in Latin letters is a name. */
const chinese = sharesOf(translations.map(({ zhTitle, zh }) => ({ title: zhTitle, body: zh }))).filter(
  ([word]) => !latin.test(word),
)

const shares = new Map<string, number>()
for (const [word, share] of [...english, ...chinese])
  if (share >= least) shares.set(word, Math.max(share, shares.get(word) ?? 0))

const byShare = Map.groupBy([...shares.keys()].sort(), (word) => shares.get(word) as number)
const lines = [...byShare].sort(([a], [b]) => b - a).map(([share, words]) => `${share} ${words.join(' ')}`)
writeFileSync(
  join(import.meta.dirname, '../src/similarity/background/common-words.txt'),
  `${lines.join('\n')}\n`,
)
console.log(`${shares.size} words`)
