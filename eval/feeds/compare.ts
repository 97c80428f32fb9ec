import { type DefaultTreeAdapterTypes, parseFragment, serialize } from 'parse5'

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.DocumentFragment

/** Whether a line of ours is what was expected, which may be HTML. */
export function sameLine(ours: string | null, expected: string): boolean {
  const line = ours ?? ''
  return line === oneLine(textOf(parseFragment(expected))) || line === oneLine(expected)
}

/** Whether two pieces of HTML are the same but for the writing of tags, references and white space around. */
export function sameHtml(ours: string | null, expected: string): boolean {
  const html = normalHtml(ours ?? '')
  return (
    html === normalHtml(expected) ||
    html === normalHtml(expected.replaceAll('&', '&amp;').replaceAll('<', '&lt;'))
  )
}

export function sameAddress(ours: string | null, expected: string): boolean {
  return ours === expected || (ours !== null && ours === URL.parse(expected.trim())?.href)
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function textOf(node: Node): string {
  if ('value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : ''
}

function normalHtml(html: string): string {
  const fragment = parseFragment(html)
  sortAttributes(fragment)
  const children = fragment.childNodes.filter((node) => !('value' in node) || node.value.trim() !== '')
  const only = children.length === 1 ? children[0] : undefined
  const isDivision = only && 'tagName' in only && only.tagName === 'div'
  return oneLine(serialize(isDivision ? only : fragment))
}

function sortAttributes(node: Node) {
  if ('attrs' in node)
    node.attrs = node.attrs
      .filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns' && !name.startsWith('xmlns:'))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  if ('childNodes' in node) for (const child of node.childNodes) sortAttributes(child)
}
