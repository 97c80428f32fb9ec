import { addressOf, baseOf } from './addresses.ts'
import { children, type XmlElement } from './xml-tree.ts'

const pageType = /^(?:text\/html|application\/xhtml\+xml)/i

/** The address of an Atom link with this relation; a page before anything else. */
export function linked(element: XmlElement, relation: string, base: string): string | null {
  const links = linksOf(element, relation)
  const link = links.find((each) => pageType.test(each.attributes.type ?? '')) ?? links[0]
  return link ? addressOf(link.attributes.href, baseOf(link, base)) : null
}

/** The Atom links with a relation, which is `alternate` where none is said (RFC 4287, 4.2.7.2). */
export function linksOf(element: XmlElement, relation: string): XmlElement[] {
  return children(element, 'atom:link', 'link').filter(
    ({ attributes }) =>
      attributes.href !== undefined &&
      (attributes.rel?.trim().toLowerCase() || 'alternate')
        .replace('http://www.iana.org/assignments/relation/', '')
        .split(/\s+/)
        .includes(relation),
  )
}
