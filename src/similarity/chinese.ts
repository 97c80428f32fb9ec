const han = /\p{Script=Han}/gu
const beginning = 200

/** Declared so, or written so where a text is given: a language that was not declared may have been guessed wrong. */
export function isChinese(language: string, text = ''): boolean {
  if (/^zh\b/.test(language)) return true
  if (text === '') return false
  const start = text.slice(0, beginning)
  return 3 * (start.match(han)?.length ?? 0) > start.length
}
