/** Deeper than anything here is. */
export const maxDepth = 64

/**
 * Whether a JSON text is nested deeper than `maxDepth`, told without parsing it: a megabyte of brackets takes `JSON.parse` a hundred
 * times as long as one of text, and as much more memory.
 */
export function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > maxDepth) return true
  }
  return false
}

/** Where the string that begins at `begin` has its closing quote, or the end of a text that is no JSON. */
function endOfString(text: string, begin: number): number {
  for (let end = text.indexOf('"', begin + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end
  }
  return text.length
}
