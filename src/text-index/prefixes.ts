import { prefixOf, termsOf } from './terms.ts'

/** The endings that stemming takes away, or turns into another. */
const endings =
  'ability ables ably al ally ance ances ate ated ates ating ation ations ative atively ator ators ed edly ement ements ence ences ency ent ents er ers es est ful fully iable ial ibility ible ic ical ically ied ier ies ing ingly ings ion ional ions ism isms ist ists ities ity ive ively iveness ization izations ize ized izer izers izes izing less ly ment ments ness ous ously ousness s'.split(
    ' ',
  )

/**
 * What `word*` looks for: indexed words are stemmed, and `computi` begins no stem. So it also finds the stems of the words
 * that it would be the beginning of, were it continued to an ending. `undefined` where the word is none to continue.
 */
export function prefixOfWord(word: string): { prefix: string; stems: string[] } | undefined {
  const prefix = prefixOf(word)
  if (prefix === undefined) return undefined
  const words = endings.flatMap((ending) => continued(prefix, ending))
  const stems = new Set([prefix, ...words].map(stemOf))
  return { prefix, stems: [...stems].filter((stem) => stem !== '' && !stem.startsWith(prefix)) }
}

/** The word continued so that it ends in `ending`, of which it has a beginning already. */
function continued(prefix: string, ending: string): string[] {
  // The consonant that was doubled before the ending goes with it: `committ` of committing.
  const words = doubled.test(prefix) && ending === 'ing' ? [prefix + ending] : []
  for (let length = Math.min(ending.length, prefix.length - 2); length > 0; length--) {
    if (prefix.endsWith(ending.slice(0, length))) words.push(prefix + ending.slice(length))
  }
  return words
}

const doubled = /([b-df-hj-np-tv-z])\1$/

function stemOf(word: string): string {
  const terms = termsOf(word)
  return terms.length === 1 ? (terms[0]?.text ?? '') : ''
}
