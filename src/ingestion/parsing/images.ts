import { addressOf, baseOf } from './addresses.ts'
import { linksOf } from './links.ts'
import { children, textOfChild, type XmlElement } from './xml-tree.ts'

const imageFile = /\.(?:jpe?g|png|gif|webp|avif)(?:[?#]|$)/i

/** The picture that a feed gives with an item: of the media module, an enclosure, or the podcast's. */
export function imageOf(item: XmlElement, base: string): string | null {
  const media = [item, ...children(item, 'media:group'), ...children(item, 'media:content')]
  const contents = media.flatMap((each) => children(each, 'media:content')).filter(isImage)
  const thumbnails = [
    ...media.flatMap((each) => children(each, 'media:thumbnail')),
    ...children(item, 'media:group').flatMap((group) =>
      children(group, 'media:content').flatMap((content) => children(content, 'media:thumbnail')),
    ),
  ]
  const enclosures = [...children(item, 'enclosure', 'atom:enclosure'), ...linksOf(item, 'enclosure')]
  const candidates = [
    ...widestFirst(contents),
    ...widestFirst(thumbnails),
    ...enclosures.filter(isImage),
    ...children(item, 'itunes:image'),
  ]
  for (const candidate of candidates) {
    const { url, href } = candidate.attributes
    const address = addressOf(url ?? href ?? '', baseOf(candidate, base))
    if (address) return address
  }
  const ownImage = children(item, 'image')[0]
  return ownImage ? addressOf(ownImage.attributes.href ?? textOfChild(ownImage, 'url'), base) : null
}

function isImage({ attributes }: XmlElement): boolean {
  if (attributes.medium) return attributes.medium.toLowerCase() === 'image'
  if (attributes.type) return attributes.type.toLowerCase().startsWith('image/')
  return imageFile.test(attributes.url ?? attributes.href ?? '')
}

function widestFirst(elements: XmlElement[]): XmlElement[] {
  return elements.toSorted((one, other) => widthOf(other) - widthOf(one))
}

function widthOf({ attributes }: XmlElement): number {
  return Number.parseInt(attributes.width ?? '0', 10) || 0
}
