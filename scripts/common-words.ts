import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLines } from '../eval/data.ts'
import { countWords } from '../src/similarity/vector.ts'

type Text = { title: string; body: string }
type Captured = Text & { source?: string; site?: string }
type Translation = { enTitle: string; en: string }

/** The least share of texts, in thousandths, with which a word is listed. */
const least = 4
const leadLength = 300

const chinese = readLines<Captured>('zh-articles.jsonl')
const english = readLines<Translation>('translations.jsonl').map(({ enTitle, en }) => ({
  title: enTitle,
  body: en,
}))
const captures = readLines<Captured>('en-captures.jsonl').filter(({ site }) => site !== 'github')

/** The shares of texts, in thousandths, that have a word: how common it is, and nothing of the texts themselves. */
function sharesOf(texts: Text[]): Map<string, number> {
  const frequencies = new Map<string, number>()
  for (const { title, body } of texts)
    for (const word of countWords(title, body.slice(0, leadLength)).keys())
      frequencies.set(word, (frequencies.get(word) ?? 0) + 1)
  return new Map([...frequencies].map(([word, count]) => [word, Math.round((1000 * count) / texts.length)]))
}

/** Of two collections in one language the lesser share counts: what one outlet says in each text is not common. */
const lists = [
  [chinese.filter(({ source }) => source === 'IT之家'), chinese.filter(({ source }) => source !== 'IT之家')],
  [english, captures],
].flatMap(([one = [], other = []]) => {
  const inOther = sharesOf(other)
  return [...sharesOf(one)].map(([word, share]) => [word, Math.min(share, inOther.get(word) ?? 0)] as const)
})
const shares = new Map<string, number>()
for (const [word, share] of lists)
  if (share >= least) shares.set(word, Math.max(share, shares.get(word) ?? 0))

const byShare = Map.groupBy([...shares.keys()].sort(), (word) => shares.get(word) as number)
const lines = [...byShare].sort(([a], [b]) => b - a).map(([share, words]) => `${share} ${words.join(' ')}`)
writeFileSync(
  join(import.meta.dirname, '../src/similarity/background/common-words.txt'),
  `${lines.join('\n')}\n`,
)
console.log(`${shares.size} words`)
