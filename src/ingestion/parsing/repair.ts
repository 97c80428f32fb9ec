const beginsTag = /[a-z_:/!?\u0080-\uffff]/i
/** What means nothing comes in runs of megabytes, if somebody means harm. */
const unusable = /[^\t\n\r\x20-\x7e\u0080-\ufffd]{1,1000}|[\u0080-\u009f]/g
const windows1252 = new TextDecoder('windows-1252')

/**
 * An XML document in which every `<` begins something: one that is text is escaped, and characters that XML does not know
 * are left out. In CDATA sections and comments nothing is changed but those.
 */
export function repairedXml(document: string): string {
  const text = usableText(document)
  const endOfMarkup = markupEnds(text)
  const parts: string[] = []
  let from = 0
  let at = text.indexOf('<')
  while (at >= 0) {
    const end = endOfMarkup(at)
    if (end === undefined) {
      parts.push(text.slice(from, at), '&lt;')
      from = at + 1
    }
    at = text.indexOf('<', end ?? at + 1)
  }
  if (from === 0) return text
  parts.push(text.slice(from))
  return parts.join('')
}

/** Control characters from U+0080 on come from windows-1252 that was taken for Latin-1; the others mean nothing. */
function meantBy(characters: string): string {
  const code = characters.charCodeAt(0)
  return code >= 0x80 && code <= 0x9f ? windows1252.decode(Uint8Array.of(code)) : ''
}

/** A text without characters that mean nothing. */
export function usableText(text: string): string {
  return text.replace(unusable, meantBy)
}

/** Asked with rising places, says where the markup ends that begins at a `<`; `undefined` where none begins. */
function markupEnds(text: string) {
  // Kept between calls, since looking for it anew at each "<" would take time with the square of the length.
  let close = 0

  return function endOfMarkup(at: number): number | undefined {
    if (text.startsWith('<![CDATA[', at)) return after(text, ']]>', at)
    if (text.startsWith('<!--', at)) return after(text, '-->', at)
    if (!beginsTag.test(text[at + 1] ?? '')) return undefined
    if (close < at) close = text.indexOf('>', at)
    if (close < 0) return text.length
    const next = text.indexOf('<', at + 1)
    if (next < 0 || close < next) return close + 1
    // A tag that holds another "<" is none, unless it stands in a value.
    return isWithinValue(text.slice(at, next)) ? close + 1 : undefined
  }
}

function after(text: string, end: string, at: number): number {
  const found = text.indexOf(end, at)
  return found < 0 ? text.length : found + end.length
}

function isWithinValue(tag: string): boolean {
  return tag.includes('="') && tag.split('"').length % 2 === 0
}
