import fc from 'fast-check'
import type { Fields } from '../../src/text-index/indexed.ts'
import type { Phrase, Prefix, TextQuery } from '../../src/text-index/query.ts'
import { termsOf } from '../../src/text-index/terms.ts'

/** Few words, so that they meet: in both scripts, as compounds, with signs that mean something to an engine. */
const words = [
  ...['chips', 'computing', 'computer', 'gold', 'OpenAI', 'node.js', 'js', 'node', 'C++', 'C#', 'GPT-4', '4'],
  ...[
    "O'Reilly",
    'AT&T',
    'Köln',
    '云',
    '雲',
    '云计算',
    '雲計算',
    '超级计算机',
    '计算',
    '机',
    '电脑',
    '級',
    '級計',
  ],
  ...['苹果', '𠮷野家', '🍎', '12:30', '5.5', 'or', 'not', 'title', '한국어', 'データ', 'a\\b', '|'],
]
const joints = [' ', ' ', ' ', '', '，', '-', ': ', '\n', '. ']

const word = fc.constantFrom(...words)
const text = (maxLength: number) =>
  fc.array(fc.tuple(word, fc.constantFrom(...joints)), { maxLength }).map((pairs) => pairs.flat().join(''))

export const fields: fc.Arbitrary<Fields> = fc.record({ title: text(5), summary: text(6), body: text(25) })

const operand = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 2, arbitrary: fc.tuple(word, word).map((two) => two.join('')) },
  {
    weight: 3,
    arbitrary: fc.array(word, { minLength: 2, maxLength: 3 }).map((some) => `"${some.join(' ')}"`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('comp*', 'computing*', 'computi*', 'no*', 'op*', 'gol*', '云*', '超级*'),
  },
  { weight: 2, arbitrary: word.map((one) => `title:${one}`) },
)

/** Queries that can be read, and some that only exclude. */
export const queries = fc.letrec<{ query: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 5, arbitrary: operand },
    { weight: 2, arbitrary: tie('query').map((query) => `(${query})`) },
    { weight: 2, arbitrary: tie('part').map((part) => (part.startsWith('-') ? part : `-${part}`)) },
    { weight: 1, arbitrary: tie('query').map((query) => `title:(${query})`) },
  ),
  query: fc
    .array(fc.tuple(tie('part'), fc.constantFrom(' ', ' ', ' AND ', ' OR ', ' OR ')), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => parts.flat().slice(0, -1).join('')),
})).query

/** What an engine should find, told from the terms of the text without an index. */
export function matches(query: TextQuery, document: Fields): boolean {
  switch (query.type) {
    case 'all':
      return query.parts.every((part) => matches(part, document))
    case 'any':
      return query.parts.some((part) => matches(part, document))
    case 'without':
      return matches(query.part, document) && !matches(query.except, document)
    default: {
      const looked = query.inTitle ? [document.title] : [document.title, document.summary, document.body]
      return looked.some((field) => standsIn(query, field))
    }
  }
}

function standsIn(leaf: Phrase | Prefix, field: string): boolean {
  const terms = termsOf(field)
  const all = terms.map(({ text }) => text)
  if (leaf.type === 'prefix')
    return all.some((term) => term.startsWith(leaf.prefix) || leaf.stems.includes(term))
  if (leaf.terms.length === 1) return all.includes(leaf.terms[0] ?? '')
  const inOrder = terms.filter(({ loose }) => !loose).map(({ text }) => text)
  return inOrder.some((_, at) => leaf.terms.every((term, index) => inOrder[at + index] === term))
}
