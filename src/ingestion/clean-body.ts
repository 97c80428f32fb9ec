import { type Content, contentOf } from '../articles/content.ts'
import { Failure } from '../shared/failure.ts'
import { plainText } from './parsing/texts.ts'

/** What is kept of a body, and what was wrong with it. */
export type CleanBody = { content: Content; problem: string | null }

/**
 * The longest reports have half of it. Whatever is done with a text afterwards is done where everybody waits for it, and a Han
 * character, which says about as much as three letters, costs as much, too.
 */
const maxTextLength = 100_000
/** Of HTML that is nested too deeply, which takes time with the square of its depth. */
const readAnyhow = 300_000

/**
 * The body of an article, sanitised. Of one that is too long, or nested too deeply, there is the beginning of its text: its words
 * are worth more than its form. Takes a second for a megabyte of elements, and therefore belongs in a thread.
 */
export function cleanBody({ html, base }: { html: string; base: string }): CleanBody {
  try {
    const content = contentOf({ html }, base)
    const bound = boundOf(content.text)
    if (content.text.length <= bound) return { content, problem: null }
    return textAlone(content.text, `The text is longer than ${bound} characters.`, base)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return textAlone(plainText(html.slice(0, readAnyhow), maxTextLength), error.message, base)
  }
}

function textAlone(text: string, problem: string, base: string): CleanBody {
  const beginning = text.slice(0, boundOf(text)).toWellFormed()
  return { content: contentOf({ text: beginning }, base), problem }
}

/** How many characters of a text are kept, by what share of those that may be are Han. */
function boundOf(text: string): number {
  const kept = text.slice(0, maxTextLength)
  if (kept.length === 0) return maxTextLength
  const han = kept.match(/\p{Script=Han}/gu)?.length ?? 0
  return Math.floor(maxTextLength / (1 + (2 * han) / kept.length))
}
