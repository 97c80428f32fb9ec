import { Parser } from 'htmlparser2'
import { innerHtml } from './inner-html.ts'
import { children, textOf, type XmlElement } from './xml-tree.ts'

/** Of a line (a title, a name) and of a body, in characters. */
export const lineAtMost = 2000
export const htmlAtMost = 1_000_000

const endTagOrVoidTag =
  /<\/(?:a|abbr|acronym|b|bdi|big|blockquote|cite|code|del|div|em|font|h[1-6]|i|ins|kbd|li|mark|nobr|ol|p|pre|q|s|small|span|strike|strong|sub|sup|table|td|tr|tt|u|ul|var)\s*>|<(?:br|hr|img|wbr)(?:\s[^<>]*|\/)?>/i
const reference = /&(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos|nbsp|[rl][sd]quo|hellip|[mn]dash);/i
const separating = /^(?:br|p|div|li|td|th|tr|h[1-6]|blockquote)$/
const unseen = new Set(['script', 'style', 'template'])

/** The text of HTML in one line: tags taken away, references read, white space made one space. So long at most. */
export function plainText(html: string, atMost = lineAtMost): string {
  const bounded = html.slice(0, atMost * 4)
  if (!/[<&]/.test(bounded)) return oneLine(bounded, atMost)
  const parts: string[] = []
  let hidden = 0
  const parser = new Parser({
    onopentagname(name) {
      if (unseen.has(name)) hidden++
      if (separating.test(name)) parts.push(' ')
    },
    onclosetag(name) {
      if (unseen.has(name)) hidden--
      if (separating.test(name)) parts.push(' ')
    },
    ontext(data) {
      if (hidden === 0) parts.push(data)
    },
  })
  parser.end(bounded)
  const text = parts.join('')
  return oneLine(reference.test(text) ? withReferencesRead(text) : text, atMost)
}

/** A text that is no HTML, in one line. References are read all the same: they come from what was escaped twice. */
export function plainLine(text: string): string {
  const bounded = text.slice(0, lineAtMost * 4)
  const once = withReferencesRead(bounded)
  return oneLine(reference.test(once) ? withReferencesRead(once) : once)
}

function withReferencesRead(text: string): string {
  if (!text.includes('&')) return text
  const parts: string[] = []
  const parser = new Parser({ ontext: (data) => parts.push(data) })
  parser.end(text.replaceAll('<', '&lt;'))
  return parts.join('')
}

function oneLine(text: string, atMost = lineAtMost): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, atMost)
}

/** Whether a text that may be either was meant as HTML: it ends an element, or has one that needs no end. */
export function looksLikeHtml(text: string): boolean {
  return endTagOrVoidTag.test(text)
}

/** A title as one line of text. What does not say that it is HTML is read as such where it looks so. */
export function titleOf(element: XmlElement | undefined): string | null {
  if (!element) return null
  const { html, text } = constructOf(element)
  const isHtml = html !== undefined || (kindOf(element) === '' && looksLikeHtml(text))
  return (isHtml ? plainText(html ?? text) : plainLine(text)) || null
}

/** A body as HTML. `untyped` is what a text is that does not say. */
export function htmlOf(element: XmlElement | undefined, untyped: 'html' | 'either'): string | null {
  if (!element) return null
  const { html, text } = constructOf(element)
  const isHtml = html !== undefined || (kindOf(element) === '' && (untyped === 'html' || looksLikeHtml(text)))
  return (isHtml ? (html ?? text) : escapedHtml(text)).slice(0, htmlAtMost) || null
}

export function escapedHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** What a text says of itself: 'html', 'xhtml', 'text', or '' for nothing. */
function kindOf({ attributes }: XmlElement): 'html' | 'xhtml' | 'text' | '' {
  const type = (attributes.type ?? '').trim().toLowerCase()
  if (type === 'html' || type === 'text/html') return 'html'
  if (type === 'xhtml' || type === 'application/xhtml+xml') return 'xhtml'
  // In Atom 0.3 text/plain is also what is written where nobody thought of it.
  if (type === 'text' || (type === 'text/plain' && attributes.mode === undefined)) return 'text'
  return ''
}

/** The text of an element, and its HTML where that is certain. */
function constructOf(element: XmlElement): { html?: string; text: string } {
  const hasElements = element.children.some((each) => typeof each !== 'string')
  if (hasElements) {
    const inside = unwrapped(element)
    // Some wrap what they escaped in a `div` that they did not escape.
    const isEscaped = kindOf(element) === 'html' && inside.children.every((each) => typeof each === 'string')
    const html = isEscaped ? textOf(inside) : innerHtml(inside).trim()
    return { html, text: html }
  }
  const written = textOf(element)
  const encoded = isBase64(element, written) ? decodedBase64(written) : undefined
  if (encoded !== undefined) return { html: encoded, text: encoded }
  const kind = kindOf(element)
  if (kind === 'xhtml') return { html: escapedHtml(written), text: written }
  return kind === 'html' ? { html: written, text: written } : { text: written }
}

/** The `div` around XHTML is not a part of it (RFC 4287, 3.1.1.3). */
function unwrapped(element: XmlElement): XmlElement {
  const divisions = children(element, 'xhtml:div', 'div')
  const isAlone = element.children.every((each) =>
    typeof each === 'string' ? !each.trim() : each === divisions[0],
  )
  return isAlone && divisions[0] ? divisions[0] : element
}

function isBase64({ attributes }: XmlElement, text: string): boolean {
  if (attributes.mode === 'base64') return true
  const type = attributes.type ?? ''
  const isBinary = type.includes('/') && !/^(?:text\/|message\/)|xml/i.test(type)
  return isBinary && /^[a-z0-9+/]+={0,2}$/i.test(text.replace(/\s+/g, ''))
}

function decodedBase64(text: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64')).trim()
  } catch {
    return undefined
  }
}
