import { licenceOf } from '../licences.ts'
import { linksOf } from './links.ts'
import { children, textOf, type XmlElement } from './xml-tree.ts'

const licences = ['creativecommons:license', 'cc:license', 'media:license', 'dcterms:license']
const rights = [
  'dc:rights',
  'dcterms:rights',
  'atom:rights',
  'rights',
  'copyright',
  'atom:copyright',
  'media:copyright',
]

/** The licence of an item, or the one that a feed gives to all its items. */
export function licenceIn(element: XmlElement): string | null {
  return licenceOf([
    ...linksOf(element, 'license').map(({ attributes }) => attributes.href),
    ...written(element),
  ])
}

/** That of a feed is of its items as well; but an Atom link says nothing of entries (RFC 4946, 2). */
export function licenceOfItems(feed: XmlElement): string | null {
  return licenceOf(written(feed))
}

function written(element: XmlElement): (string | undefined)[] {
  const named = children(element, ...licences).flatMap((each) => {
    const { href, 'rdf:resource': resource } = each.attributes
    return [href, resource, textOf(each)]
  })
  const said = children(element, ...rights).flatMap((each) => [each.attributes.url, textOf(each)])
  return [...named, ...said]
}
