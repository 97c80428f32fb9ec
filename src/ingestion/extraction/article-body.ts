import { Readability } from '@mozilla/readability'
import { lineOf, type PageDocument, type PageElement } from './page-document.ts'

/** Below so many characters Readability looks again, less strictly. Chinese says the same in fewer. */
const enough = 500
const enoughInHan = 200

/** The article in a page, as an element; `undefined` where there is none. The page is used up. */
export function articleBodyOf(document: PageDocument): PageElement | undefined {
  const isHan = /\p{Script=Han}{4}/u.test(lineOf(document.querySelector('title')))
  const reader = new Readability<unknown>(document as never, {
    charThreshold: isHan ? enoughInHan : enough,
    serializer: (body) => body,
  })
  const body = reader.parse()?.content as PageElement | undefined
  return body && lineOf(body) !== '' ? body : undefined
}
