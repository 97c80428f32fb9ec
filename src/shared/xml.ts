const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** A text for XML, which has no way to write some characters, and folds blanks of attributes that are written as they are. */
export function escapeXml(text: string): string {
  return legalXml(text).replace(/[&<>"\t\n\r]/g, (character) => escapes[character] ?? '')
}

/** Surrogates among it, which are looked at one by one only where there are some. */
const perhapsIllegal = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/
const illegal = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

function legalXml(text: string): string {
  return perhapsIllegal.test(text) ? text.toWellFormed().replace(illegal, '') : text
}

/** The same between tags, where quotes and line breaks stay as they are. */
function escapeXmlText(text: string): string {
  return legalXml(text).replace(/[&<>\r]/g, (character) => escapes[character] ?? '')
}

type Attributes = Record<string, string | null | undefined>

/** An element around what is XML already; without attributes that have no value. */
export function xmlElement(name: string, attributes: Attributes, inside = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => (value === null || value === undefined ? '' : ` ${key}="${escapeXml(value)}"`))
    .join('')
  return inside === '' ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`
}

/** An element with a text; nothing where there is none. */
export function xmlText(name: string, text: string | null | undefined, attributes: Attributes = {}): string {
  return text === null || text === undefined || text === ''
    ? ''
    : xmlElement(name, attributes, escapeXmlText(text))
}
