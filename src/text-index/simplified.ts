import hongKongVariants from 'opencc-js/dict/HKVariantsRev'
import traditional from 'opencc-js/dict/TSCharacters'
import taiwanVariants from 'opencc-js/dict/TWVariantsRev'

/** What the dictionary simplifies only in some words, and writers of Simplified nearly always: 瞭解, 憑藉, 回覆, 鍊. */
const byWord = '瞭 了|藉 借|覆 复|鍊 链|甦 苏|暱 昵|妳 你'

let table: Map<string, string> | undefined

/**
 * The Simplified form of one Han character. Character by character, not by words as a reader would convert: both sides of a
 * comparison go through it, offsets stay, and no context changes what a character becomes.
 */
export function simplified(character: string): string {
  table ??= simplifications()
  return table.get(character) ?? character
}

/** Made on first use, in about a millisecond. Regional variants (裡, 著) go by way of the character that they are variants of. */
function simplifications(): Map<string, string> {
  const fromTraditional = pairs(`${traditional}|${byWord}`)
  const made = new Map<string, string>()
  const settle = (from: string, to: string) => {
    let settled = to
    // Some results are entries themselves. A variant whose original is not simplified stays what it is.
    for (
      let next = fromTraditional.get(settled);
      next && next !== settled;
      next = fromTraditional.get(settled)
    )
      settled = next
    if (settled !== from) made.set(from, settled)
  }
  const simple = new Set(fromTraditional.values())
  for (const [variant, original] of [...pairs(hongKongVariants), ...pairs(taiwanVariants)])
    if (!simple.has(variant)) settle(variant, original)
  for (const [from, to] of fromTraditional) settle(from, to)
  return made
}

const pairs = (dictionary: string) =>
  new Map(dictionary.split('|').map((entry) => entry.split(' ', 2) as [string, string]))
