import type { XmlElement } from './xml-tree.ts'

const voidElements = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
)

/** What HTML has without a prefix. */
const ofHtml = /^(?:xhtml|svg|math):/

/** What is in an element, as HTML. */
export function innerHtml(element: XmlElement): string {
  return element.children
    .map((each) => (typeof each === 'string' ? escapeText(each) : outerHtml(each)))
    .join('')
}

function outerHtml(element: XmlElement): string {
  const name = ofHtml.test(element.name) ? element.writtenName.replace(/^.*:/, '') : element.writtenName
  const attributes = Object.entries(element.attributes)
    .filter(([attribute]) => !attribute.startsWith('xmlns'))
    .map(([attribute, value]) => ` ${attribute}="${escapeText(value).replaceAll('"', '&quot;')}"`)
    .join('')
  if (voidElements.has(name)) return `<${name}${attributes}>`
  return `<${name}${attributes}>${innerHtml(element)}</${name}>`
}

/** A reference to an entity of HTML is still one; those of XML were read, and what looks like one of them is text. */
const bareAmpersand = /&(?!(?!(?:amp|lt|gt|quot|apos);)[a-z][a-z0-9]{1,30};)/gi

function escapeText(text: string): string {
  return text.replace(bareAmpersand, '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
