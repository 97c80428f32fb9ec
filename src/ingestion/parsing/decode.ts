import chardet from 'chardet'
import iconv from 'iconv-lite'

export type Decoded = { text: string; encoding: string }

/** How far a declaration is looked for: prologs come first, `<meta charset>` sometimes late. */
const declaredWithinBytes = { feed: 1024, page: 16_384 }
const sampleBytes = 16_384

/**
 * The text of a feed or page. In this order: byte order mark, charset of the Content-Type header, the document's own
 * declaration, UTF-8, and what its bytes look like. What is declared counts only where the bytes are valid in it.
 */
export function decodeBytes(
  bytes: Uint8Array,
  { contentType }: { contentType: string | null },
  kind: 'feed' | 'page',
): Decoded {
  const unmistakable = encodingOfFirstBytes(bytes)
  if (unmistakable) return decodeLeniently(bytes, unmistakable)
  const declared = [charsetOfHeader(contentType), declaredEncoding(bytes, kind)].filter(isUsable)
  // Only a text in UTF-8 has so many sequences that are valid in it, whatever a header says.
  const utf8 = decodeStrictly(bytes, 'utf-8')
  if (utf8 && (hasMuchUtf8(utf8.text, bytes) || declared.length === 0)) return utf8
  for (const encoding of declared) {
    const decoded = decodeStrictly(bytes, encoding)
    if (decoded) return decoded
  }
  return (
    utf8 ?? damagedUtf8(bytes) ?? decodeAsItLooks(bytes) ?? decodeLeniently(bytes, declared[0] ?? 'utf-8')
  )
}

const firstBytes: [encoding: string, bytes: number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  ['utf-32le', [0x3c, 0, 0, 0]],
  ['utf-32be', [0, 0, 0, 0x3c]],
  ['utf-16le', [0x3c, 0]],
  ['utf-16be', [0, 0x3c]],
]

/** Of a byte order mark, or of a `<` in two or four bytes. */
function encodingOfFirstBytes(bytes: Uint8Array): string | undefined {
  return firstBytes.find(([, first]) => first.every((byte, at) => bytes[at] === byte))?.[0]
}

function charsetOfHeader(contentType: string | null): string | undefined {
  return /charset\s*=\s*["']?([^\s"';,]+)/i.exec(contentType ?? '')?.[1]
}

function declaredEncoding(bytes: Uint8Array, kind: 'feed' | 'page'): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, declaredWithinBytes[kind]))
  const prolog = /<\?xml\s[^>]{0,200}?encoding\s*=\s*["']\s*([^\s"'>]+)/i.exec(head)?.[1]
  if (prolog || kind === 'feed') return prolog
  return /<meta\s[^>]{0,200}?charset\s*=\s*["']?\s*([^\s"'/>;]+)/i.exec(head)?.[1]
}

/** UTF-16 and UTF-32 are known by their zero bytes: whoever could read a declaration byte by byte reads neither. */
function isUsable(encoding: string | undefined): encoding is string {
  return encoding !== undefined && !/^(?:utf|ucs|iso-10646|unicode).*(?:2|4|16|32|unicode)/i.test(encoding)
}

/** Every character that takes two bytes makes the text one shorter than its bytes, one that takes three makes it two. */
function hasMuchUtf8(text: string, bytes: Uint8Array): boolean {
  const shorterBy = bytes.length - text.length
  return shorterBy >= 4 || (shorterBy >= 2 && /[\u0800-\uffff]/.test(text))
}

function decodeStrictly(bytes: Uint8Array, encoding: string): Decoded | undefined {
  const decoder = decoderOf(encoding, true)
  try {
    if (decoder) return { text: decoder.decode(bytes), encoding: decoder.encoding }
  } catch {
    return undefined
  }
  if (!iconv.encodingExists(encoding)) return undefined
  const text = iconv.decode(bytes, encoding)
  return text.includes('\ufffd') ? undefined : { text, encoding: encoding.toLowerCase() }
}

function decodeLeniently(bytes: Uint8Array, encoding: string): Decoded {
  const decoder = decoderOf(encoding, false)
  if (decoder) return { text: decoder.decode(bytes), encoding: decoder.encoding }
  const known = iconv.encodingExists(encoding) ? encoding.toLowerCase() : 'utf-8'
  return { text: iconv.decode(bytes, known), encoding: known }
}

function decoderOf(encoding: string, fatal: boolean): TextDecoder | undefined {
  try {
    // gb18030 contains what calls itself gb2312 or gbk.
    return new TextDecoder(/^(?:gb|x-gbk|chinese|cp936|ms936)/i.test(encoding) ? 'gb18030' : encoding, {
      fatal,
    })
  } catch {
    return undefined
  }
}

/** UTF-8 that was cut or has a few broken bytes: far more of it is valid than not. */
function damagedUtf8(bytes: Uint8Array): Decoded | undefined {
  const text = new TextDecoder('utf-8').decode(bytes)
  let broken = 0
  let whole = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0xfffd) broken++
    else if (code >= 0x80) whole++
  }
  const isCutAtTheEnd = broken === 1 && text.endsWith('\ufffd')
  return whole > broken * 5 || isCutAtTheEnd ? { text, encoding: 'utf-8' } : undefined
}

function decodeAsItLooks(bytes: Uint8Array): Decoded | undefined {
  const guesses = chardet.analyse(sampleOf(bytes)).filter((guess) => guess.confidence > 0)
  const best = guesses[0]?.confidence ?? 0
  // Western letters are like those of central Europe and Turkey, and far more common: they have the benefit of the doubt.
  const western = guesses.find((guess) => guess.name === 'ISO-8859-1' || guess.name === 'windows-1252')
  const isWestern = western && western.confidence >= best - 10 && isSingleByte(guesses[0]?.name)
  const names = [...(isWestern ? ['windows-1252'] : []), ...guesses.map((guess) => guess.name as string)]
  for (const name of names) {
    if (/^(?:utf|ascii)/i.test(name)) continue
    const decoded = decodeStrictly(bytes, name)
    if (decoded) return decoded
  }
  return undefined
}

function isSingleByte(name: string | undefined): boolean {
  return /^(?:iso-8859-|windows-125[0247])/i.test(name ?? '')
}

/** The bytes that tell something: those beyond ASCII with what stands around them, and no tags. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const sample = new Uint8Array(sampleBytes)
  const around = 12
  let length = 0
  let taken = 0
  for (let at = 0; at < bytes.length && length < sampleBytes; at++) {
    if ((bytes[at] as number) < 0x80) continue
    const from = Math.max(taken, at - around)
    const until = Math.min(bytes.length, at + around)
    for (let each = from; each < until && length < sampleBytes; each++)
      sample[length++] = bytes[each] as number
    taken = Math.max(taken, until)
    at = taken - 1
  }
  return sample.subarray(0, length)
}
