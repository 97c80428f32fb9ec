import { type Content, contentOf } from '../articles/content.ts'
import { Failure } from '../shared/failure.ts'
import { plainText } from './parsing/texts.ts'

/** What is kept of a body, and what was wrong with it. */
export type CleanBody = { content: Content; problem: string | null }

/** The longest reports have a third of it. Whatever is done with a text afterwards is done where everybody waits for it. */
const maxTextLength = 150_000
/** Of HTML that is nested too deeply, which takes time with the square of its depth. */
const readAnyhow = 300_000

/**
 * The body of an article, sanitised. Of one that is too long, or nested too deeply, there is the beginning of its text: its words
 * are worth more than its form. Takes a second for a megabyte of elements, and therefore belongs in a thread.
 */
export function cleanBody({ html, base }: { html: string; base: string }): CleanBody {
  try {
    const content = contentOf({ html }, base)
    if (content.text.length <= maxTextLength) return { content, problem: null }
    return textAlone(content.text, `The text is longer than ${maxTextLength} characters.`, base)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return textAlone(plainText(html.slice(0, readAnyhow), maxTextLength), error.message, base)
  }
}

function textAlone(text: string, problem: string, base: string): CleanBody {
  const beginning = text.slice(0, maxTextLength).toWellFormed()
  return { content: contentOf({ text: beginning }, base), problem }
}
