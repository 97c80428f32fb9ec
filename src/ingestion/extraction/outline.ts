import { isElementNode, type PageElement } from './page-document.ts'

/** An element, how much text is in it, how that begins, and whether it is about other articles or of readers. */
export type Entry = { element: PageElement; length: number; start: string; isOfOthers: boolean }

const namesOfReaders = /comment|related|recommend/i
const elementsAround = new Set(['aside', 'footer', 'nav'])
const namesAround = /sidebar|footer/i

/** All elements in the order of the page, measured in one walk: asking each for its text would take the square of that. */
export function outlineOf(root: PageElement): Entry[] {
  const entries: Entry[] = []
  measure(root, { isOfOthers: false, isInArticle: false, entries })
  return entries
}

function measure(element: PageElement, above: Above): Entry {
  const isInArticle = above.isInArticle || isArticle(element)
  const isOfOthers = above.isOfOthers || isByReaders(element) || (!isInArticle && isAround(element))
  const entry = { element, length: 0, start: '', isOfOthers }
  above.entries.push(entry)
  for (const child of element.childNodes) {
    const { length, start } = isElementNode(child)
      ? measure(child, { isOfOthers, isInArticle, entries: above.entries })
      : textAt(child.textContent.trim())
    entry.length += length
    entry.start ||= start
  }
  return entry
}

type Above = { isOfOthers: boolean; isInArticle: boolean; entries: Entry[] }

const textAt = (start: string) => ({ start, length: start.length })

/** Teasers are articles too, but have no headline of the first rank. */
const isArticle = (element: PageElement) =>
  (element.localName === 'article' || element.localName === 'main') &&
  element.getElementsByTagName('h1').length > 0

const isByReaders = ({ localName, className, id }: PageElement) =>
  localName !== 'body' && (namesOfReaders.test(className) || namesOfReaders.test(id))

/** What stands around an article. Its own foot and sidebar, inside it, may say when it was published. */
const isAround = ({ localName, className, id }: PageElement) =>
  elementsAround.has(localName) ||
  (localName !== 'body' && (namesAround.test(className) || namesAround.test(id)))

/** The nearest element from this one upwards for which this holds. */
export function nearest(
  element: PageElement,
  holds: (each: PageElement) => boolean,
): PageElement | undefined {
  for (let each: PageElement | null = element; each; each = each.parentElement) if (holds(each)) return each
  return undefined
}

export function elementsOfOthers(outline: Entry[]): Set<PageElement> {
  return new Set(outline.filter(({ isOfOthers }) => isOfOthers).map(({ element }) => element))
}
