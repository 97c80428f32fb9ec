import { usableText } from './repair.ts'

const reference = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});/gi
const ofXml: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" }
const lastCodePoint = 0x10ffff

/** A text of XML with its references read. Those to entities that XML does not know stay as they are. */
export function withReferencesRead(text: string): string {
  return text.includes('&') ? text.replace(reference, characterOf) : text
}

function characterOf(written: string): string {
  const known = ofXml[written] ?? ofXml[written.toLowerCase()]
  if (known !== undefined) return known
  const isHexadecimal = written[2] === 'x' || written[2] === 'X'
  const code = Number.parseInt(written.slice(isHexadecimal ? 3 : 2, -1), isHexadecimal ? 16 : 10)
  const isCharacter = code <= lastCodePoint && (code < 0xd800 || code > 0xdfff)
  return isCharacter ? usableText(String.fromCodePoint(code)) : ''
}
