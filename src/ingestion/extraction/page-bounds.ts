import { Parser } from 'htmlparser2'

/** Far above any page of an article, and far below what a parser needs seconds for. */
export const maxCharacters = 8_000_000
export const maxDepth = 512
export const maxElements = 50_000

const voidElements = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
)
const sliceLength = 65_536

/** Why a page is not read at all, looked up before any tree is made of it; `undefined` where it may be read. */
export function whyTooMuch(html: string): string | undefined {
  if (html.length > maxCharacters) return `It is longer than ${maxCharacters} characters.`
  let depth = 0
  let elements = 0
  let why: string | undefined
  const parser = new Parser({
    onopentagname(name) {
      elements++
      if (!voidElements.has(name)) depth++
      if (depth > maxDepth) why = tooDeep
      if (elements > maxElements) why = tooMany
      if (why) parser.pause()
    },
    onclosetag(name) {
      if (!voidElements.has(name)) depth--
    },
  })
  // In slices, since a parser that is paused still takes in all it was given.
  for (let at = 0; at < html.length && !why; at += sliceLength) parser.write(html.slice(at, at + sliceLength))
  return why
}

export const tooDeep = `Its elements are nested more than ${maxDepth} deep.`
export const tooMany = `It has more than ${maxElements} elements.`
