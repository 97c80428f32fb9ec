import { baseOf, withAbsoluteAddresses } from './addresses.ts'
import { htmlOf } from './texts.ts'
import type { XmlElement } from './xml-tree.ts'

/**
 * The HTML of an item's text. Addresses in it stay as they are unless `xml:base` says what they are relative to: nobody
 * could tell later.
 */
export function contentOf(
  element: XmlElement | undefined,
  untyped: 'html' | 'either',
  outermostBase: string,
): string | null {
  const html = htmlOf(element, untyped)
  const base = html === null ? outermostBase : baseOf(element, outermostBase)
  return html !== null && base !== outermostBase ? withAbsoluteAddresses(html, base) : html
}
