/**
 * The value of a JSON text. Where it has control characters in strings they are left out, and where it was cut off, what
 * is complete is read; `undefined` where nothing is.
 */
export function readJson(text: string): { value: unknown; isWhole: boolean } | undefined {
  const whole = parsed(text)
  if (whole !== undefined) return { value: whole, isWhole: true }
  const clean = text.replace(/\p{Cc}/gu, ' ')
  const cleaned = parsed(clean)
  if (cleaned !== undefined) return { value: cleaned, isWhole: true }
  const complete = parsed(completed(clean))
  return complete === undefined ? undefined : { value: complete, isWhole: false }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const closing: Record<string, string> = { '{': '}', '[': ']' }

/** A text that was cut off, ended behind the last object that is complete. */
function completed(text: string): string {
  const open: string[] = []
  let end = { at: 0, closers: '' }
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (character === '"') at = endOfString(text, at)
    else if (closing[character]) open.push(closing[character])
    else if (character === '}' || character === ']') {
      open.pop()
      // An item is in the list of the feed: what ends deeper in is not worth a note of all that is open.
      if (open.length <= 2) end = { at: at + 1, closers: open.toReversed().join('') }
    }
  }
  return text.slice(0, end.at) + end.closers
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
