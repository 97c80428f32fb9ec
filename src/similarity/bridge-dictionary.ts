import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import groups from '../text-index/aliases.json' with { type: 'json' }
import { folded } from '../text-index/folding.ts'
import { stopWords } from './stop-words.ts'
import { wordsOf } from './words.ts'

/** The rest of a Chinese word behind its second character, and its English words, stemmed. */
type Entry = { rest: string; words: string[] }

/** The words that begin with one character, by the second one; the longest first. */
type Words = Map<string, Entry[]>

const none: Entry[] = []
const folder = join(import.meta.dirname, 'bridge')
const han = /\p{Script=Han}/u

type Lines = { general: Map<string, string>; own: Map<string, [behind: string, english: string][]> }

let lines: Lines | undefined
const read = new Map<string, Words>()

/** The English words of the longest Chinese word that begins at this place of a folded text, and how long that is. */
export function longestWordAt(text: string, at: number): { length: number; words: string[] } | undefined {
  const words = wordsBehind(text.charAt(at))
  for (const { rest, words: english } of words.get(text.charAt(at + 1)) ?? none)
    if (rest === '' || text.startsWith(rest, at + 2)) return { length: 2 + rest.length, words: english }
  const [single] = words.get('') ?? []
  return single && { length: 1, words: single.words }
}

/** Read when a text first has the character: to read all at once would cost a third of a second. */
function wordsBehind(first: string): Words {
  let words = read.get(first)
  if (words) return words
  words = new Map()
  lines ??= readLines()
  for (const line of lines.general.get(first)?.split('\t').slice(1) ?? []) {
    const [behind = '', ...english] = line.split(' ')
    put(words, behind, english)
  }
  for (const [behind, english] of lines.own.get(first) ?? []) put(words, behind, englishWordsOf(english))
  for (const entries of words.values()) entries.sort((a, b) => b.rest.length - a.rest.length)
  read.set(first, words)
  return words
}

/** A later meaning stands in the place of an earlier one. */
function put(words: Words, behind: string, english: string[]): void {
  const second = behind.charAt(0)
  const rest = behind.slice(1)
  const others = words.get(second)?.filter((entry) => entry.rest !== rest) ?? []
  words.set(second, [...others, { rest, words: english }])
}

/** By first character. Our own names are put over what the dictionary has. */
function readLines(): Lines {
  const text = brotliDecompressSync(readFileSync(join(folder, 'cedict.txt.br'))).toString('utf8')
  const general = new Map(text.split('\n').map((line) => [line.charAt(0), line]))
  const own: Lines['own'] = new Map()
  for (const [name, english] of ownNames()) {
    const key = folded(name).text
    const first = key.charAt(0)
    own.set(first, [...(own.get(first) ?? []), [key.slice(1), english]])
  }
  return { general, own }
}

function* ownNames(): Generator<[name: string, english: string]> {
  for (const group of groups) {
    const english = group.filter((name) => !han.test(name)).join(' ')
    for (const name of group) if (han.test(name) && !name.includes(' ')) yield [name, english]
  }
  for (const line of readFileSync(join(folder, 'aliases.txt'), 'utf8').split('\n')) {
    const [name = '', ...english] = line.split(' ')
    if (han.test(name)) yield [name, english.join(' ')]
  }
}

const englishWordsOf = (name: string) => [...new Set(wordsOf(name))].filter((word) => !stopWords.has(word))
