import { blockNames, isElementNode, lineOf, type PageElement } from './page-document.ts'

/** The innermost blocks of text in an element, in order: what a reader sees as a paragraph or a line. */
export function textBlocksOf(element: PageElement): PageElement[] {
  const blocks: PageElement[] = []
  collect(element, blocks)
  return blocks
}

function collect(element: PageElement, blocks: PageElement[]): boolean {
  let holdsBlocks = false
  for (const child of element.childNodes) {
    if (isElementNode(child)) holdsBlocks = collect(child, blocks) || holdsBlocks
  }
  const isBlock = blockNames.has(element.localName)
  if (isBlock && !holdsBlocks && lineOf(element) !== '') blocks.push(element)
  return isBlock || holdsBlocks
}
