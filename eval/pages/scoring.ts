import { type ChildNode, type Document, isTag, isText } from 'domhandler'
import { parseDocument } from 'htmlparser2'

const inline = new Set(
  'a abbr b bdi bdo cite code del em font i ins kbd mark q s samp small span strong sub sup time u var wbr'.split(
    ' ',
  ),
)
const notShown = new Set(['script', 'style', 'noscript', 'template', 'title'])

/** The text of HTML, with white space where elements break a line. */
export function textOfHtml(html: string | null): string {
  const parts: string[] = []
  collect(parseDocument(html ?? ''), parts)
  return parts.join('').replace(/\s+/g, ' ').trim()
}

function collect(node: Document | ChildNode, parts: string[]): void {
  if (isText(node)) parts.push(node.data)
  if (isTag(node) && notShown.has(node.name)) return
  const breaks = isTag(node) && !inline.has(node.name)
  if (breaks) parts.push(' ')
  if ('children' in node) for (const child of node.children as ChildNode[]) collect(child, parts)
  if (breaks) parts.push(' ')
}

/** Words in lower case; each Han character and kana is one. */
function tokensOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(
        /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+?(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\p{L}\p{N}\p{M}]|$)/gu,
      ) ?? []
  )
}

/** F1 of the tokens as bags: what both have, as often as both have it. */
export function tokenF1(text: string, expected: string): number {
  const left = new Map<string, number>()
  const wanted = tokensOf(expected)
  for (const token of wanted) left.set(token, (left.get(token) ?? 0) + 1)
  const given = tokensOf(text)
  let shared = 0
  for (const token of given) {
    const count = left.get(token) ?? 0
    if (count === 0) continue
    left.set(token, count - 1)
    shared++
  }
  return wanted.length + given.length === 0 ? 1 : (2 * shared) / (wanted.length + given.length)
}

export function snippetCounts(text: string, expected: { with?: string[]; without?: string[] }) {
  const has = (snippet: string) => text.includes(snippet.replace(/\s+/g, ' ').trim())
  const found = (expected.with ?? []).filter(has).length
  return {
    found,
    missing: (expected.with ?? []).length - found,
    unwanted: (expected.without ?? []).filter(has).length,
  }
}

/** Titles are the same whatever their white space, and the width and kind of their marks. */
export function agreeOnTitle(title: string | null, expected: string): number {
  const letters = (text: string) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, '')
  return title !== null && letters(title) === letters(expected) ? 1 : 0
}
