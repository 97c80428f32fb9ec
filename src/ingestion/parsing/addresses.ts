import render from 'dom-serializer'
import { isTag, type ParentNode } from 'domhandler'
import { parseDocument } from 'htmlparser2'
import type { XmlElement } from './xml-tree.ts'

const addressAtMost = 4096

/** An address made absolute, or null for what is none of the web. Ampersands that were escaped twice are read. */
export function addressOf(text: string | undefined, base: string): string | null {
  const written = text?.trim().replaceAll('&amp;', '&')
  if (!written || written.length > addressAtMost) return null
  const url = URL.parse(written, base)
  return url && /^https?:$/.test(url.protocol) ? url.href : null
}

/** The base that `xml:base` sets for an element, relative to `outermost`; `outermost` itself where nothing does. */
export function baseOf(element: XmlElement | undefined, outermost: string): string {
  if (!element) return outermost
  const around = baseOf(element.parent, outermost)
  const own = element.attributes['xml:base']
  return own ? (URL.parse(own.trim(), around)?.href ?? around) : around
}

const withAddress = ['href', 'src', 'cite', 'poster', 'action', 'data', 'longdesc', 'usemap', 'background']

/** More elements are left as they are: a parser of HTML takes time with the square of its depth. */
const elementsAtMost = 4000

/** HTML in which what is relative to `base` is absolute. */
export function withAbsoluteAddresses(html: string, base: string): string {
  if (html.split('<', elementsAtMost + 1).length > elementsAtMost) return html
  const document = parseDocument(html)
  const waiting: ParentNode[] = [document]
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    for (const node of at.children) {
      if (!isTag(node)) continue
      for (const name of withAddress) {
        const absolute = node.attribs[name] === undefined ? null : URL.parse(node.attribs[name], base)
        if (absolute) node.attribs[name] = absolute.href
      }
      waiting.push(node)
    }
  }
  return render(document, { encodeEntities: 'utf8' })
}
